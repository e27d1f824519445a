//! A one-time code: ten symbols of Crockford's base 32, of which none looks or sounds like another.

use std::fmt;

/// Five bits each.
const SYMBOLS: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
/// Fifty bits: of 2^50 codes five guesses find none, and ten symbols are read aloud in a breath.
const LEN: usize = 10;
/// Of a group, for whoever reads it aloud.
const GROUP_LEN: usize = 5;
/// A longer text is no code, whatever stands between its symbols.
const TYPED_BYTES_MAX: usize = 32;

/// A code by its symbols; displayed in groups.
#[derive(Clone, PartialEq, Eq)]
pub struct OneTimeCode(String);

impl OneTimeCode {
    /// That which the first of these random bytes stand for; there are ten at least.
    pub fn drawn(random: &[u8]) -> OneTimeCode {
        let symbol =
            |byte: &u8| SYMBOLS.get(usize::from(byte % 32)).map_or('0', |symbol| char::from(*symbol));
        OneTimeCode(random.iter().take(LEN).map(symbol).collect())
    }

    /// What somebody typed, where it can be a code: what looks like a symbol is read as that one.
    pub fn read(typed: &str) -> Option<OneTimeCode> {
        if typed.len() > TYPED_BYTES_MAX {
            return None;
        }
        let symbols = typed.chars().filter(|symbol| !matches!(symbol, '-' | ' '));
        let symbols = symbols.map(|symbol| match symbol.to_ascii_uppercase() {
            'O' => Some('0'),
            'I' | 'L' => Some('1'),
            symbol => u8::try_from(symbol).is_ok_and(|byte| SYMBOLS.contains(&byte)).then_some(symbol),
        });
        symbols.collect::<Option<String>>().filter(|code| code.len() == LEN).map(OneTimeCode)
    }

    /// As it is hashed.
    pub fn symbols(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for OneTimeCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (first, second) = self.0.split_at_checked(GROUP_LEN).unwrap_or((&self.0, ""));
        write!(f, "{first}-{second}")
    }
}

/// A code is not for a log.
impl fmt::Debug for OneTimeCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OneTimeCode").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_read_as_people_type_it() {
        for (typed, want) in [
            ("7K3QM-X9TRA", Some("7K3QMX9TRA")),
            ("7k3qmx9tra", Some("7K3QMX9TRA")),
            (" 7k3qm x9tra ", Some("7K3QMX9TRA")),
            ("oOiIl-00000", Some("0011100000")),
            ("7K3QM-X9TR", None),
            ("7K3QM-X9TRAB", None),
            ("7K3QM-X9TRU", None),
            ("7K3QM-X9TRé", None),
            ("", None),
            ("correct horse battery staple correct horse", None),
        ] {
            assert_eq!(OneTimeCode::read(typed).as_ref().map(OneTimeCode::symbols), want, "{typed:?}");
        }
    }

    #[test]
    fn a_drawn_code_is_shown_in_two_groups_and_read_again() {
        let code = OneTimeCode::drawn(&[0, 31, 32, 63, 1, 2, 3, 4, 5, 255, 7]);
        assert_eq!((code.to_string().as_str(), code.symbols()), ("0Z0Z1-2345Z", "0Z0Z12345Z"));
        assert_eq!(OneTimeCode::read(&code.to_string()), Some(code));
    }
}
