//! The single shift tables of the GSM 7-bit alphabet: what an escaped septet means (TS 23.038 section 6.2.1.1, annex A.2).
//!
//! Each is written as what it has beyond a shared one. Combining marks and right-to-left letters stand as escapes.

use super::table::{Runs, Table};

/// By National Language Identifier.
pub(super) fn tables() -> Vec<Table> {
    let european = [&[][..], TURKISH, SPANISH, PORTUGUESE].map(|own| Table::of(&[EXTENSION, own]));
    let indian = [BENGALI, GUJARATI, HINDI, KANNADA, MALAYALAM, ORIYA, PUNJABI, TAMIL, TELUGU, URDU];
    european.into_iter().chain(indian.map(|own| Table::of(&[EXTENSION, INDIAN, own]))).collect()
}

/// Section 6.2.1.1; every other table has these too.
const EXTENSION: Runs =
    &[(0x0a, "\u{c}"), (0x14, "^"), (0x28, "{}"), (0x2f, "\\"), (0x3c, "[~]"), (0x40, "|"), (0x65, "€")];

/// What the tables of annex A.2.4 to A.2.13 have in common.
const INDIAN: Runs =
    &[(0x00, "@£$¥¿\"¤%&'\u{c}*+"), (0x0e, "-/<=>¡^¡_#*"), (0x41, "ABCDEFGHIJKLMNOPQRSTUVWXYZ")];

/// Annex A.2.1.
const TURKISH: Runs =
    &[(0x47, "Ğ"), (0x49, "İ"), (0x53, "Ş"), (0x63, "ç"), (0x67, "ğ"), (0x69, "ı"), (0x73, "ş")];

/// Annex A.2.2.
const SPANISH: Runs = &[
    (0x09, "ç"),
    (0x41, "Á"),
    (0x49, "Í"),
    (0x4f, "Ó"),
    (0x55, "Ú"),
    (0x61, "á"),
    (0x69, "í"),
    (0x6f, "ó"),
    (0x75, "ú"),
];

/// Annex A.2.3.
const PORTUGUESE: Runs = &[
    (0x05, "ê"),
    (0x09, "ç"),
    (0x0b, "Ôô"),
    (0x0e, "Áá"),
    (0x12, "ΦΓ"),
    (0x15, "ΩΠΨΣΘ"),
    (0x1f, "Ê"),
    (0x41, "À"),
    (0x49, "Í"),
    (0x4f, "Ó"),
    (0x55, "Ú"),
    (0x5b, "ÃÕ"),
    (0x61, "Â"),
    (0x69, "í"),
    (0x6f, "ó"),
    (0x75, "ú"),
    (0x7b, "ãõ"),
    (0x7f, "â"),
];

/// Annex A.2.4.
const BENGALI: Runs =
    &[(0x19, "০১"), (0x1c, "২৩৪৫"), (0x20, "৬৭৮৯\u{9df}ৠৡ\u{9e2}"), (0x2a, "\u{9e3}৲৳৴৵"), (0x30, "৶৷৸৹৺")];

/// Annex A.2.5.
const GUJARATI: Runs = &[(0x19, "।॥"), (0x1c, "૦૧૨૩"), (0x20, "૪૫૬૭૮૯")];

/// Annex A.2.6.
const HINDI: Runs = &[
    (0x19, "।॥"),
    (0x1c, "०१२३"),
    (0x20, "४५६७८९\u{951}\u{952}"),
    (0x2a, "\u{953}\u{954}\u{958}\u{959}\u{95a}"),
    (0x30, "\u{95b}\u{95c}\u{95d}\u{95e}\u{95f}ॠॡ\u{962}\u{963}॰ॱ"),
];

/// Annex A.2.7.
const KANNADA: Runs = &[(0x19, "।॥"), (0x1c, "೦೧೨೩"), (0x20, "೪೫೬೭೮೯ೞೱ"), (0x2a, "ೲ")];

/// Annex A.2.8.
const MALAYALAM: Runs = &[(0x19, "।॥"), (0x1c, "൦൧൨൩"), (0x20, "൪൫൬൭൮൯൰൱"), (0x2a, "൲൳൴൵ൺ"), (0x30, "ൻർൽൾൿ")];

/// Annex A.2.9.
const ORIYA: Runs = &[(0x19, "।॥"), (0x1c, "୦୧୨୩"), (0x20, "୪୫୬୭୮୯\u{b5c}\u{b5d}"), (0x2a, "ୟ୰ୱ")];

/// Annex A.2.10.
const PUNJABI: Runs =
    &[(0x19, "।॥"), (0x1c, "੦੧੨੩"), (0x20, "੪੫੬੭੮੯\u{a59}\u{a5a}"), (0x2a, "\u{a5b}ੜ\u{a5e}\u{a75}")];

/// Annex A.2.11.
const TAMIL: Runs = &[(0x19, "।॥"), (0x1c, "௦௧௨௩"), (0x20, "௪௫௬௭௮௯௳௴"), (0x2a, "௵௶௷௸௺")];

/// Annex A.2.12.
const TELUGU: Runs = &[(0x1c, "౦౧౨౩"), (0x20, "౪౫౬౭౮౯ౘౙ"), (0x2a, "౸౹౺౻౼"), (0x30, "౽౾౿")];

/// Annex A.2.13.
const URDU: Runs = &[
    (0x19, "\u{600}\u{601}"),
    (0x1c, "\u{6f0}\u{6f1}\u{6f2}\u{6f3}"),
    (0x20, "\u{6f4}\u{6f5}\u{6f6}\u{6f7}\u{6f8}\u{6f9}\u{60c}\u{60d}"),
    (0x2a, "\u{60e}\u{60f}\u{610}\u{611}\u{612}"),
    (0x30, "\u{613}\u{614}\u{61b}\u{61f}\u{640}\u{652}\u{658}\u{66b}\u{66c}\u{672}\u{673}\u{6cd}"),
    (0x3f, "\u{6d4}"),
];
