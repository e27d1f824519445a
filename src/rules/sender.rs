//! Who a command comes from: the `<user>` token of its subject, which the server's permissions make true.

use std::fmt;
use std::str::FromStr;

use crate::words::{UserName, WordError, serde_by_text};

/// A part of Homing, or its operator: the tokens that begin with `_`, which no user name can.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    Admin,
    Clock,
    Lease,
    Mms,
    Sms,
    Voice,
}

const PARTS: [(&str, Part); 6] = [
    ("_admin", Part::Admin),
    ("_clock", Part::Clock),
    ("_lease", Part::Lease),
    ("_mms", Part::Mms),
    ("_sms", Part::Sms),
    ("_voice", Part::Voice),
];

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
    pub fn as_str(&self) -> &str {
        match self {
            Sender::User(name) => name.as_str(),
            Sender::Part(part) => PARTS.iter().find(|(_, p)| p == part).map_or(UNKNOWN, |(text, _)| text),
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
        match PARTS.iter().find(|(token, _)| *token == text) {
            Some((_, part)) => Ok(Sender::Part(*part)),
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
