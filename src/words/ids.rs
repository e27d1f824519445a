//! Identities that derive from positions in the log, so that deciding again gives them again.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::{WordError, serde_by_text};

/// The stream sequence of a command in COMMANDS, from 1. Zero stands before the first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct CommandSeq(pub u64);

/// The stream sequence of a commit in EVENTS, from 1. Zero stands before the first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct EventSeq(pub u64);

impl EventSeq {
    #[must_use]
    pub fn next(self) -> EventSeq {
        EventSeq(self.0 + 1)
    }
}

/// An id that is a letter and the sequence of the command that made the thing.
macro_rules! id {
    ($(#[$about:meta])* $name:ident, $letter:literal, $what:literal) => {
        $(#[$about])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(u64);

        impl $name {
            pub fn of(command: CommandSeq) -> $name {
                $name(command.0)
            }

            /// The command that made it.
            pub fn command(self) -> CommandSeq {
                CommandSeq(self.0)
            }
        }

        impl FromStr for $name {
            type Err = WordError;
            fn from_str(text: &str) -> Result<Self, WordError> {
                let digits = text.strip_prefix($letter).unwrap_or("");
                let canonical = digits.bytes().all(|b| b.is_ascii_digit()) && !digits.starts_with('0');
                match digits.parse() {
                    Ok(seq) if canonical => Ok($name(seq)),
                    Ok(_) | Err(_) => Err(WordError(
                        concat!("not a ", $what, " id: ", $letter, " and a number, as in ", $letter, "42")
                            .to_owned(),
                    )),
                }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!($letter, "{}"), self.0)
            }
        }

        serde_by_text!($name);
    };
}

id! {
    /// A message's id: `m` and the sequence of the command that sent it, e.g. `m42`.
    MessageId, "m", "message"
}
id! {
    /// A schedule's id: `s` and the sequence of the command that created it, e.g. `s42`.
    ScheduleId, "s", "schedule"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_id_has_one_spelling() {
        assert_eq!("m42".parse::<MessageId>().unwrap().to_string(), "m42");
        for bad in ["", "m", "42", "m042", "m0", "m-1", "m1.2", "m99999999999999999999"] {
            assert!(bad.parse::<MessageId>().is_err(), "{bad:?} was taken");
        }
    }
}
