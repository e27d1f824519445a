//! Names that are exactly one subject token: users and their devices.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use super::{WordError, serde_by_text};

/// The contract's limit; it keeps every subject built from names far below NATS's advised 256 bytes.
const TOKEN_LEN_MAX: usize = 32;

fn token(kind: &str, text: &str) -> Result<Arc<str>, WordError> {
    let first = text.bytes().next().is_some_and(|b| b.is_ascii_lowercase() || b.is_ascii_digit());
    let rest = text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_' || b == b'-');
    if first && rest && text.len() <= TOKEN_LEN_MAX {
        return Ok(Arc::from(text));
    }
    Err(WordError(format!(
        "not a {kind}: it has 1 to {TOKEN_LEN_MAX} of a-z, 0-9, _ and -, and begins with a letter or digit"
    )))
}

macro_rules! token_word {
    ($(#[$doc:meta])* $word:ident, $kind:literal) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $word(Arc<str>);

        impl $word {
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl FromStr for $word {
            type Err = WordError;
            fn from_str(text: &str) -> Result<Self, WordError> {
                token($kind, text).map(Self)
            }
        }

        impl fmt::Display for $word {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        serde_by_text!($word);
    };
}

token_word!(
    /// A registered person's name, e.g. `bob`. Always one subject token, so no subject built from it can hold
    /// `.`, `*` or `>`.
    UserName,
    "user name"
);
token_word!(
    /// A device of a user, e.g. `laptop`. Always one subject token.
    DeviceName,
    "device name"
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_user_name_is_always_one_subject_token() {
        for good in ["bob", "0", "a-b_c", "x2345678901234567890123456789012"] {
            assert_eq!(good.parse::<UserName>().unwrap().as_str(), good);
        }
        for bad in ["", "Bob", "a.b", "*", ">", "_sms", "-a", "a b", "é", "x23456789012345678901234567890123"]
        {
            assert!(bad.parse::<UserName>().is_err(), "{bad:?} was taken");
        }
    }
}
