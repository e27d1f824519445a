//! The locking shift tables of the GSM 7-bit alphabet: what a septet means (TS 23.038 section 6.2.1 and annex A.3).
//!
//! Each is written as what differs from a shared one. Combining marks and right-to-left letters stand as escapes.

use super::table::{Runs, Table};

/// By National Language Identifier. The escape, 0x1B, is in none.
pub(super) fn tables() -> Vec<Table> {
    let european = [&[][..], TURKISH, &[], PORTUGUESE].map(|own| Table::of(&[DEFAULT, own]));
    let indian = [BENGALI, GUJARATI, HINDI, KANNADA, MALAYALAM, ORIYA, PUNJABI, TAMIL, TELUGU, URDU];
    european.into_iter().chain(indian.map(|own| Table::of(&[INDIAN, own]))).collect()
}

/// Section 6.2.1.
const DEFAULT: Runs = &[
    (0x00, "@£$¥èéùìòÇ\nØø\rÅå"),
    (0x10, "Δ_ΦΓΛΩΠΨΣΘΞ"),
    (0x1c, "ÆæßÉ"),
    (0x20, " !\"#¤%&'()*+,-./"),
    (0x30, "0123456789:;<=>?"),
    (0x40, "¡ABCDEFGHIJKLMNO"),
    (0x50, "PQRSTUVWXYZÄÖÑÜ§"),
    (0x60, "¿abcdefghijklmno"),
    (0x70, "pqrstuvwxyzäöñüà"),
];

/// What the tables of annex A.3.4 to A.3.13 have in common.
const INDIAN: Runs = &[
    (0x0a, "\n"),
    (0x0d, "\r"),
    (0x20, " !"),
    (0x28, ")("),
    (0x2c, ","),
    (0x2e, "."),
    (0x30, "0123456789:;"),
    (0x3f, "?"),
    (0x61, "abcdefghijklmnopqrstuvwxyz"),
];

/// Annex A.3.1.
const TURKISH: Runs = &[(0x04, "€"), (0x07, "ı"), (0x0b, "Ğğ"), (0x1c, "Şş"), (0x40, "İ"), (0x60, "ç")];

/// Annex A.3.3.
const PORTUGUESE: Runs = &[
    (0x04, "ê"),
    (0x06, "úíóç"),
    (0x0b, "Ôô"),
    (0x0e, "Áá"),
    (0x12, "ªÇÀ∞^\\€Ó|"),
    (0x1c, "ÂâÊ"),
    (0x24, "º"),
    (0x40, "Í"),
    (0x5b, "ÃÕÚ"),
    (0x60, "~"),
    (0x7b, "ãõ`"),
];

/// Annex A.3.4.
const BENGALI: Runs = &[
    (0x00, "\u{981}\u{982}\u{983}অআইঈউঊঋ"),
    (0x0b, "ঌ"),
    (0x0f, "এ"),
    (0x10, "ঐ"),
    (0x13, "ওঔকখগঘঙচ"),
    (0x1c, "ছজঝঞ"),
    (0x22, "টঠডঢণত"),
    (0x2a, "থদ"),
    (0x2d, "ধ"),
    (0x2f, "ন"),
    (0x3d, "পফ"),
    (0x40, "বভমযর"),
    (0x46, "ল"),
    (0x4a, "শষসহ\u{9bc}ঽ"),
    (0x50, "\u{9be}\u{9bf}\u{9c0}\u{9c1}\u{9c2}\u{9c3}\u{9c4}"),
    (0x59, "\u{9c7}\u{9c8}"),
    (0x5d, "\u{9cb}\u{9cc}\u{9cd}"),
    (0x60, "ৎ"),
    (0x7b, "\u{9d7}\u{9dc}\u{9dd}ৰৱ"),
];

/// Annex A.3.5.
const GUJARATI: Runs = &[
    (0x00, "\u{a81}\u{a82}\u{a83}અઆઇઈઉઊઋ"),
    (0x0b, "ઌઍ"),
    (0x0f, "એ"),
    (0x10, "ઐઑ"),
    (0x13, "ઓઔકખગઘઙચ"),
    (0x1c, "છજઝઞ"),
    (0x22, "ટઠડઢણત"),
    (0x2a, "થદ"),
    (0x2d, "ધ"),
    (0x2f, "ન"),
    (0x3d, "પફ"),
    (0x40, "બભમયર"),
    (0x46, "લળ"),
    (0x49, "વશષસહ\u{abc}ઽ"),
    (0x50, "\u{abe}\u{abf}\u{ac0}\u{ac1}\u{ac2}\u{ac3}\u{ac4}\u{ac5}"),
    (0x59, "\u{ac7}\u{ac8}\u{ac9}"),
    (0x5d, "\u{acb}\u{acc}\u{acd}"),
    (0x60, "ૐ"),
    (0x7b, "ૠૡ\u{ae2}\u{ae3}૱"),
];

/// Annex A.3.6.
const HINDI: Runs = &[
    (0x00, "\u{901}\u{902}\u{903}अआइईउऊऋ"),
    (0x0b, "ऌऍ"),
    (0x0e, "ऎए"),
    (0x10, "ऐऑऒओऔकखगघङच"),
    (0x1c, "छजझञ"),
    (0x22, "टठडढणत"),
    (0x2a, "थद"),
    (0x2d, "ध"),
    (0x2f, "न"),
    (0x3c, "\u{929}पफ"),
    (0x40, "बभमयर\u{931}लळ\u{934}वशषसह\u{93c}ऽ"),
    (
        0x50,
        "\u{93e}\u{93f}\u{940}\u{941}\u{942}\u{943}\u{944}\u{945}\u{946}\u{947}\u{948}\u{949}\u{94a}\u{94b}\u{94c}\u{94d}",
    ),
    (0x60, "ॐ"),
    (0x7b, "ॲॻॼॾॿ"),
];

/// Annex A.3.7. The specification repeats U+0CAA at 0x24; the letter between its neighbours is meant.
const KANNADA: Runs = &[
    (0x01, "\u{c82}\u{c83}ಅಆಇಈಉಊಋ"),
    (0x0b, "ಌ"),
    (0x0e, "ಎಏ"),
    (0x10, "ಐ"),
    (0x12, "ಒಓಔಕಖಗಘಙಚ"),
    (0x1c, "ಛಜಝಞ"),
    (0x22, "ಟಠಡಢಣತ"),
    (0x2a, "ಥದ"),
    (0x2d, "ಧ"),
    (0x2f, "ನ"),
    (0x3d, "ಪಫ"),
    (0x40, "ಬಭಮಯರಱಲಳ"),
    (0x49, "ವಶಷಸಹ\u{cbc}ಽ"),
    (0x50, "\u{cbe}\u{cbf}\u{cc0}\u{cc1}\u{cc2}\u{cc3}\u{cc4}"),
    (0x58, "\u{cc6}\u{cc7}\u{cc8}"),
    (0x5c, "\u{cca}\u{ccb}\u{ccc}\u{ccd}"),
    (0x60, "\u{cd5}"),
    (0x7b, "\u{cd6}ೠೡ\u{ce2}\u{ce3}"),
];

/// Annex A.3.8.
const MALAYALAM: Runs = &[
    (0x01, "\u{d02}\u{d03}അആഇഈഉഊഋ"),
    (0x0b, "ഌ"),
    (0x0e, "എഏ"),
    (0x10, "ഐ"),
    (0x12, "ഒഓഔകഖഗഘങച"),
    (0x1c, "ഛജഝഞ"),
    (0x22, "ടഠഡഢണത"),
    (0x2a, "ഥദ"),
    (0x2d, "ധ"),
    (0x2f, "ന"),
    (0x3d, "പഫ"),
    (0x40, "ബഭമയരറലളഴവശഷസഹ"),
    (0x4f, "ഽ"),
    (0x50, "\u{d3e}\u{d3f}\u{d40}\u{d41}\u{d42}\u{d43}\u{d44}"),
    (0x58, "\u{d46}\u{d47}\u{d48}"),
    (0x5c, "\u{d4a}\u{d4b}\u{d4c}\u{d4d}"),
    (0x60, "\u{d57}"),
    (0x7b, "ൠൡ\u{d62}\u{d63}൹"),
];

/// Annex A.3.9.
const ORIYA: Runs = &[
    (0x00, "\u{b01}\u{b02}\u{b03}ଅଆଇଈଉଊଋ"),
    (0x0b, "ଌ"),
    (0x0f, "ଏ"),
    (0x10, "ଐ"),
    (0x13, "ଓଔକଖଗଘଙଚ"),
    (0x1c, "ଛଜଝଞ"),
    (0x22, "ଟଠଡଢଣତ"),
    (0x2a, "ଥଦ"),
    (0x2d, "ଧ"),
    (0x2f, "ନ"),
    (0x3d, "ପଫ"),
    (0x40, "ବଭମଯର"),
    (0x46, "ଲଳ"),
    (0x49, "ଵଶଷସହ\u{b3c}ଽ"),
    (0x50, "\u{b3e}\u{b3f}\u{b40}\u{b41}\u{b42}\u{b43}\u{b44}"),
    (0x59, "\u{b47}\u{b48}"),
    (0x5d, "\u{b4b}\u{b4c}\u{b4d}"),
    (0x60, "\u{b56}"),
    (0x7b, "\u{b57}ୠୡ\u{b62}\u{b63}"),
];

/// Annex A.3.10.
const PUNJABI: Runs = &[
    (0x00, "\u{a01}\u{a02}\u{a03}ਅਆਇਈਉਊ"),
    (0x0f, "ਏ"),
    (0x10, "ਐ"),
    (0x13, "ਓਔਕਖਗਘਙਚ"),
    (0x1c, "ਛਜਝਞ"),
    (0x22, "ਟਠਡਢਣਤ"),
    (0x2a, "ਥਦ"),
    (0x2d, "ਧ"),
    (0x2f, "ਨ"),
    (0x3d, "ਪਫ"),
    (0x40, "ਬਭਮਯਰ"),
    (0x46, "ਲ\u{a33}"),
    (0x49, "ਵ\u{a36}"),
    (0x4c, "ਸਹ\u{a3c}"),
    (0x50, "\u{a3e}\u{a3f}\u{a40}\u{a41}\u{a42}"),
    (0x59, "\u{a47}\u{a48}"),
    (0x5d, "\u{a4b}\u{a4c}\u{a4d}"),
    (0x60, "\u{a51}"),
    (0x7b, "\u{a70}\u{a71}ੲੳੴ"),
];

/// Annex A.3.11.
const TAMIL: Runs = &[
    (0x01, "\u{b82}ஃஅஆஇஈஉஊ"),
    (0x0e, "எஏ"),
    (0x10, "ஐ"),
    (0x12, "ஒஓ\u{b94}க"),
    (0x19, "ஙச"),
    (0x1d, "ஜ"),
    (0x1f, "ஞ"),
    (0x22, "ட"),
    (0x26, "ணத"),
    (0x2f, "ந"),
    (0x3c, "னப"),
    (0x42, "மயரறலளழவஶஷஸஹ"),
    (0x50, "\u{bbe}\u{bbf}\u{bc0}\u{bc1}\u{bc2}"),
    (0x58, "\u{bc6}\u{bc7}\u{bc8}"),
    (0x5c, "\u{bca}\u{bcb}\u{bcc}\u{bcd}"),
    (0x60, "ௐ"),
    (0x7b, "\u{bd7}௰௱௲௹"),
];

/// Annex A.3.12.
const TELUGU: Runs = &[
    (0x00, "\u{c01}\u{c02}\u{c03}అఆఇఈఉఊఋ"),
    (0x0b, "ఌ"),
    (0x0e, "ఎఏ"),
    (0x10, "ఐ"),
    (0x12, "ఒఓఔకఖగఘఙచ"),
    (0x1c, "ఛజఝఞ"),
    (0x22, "టఠడఢణత"),
    (0x2a, "థద"),
    (0x2d, "ధ"),
    (0x2f, "న"),
    (0x3d, "పఫ"),
    (0x40, "బభమయరఱలళ"),
    (0x49, "వశషసహ"),
    (0x4f, "ఽ"),
    (0x50, "\u{c3e}\u{c3f}\u{c40}\u{c41}\u{c42}\u{c43}\u{c44}"),
    (0x58, "\u{c46}\u{c47}\u{c48}"),
    (0x5c, "\u{c4a}\u{c4b}\u{c4c}\u{c4d}"),
    (0x60, "\u{c55}"),
    (0x7b, "\u{c56}ౠౡ\u{c62}\u{c63}"),
];

/// Annex A.3.13.
const URDU: Runs = &[
    (0x00, "\u{627}\u{622}\u{628}\u{67b}\u{680}\u{67e}\u{6a6}\u{62a}\u{6c2}\u{67f}"),
    (0x0b, "\u{679}\u{67d}"),
    (0x0e, "\u{67a}\u{67c}"),
    (0x10, "\u{62b}\u{62c}\u{681}\u{684}\u{683}\u{685}\u{686}\u{687}\u{62d}\u{62e}\u{62f}"),
    (0x1c, "\u{68c}\u{688}\u{689}\u{68a}"),
    (0x22, "\u{68f}\u{68d}\u{630}\u{631}\u{691}\u{693}"),
    (0x2a, "\u{699}\u{632}"),
    (0x2d, "\u{696}"),
    (0x2f, "\u{698}"),
    (0x3c, "\u{69a}\u{633}\u{634}"),
    (
        0x40,
        "\u{635}\u{636}\u{637}\u{638}\u{639}\u{641}\u{642}\u{6a9}\u{6aa}\u{6ab}\u{6af}\u{6b3}\u{6b1}\u{644}\u{645}\u{646}",
    ),
    (
        0x50,
        "\u{6ba}\u{6bb}\u{6bc}\u{648}\u{6c4}\u{6d5}\u{6c1}\u{6be}\u{621}\u{6cc}\u{6d0}\u{6d2}\u{64d}\u{650}\u{64f}\u{657}",
    ),
    (0x60, "\u{654}"),
    (0x7b, "\u{655}\u{651}\u{653}\u{656}\u{670}"),
];
