//! An author: a registered person, or Homing itself, which answers commands that come by SMS.

use std::fmt;
use std::str::FromStr;

use super::{UserName, WordError, serde_by_text};

/// The text of [`Author::Homing`]. No user name begins with `_`.
const HOMING: &str = "_homing";

/// The sender of a message.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Author {
    User(UserName),
    Homing,
}

impl Author {
    pub fn user(&self) -> Option<&UserName> {
        match self {
            Author::User(name) => Some(name),
            Author::Homing => None,
        }
    }

    pub fn as_str(&self) -> &str {
        match self {
            Author::User(name) => name.as_str(),
            Author::Homing => HOMING,
        }
    }
}

impl FromStr for Author {
    type Err = WordError;
    fn from_str(text: &str) -> Result<Self, WordError> {
        if text == HOMING { Ok(Author::Homing) } else { text.parse().map(Author::User) }
    }
}

impl fmt::Display for Author {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

serde_by_text!(Author);
