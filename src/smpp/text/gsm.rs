//! The GSM 7-bit alphabet with its national tables: a septet in each octet, some of them behind an escape.

use std::sync::LazyLock;

use super::language::Language;
use super::table::Table;
use super::{locking, single};

/// TS 23.038 section 6.2.1: the next septet is one of the single shift table.
pub(super) const ESCAPE: u8 = 0x1b;
pub(super) const CARRIAGE_RETURN: u8 = 0x0d;

/// By National Language Identifier, the default tables first.
static LOCKING: LazyLock<Vec<Table>> = LazyLock::new(locking::tables);
static SINGLE: LazyLock<Vec<Table>> = LazyLock::new(single::tables);

/// Which tables a text is written in; the default ones where there is no language.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Shift {
    pub locking: Option<Language>,
    pub single: Option<Language>,
}

impl Shift {
    fn tables(self) -> Option<(&'static Table, &'static Table)> {
        let id = |language: Option<Language>| language.map_or(0, |language| usize::from(language.id()));
        LOCKING.get(id(self.locking)).zip(SINGLE.get(id(self.single)))
    }

    /// A character as one septet, or as two of which the first is the escape.
    pub(super) fn encode(self, c: char) -> Option<Septets> {
        let (locking, single) = self.tables()?;
        let plain = locking.code(c).map(Septets::One);
        plain.or_else(|| single.code(c).map(Septets::Escaped))
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Septets {
    One(u8),
    Escaped(u8),
}

/// Reads what it can: a code that the single shift table lacks is the locking table's, a second escape is a space
/// (TS 23.038 section 6.2.1.1, notes), one at the end too, and what stands nowhere is U+FFFD.
pub(super) fn decode(septets: &[u8], shift: Shift) -> String {
    let Some((locking, single)) = shift.tables() else { return String::new() };
    let mut text = String::with_capacity(septets.len());
    let mut escaped = false;
    for &code in septets {
        let c = match (escaped, code) {
            (false, ESCAPE) => {
                escaped = true;
                continue;
            }
            (true, ESCAPE) => Some(' '),
            (true, _) => single.character(code).or_else(|| locking.character(code)),
            (false, _) => locking.character(code),
        };
        text.push(c.unwrap_or(char::REPLACEMENT_CHARACTER));
        escaped = false;
    }
    if escaped {
        text.push(' ');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn encoded(text: &str, shift: Shift) -> Option<Vec<u8>> {
        let mut septets = Vec::new();
        for c in text.chars() {
            match shift.encode(c)? {
                Septets::One(code) => septets.push(code),
                Septets::Escaped(code) => septets.extend([ESCAPE, code]),
            }
        }
        Some(septets)
    }

    #[test]
    fn texts_are_written_as_others_write_them() {
        let plain = Shift::default();
        let turkish = Shift { locking: Some(Language::Turkish), single: Some(Language::Turkish) };
        let spanish = Shift { single: Some(Language::Spanish), ..plain };
        for (text, shift, hex) in [
            ("Hello @£$€{}[]~^|\\ΔΩ", plain, "48656c6c6f200001021b651b281b291b3c1b3e1b3d1b141b401b2f1015"),
            ("İstanbul ğüşıöç ĞŞ", turkish, "407374616e62756c200c7e1d077c60200b1c"),
            ("Ñandú ç í ó", spanish, "5d616e641b75201b09201b69201b6f"),
        ] {
            let septets = encoded(text, shift).unwrap();
            let written: String = septets.iter().map(|septet| format!("{septet:02x}")).collect();
            assert_eq!((written.as_str(), decode(&septets, shift).as_str()), (hex, text));
        }
        for missing in ["ç", "ж", "😀", "`", "\t", "\u{1b}", "\0"] {
            assert_eq!(encoded(missing, plain), None, "{missing:?}");
        }
    }

    #[test]
    fn any_septets_are_read() {
        for (septets, text) in [
            (&b"a\x1b"[..], "a "),
            (b"a\x1b\x1bb", "a b"),
            (b"\x1ba\x1b\x28", "a{"),
            (b"\x80a\xff", "\u{fffd}a\u{fffd}"),
            (b"\x1b\x80", "\u{fffd}"),
            (b"", ""),
        ] {
            assert_eq!(decode(septets, Shift::default()), text, "{septets:x?}");
        }
    }
}
