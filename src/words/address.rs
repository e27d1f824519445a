//! An address: whom a message is for, as a producer writes it.

use std::fmt;
use std::str::FromStr;

use super::{AppNumber, GroupNumber, ImNumber, Party, Phone, UserName, WordError, serde_by_text};

/// A user name (`bob`), a phone (`+8613800138000`), an IM number (`100002`), a group number (`#3001`), or an app in a group
/// (`app:07#3001`).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Address {
    User(UserName),
    Phone(Phone),
    Im(ImNumber),
    Group(GroupNumber),
    App(AppNumber, GroupNumber),
}

impl From<Party> for Address {
    fn from(party: Party) -> Address {
        match party {
            Party::User(name) => Address::User(name),
            Party::Phone(phone) => Address::Phone(phone),
        }
    }
}

impl Address {
    pub fn group(&self) -> Option<GroupNumber> {
        match self {
            Address::Group(group) => Some(*group),
            Address::User(_) | Address::Phone(_) | Address::Im(_) | Address::App(..) => None,
        }
    }

    /// The app that it is, and the group that it serves.
    pub fn app(&self) -> Option<(AppNumber, GroupNumber)> {
        match self {
            Address::App(app, group) => Some((*app, *group)),
            Address::User(_) | Address::Phone(_) | Address::Im(_) | Address::Group(_) => None,
        }
    }
}

impl FromStr for Address {
    type Err = WordError;
    fn from_str(text: &str) -> Result<Self, WordError> {
        if text.starts_with('+') {
            return text.parse().map(Address::Phone);
        }
        if text.starts_with('#') {
            return text.parse().map(Address::Group);
        }
        if let Some((app, group)) = text.strip_prefix("app:").and_then(|app| app.split_once('#')) {
            let digits = group.bytes().all(|byte| byte.is_ascii_digit());
            let wrong = || WordError("not an app's address: it is as in app:07#3001".to_owned());
            return if digits { Ok(Address::App(app.parse()?, group.parse()?)) } else { Err(wrong()) };
        }
        if let Ok(number) = text.parse() {
            return Ok(Address::Im(number));
        }
        text.parse().map(Address::User).map_err(|_| {
            WordError(
                "not an address: a user name (bob), a phone (+8613800138000), an IM number (100002), a group number (#3001) or \
                 an app (app:07#3001)"
                    .to_owned(),
            )
        })
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Address::User(name) => name.fmt(f),
            Address::Phone(phone) => phone.fmt(f),
            Address::Im(number) => number.fmt(f),
            Address::Group(number) => write!(f, "#{number}"),
            Address::App(app, group) => write!(f, "app:{app}#{group}"),
        }
    }
}

serde_by_text!(Address);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_shape_is_told_apart() {
        for (text, want) in [
            ("bob", Address::User("bob".parse().unwrap())),
            ("+8613800138000", Address::Phone("+8613800138000".parse().unwrap())),
            ("100002", Address::Im("100002".parse().unwrap())),
            ("#3001", Address::Group("3001".parse().unwrap())),
            ("app:07#3001", Address::App("07".parse().unwrap(), "3001".parse().unwrap())),
            // Too short for an IM number, and a fine name.
            ("007", Address::User("007".parse().unwrap())),
        ] {
            assert_eq!(text.parse::<Address>().unwrap(), want);
            assert_eq!(want.to_string(), text);
        }
        for bad in [
            "",
            "#",
            "#0",
            "Bob",
            "a b",
            "+1",
            "homing.cmd",
            "*",
            "app:07",
            "app:01#3001",
            "app:07##3001",
            "app:7#1",
        ] {
            assert!(bad.parse::<Address>().is_err(), "{bad:?} was taken");
        }
    }
}
