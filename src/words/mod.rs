//! The parse-once words that everything else is said in: names, numbers, ids, times.
//!
//! Invariant: a value of these types is valid; it is parsed at the edge and never checked again.
//! Invariant: pure. No I/O, no clock, no randomness, no async.

mod access;
mod address;
mod author;
mod called;
mod civil;
mod day;
mod ids;
mod instant;
mod named;
mod nkey;
mod numbers;
mod one_time_code;
mod party;
mod phone;
mod reply;
mod span;
mod token;
mod tzdb;
mod zone;

pub use access::Access;
pub use address::Address;
pub use author::Author;
pub use called::Called;
pub use civil::Civil;
pub use day::Day;
pub use ids::{CommandSeq, EventSeq, MessageId, ScheduleId};
pub use instant::Instant;
pub(crate) use named::named;
pub use nkey::Nkey;
pub use numbers::{AppNumber, GroupNumber, ImNumber};
pub use one_time_code::OneTimeCode;
pub use party::Party;
pub use phone::Phone;
pub use reply::ReplyTo;
pub use span::Span;
pub use token::{DeviceName, UserName};
#[cfg(test)]
pub(crate) use tzdb::asked as zone_rules_asked;
pub use zone::{Change, Resolved, Season, Zone};

/// A word that could not be parsed: what was wrong, and what is allowed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct WordError(pub String);

/// Serde through the same door as `FromStr` and `Display`.
macro_rules! serde_by_text {
    ($word:ty) => {
        impl serde::Serialize for $word {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> serde::Deserialize<'de> for $word {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                struct Door;
                impl serde::de::Visitor<'_> for Door {
                    type Value = $word;
                    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                        f.write_str("a string")
                    }
                    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<$word, E> {
                        text.parse().map_err(E::custom)
                    }
                }
                deserializer.deserialize_str(Door)
            }
        }
    };
}
pub(crate) use serde_by_text;
