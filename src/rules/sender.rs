//! The sender of a command: the `<user>` token of its subject, which the server's permissions make true.

use std::fmt;
use std::str::FromStr;

use super::attempt::with_channels;
use crate::words::{UserName, WordError, serde_by_text};

with_channels! {
    /// A part of Homing, or its operator: the tokens that begin with `_`, which no user name can.
    Part by part {
        Admin = "_admin",
        Clock = "_clock",
        Lease = "_lease",
        Gate = "_gate",
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Sender {
    User(UserName),
    Part(Part),
    /// The subject names nobody who could be.
    Unknown,
}

/// How an unknown sender is written where a token is needed.
const UNKNOWN: &str = "_unknown";

impl Sender {
    pub fn user(&self) -> Option<&UserName> {
        match self {
            Sender::User(name) => Some(name),
            Sender::Part(_) | Sender::Unknown => None,
        }
    }

    pub fn as_str(&self) -> &str {
        match self {
            Sender::User(name) => name.as_str(),
            Sender::Part(part) => part.as_str(),
            Sender::Unknown => UNKNOWN,
        }
    }
}

impl FromStr for Sender {
    type Err = WordError;
    fn from_str(text: &str) -> Result<Self, WordError> {
        if text == UNKNOWN {
            return Ok(Sender::Unknown);
        }
        match Part::named(text) {
            Some(part) => Ok(Sender::Part(part)),
            None => text.parse().map(Sender::User),
        }
    }
}

impl fmt::Display for Sender {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

serde_by_text!(Sender);
