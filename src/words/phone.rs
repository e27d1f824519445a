//! Phone numbers in E.164 form, which never show themselves in a log.

use std::fmt;
use std::num::NonZeroU64;
use std::str::FromStr;

use super::{WordError, serde_by_text};

/// ITU-T E.164 section 6.1: at most 15 digits; 7 is the shortest international number in use.
const DIGITS_MIN: usize = 7;
const DIGITS_MAX: usize = 15;

/// An international phone number, e.g. `+8613800138000`. `Debug` hides it; `Display` is for payloads only.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Phone(NonZeroU64);

impl FromStr for Phone {
    type Err = WordError;
    fn from_str(text: &str) -> Result<Self, WordError> {
        let digits = text.strip_prefix('+').unwrap_or("");
        let shaped = (DIGITS_MIN..=DIGITS_MAX).contains(&digits.len())
            && digits.bytes().all(|b| b.is_ascii_digit())
            && !digits.starts_with('0');
        match digits.parse() {
            Ok(number) if shaped => Ok(Phone(number)),
            Ok(_) | Err(_) => Err(WordError(format!(
                "not a phone number in E.164 form: + and {DIGITS_MIN} to {DIGITS_MAX} digits, the first not 0"
            ))),
        }
    }
}

impl fmt::Display for Phone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "+{}", self.0)
    }
}

impl fmt::Debug for Phone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Phone(hidden)")
    }
}

serde_by_text!(Phone);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_e164_and_nothing_else() {
        let phone: Phone = "+8613800138000".parse().unwrap();
        assert_eq!(phone.to_string(), "+8613800138000");
        assert_eq!(format!("{phone:?}"), "Phone(hidden)");
        for bad in [
            "",
            "+",
            "13800138000",
            "+0123456789",
            "+123456",
            "+1234567890123456",
            "+12 345678",
            "+１２３４５６７",
        ] {
            assert!(bad.parse::<Phone>().is_err(), "{bad:?} was taken");
        }
    }
}
