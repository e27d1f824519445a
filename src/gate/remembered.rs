//! Passwords that were right lately, so that thousands who come again at once (a server that was restarted) are not hashed again.
//!
//! In memory alone, as a keyed digest together with the hash that it fits: another hash, and it is worth nothing.

use quick_cache::sync::Cache;
use sha2::{Digest, Sha256};

use crate::words::UserName;

/// Some 100 bytes each.
const LEN_MAX: usize = 65_536;

pub(super) struct Remembered {
    key: [u8; 32],
    /// Digests of a hash, and of a password together with it.
    right: Cache<UserName, ([u8; 32], [u8; 32])>,
}

/// What is remembered of a password that is said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Seen {
    Right,
    /// Another one is right.
    Wrong,
    Unknown,
}

impl Remembered {
    /// `key` is known to nobody else.
    pub(super) fn new(key: [u8; 32]) -> Remembered {
        Remembered { key, right: Cache::new(LEN_MAX) }
    }

    pub(super) fn seen(&self, user: &UserName, hash: &str, password: &str) -> Seen {
        match self.right.get(user) {
            Some((kept, right)) if kept == self.digest(hash, "") => {
                if right == self.digest(hash, password) {
                    Seen::Right
                } else {
                    Seen::Wrong
                }
            }
            Some(_) | None => Seen::Unknown,
        }
    }

    pub(super) fn keep(&self, user: &UserName, hash: &str, password: &str) {
        self.right.insert(user.clone(), (self.digest(hash, ""), self.digest(hash, password)));
    }

    fn digest(&self, hash: &str, password: &str) -> [u8; 32] {
        let hash_len = hash.len().to_be_bytes();
        [hash_len.as_slice(), hash.as_bytes(), password.as_bytes()]
            .into_iter()
            .fold(Sha256::new_with_prefix(self.key), Digest::chain_update)
            .finalize()
            .into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_same_password_with_the_same_hash_is_right() {
        let (remembered, alice) = (Remembered::new([7; 32]), "alice".parse().unwrap());
        assert_eq!(remembered.seen(&alice, "h1", "pw"), Seen::Unknown);
        remembered.keep(&alice, "h1", "pw");
        assert_eq!(remembered.seen(&alice, "h1", "pw"), Seen::Right);
        for wrong in ["pW", "", "pwpw"] {
            assert_eq!(remembered.seen(&alice, "h1", wrong), Seen::Wrong, "{wrong}");
        }
        for (hash, password) in [("h2", "pw"), ("h1p", "w"), ("", "h1pw")] {
            assert_eq!(remembered.seen(&alice, hash, password), Seen::Unknown, "{hash} {password}");
        }
    }
}
