//! An nkey: the public half of the key with which somebody signs instead of saying a password.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use nkeys::{KeyPair, KeyPairType};

use super::{WordError, serde_by_text};

/// A user's public nkey, `U` and 55 more of A-Z and 2-7. `nk -gen user` makes a pair.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Nkey(Arc<str>);

impl Nkey {
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether whoever has the other half has signed this.
    pub fn has_signed(&self, text: &[u8], signature: &[u8]) -> bool {
        KeyPair::from_public_key(&self.0).is_ok_and(|key| key.verify(text, signature).is_ok())
    }
}

impl FromStr for Nkey {
    type Err = WordError;
    fn from_str(text: &str) -> Result<Self, WordError> {
        let key = KeyPair::from_public_key(text).ok();
        // The library takes lower case and padding too, and a key would have two spellings.
        let user = key.filter(|key| key.key_pair_type() == KeyPairType::User && key.public_key() == text);
        user.map(|_| Nkey(text.into())).ok_or_else(|| {
            WordError(
                "not a user's public nkey: it is U and 55 more of A-Z and 2-7; the seed, S…, is never given away"
                    .to_owned(),
            )
        })
    }
}

impl fmt::Display for Nkey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

serde_by_text!(Nkey);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_users_public_key_is_one() {
        let pair = KeyPair::from_seed("SUACSSL3UAHUDXKFSNVUZRF5UHPMWZ6BFDTJ7M6USDXIEDNPPQYYYCU3VY").unwrap();
        let nkey: Nkey = pair.public_key().parse().unwrap();
        assert_eq!(nkey.as_str(), pair.public_key());
        let signature = pair.sign(b"nonce").unwrap();
        assert!(nkey.has_signed(b"nonce", &signature));
        assert!(!nkey.has_signed(b"another", &signature) && !nkey.has_signed(b"nonce", b"junk"));
        for bad in ["", "U", "UX", &pair.seed().unwrap(), &pair.public_key().to_lowercase()] {
            assert!(bad.parse::<Nkey>().is_err(), "{bad:?} was taken");
        }
    }
}
