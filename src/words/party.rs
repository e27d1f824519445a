//! The one at the end of a delivery: a registered person, or a phone nobody has registered.

use std::fmt;
use std::str::FromStr;

use super::{Phone, UserName, WordError, serde_by_text};

/// A recipient after its address was looked up.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Party {
    User(UserName),
    Phone(Phone),
}

impl Party {
    pub fn user(&self) -> Option<&UserName> {
        match self {
            Party::User(name) => Some(name),
            Party::Phone(_) => None,
        }
    }
}

impl FromStr for Party {
    type Err = WordError;
    fn from_str(text: &str) -> Result<Self, WordError> {
        if text.starts_with('+') { text.parse().map(Party::Phone) } else { text.parse().map(Party::User) }
    }
}

impl fmt::Display for Party {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Party::User(name) => name.fmt(f),
            Party::Phone(phone) => phone.fmt(f),
        }
    }
}

serde_by_text!(Party);
