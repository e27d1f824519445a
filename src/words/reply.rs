//! Whom an answer to an SMS goes to: what stands behind the service number in its sender.

use std::fmt;
use std::str::FromStr;

use super::{GroupNumber, ImNumber, WordError, serde_by_text};

/// A person's IM number (`100001`), or a group (`#3001`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ReplyTo {
    Im(ImNumber),
    Group(GroupNumber),
}

impl ReplyTo {
    /// The digits behind the service number: `01` is the app of groups.
    pub fn digits(&self) -> String {
        match self {
            ReplyTo::Im(number) => number.to_string(),
            ReplyTo::Group(number) => format!("01{number}"),
        }
    }
}

impl FromStr for ReplyTo {
    type Err = WordError;
    fn from_str(text: &str) -> Result<Self, WordError> {
        if text.starts_with('#') { text.parse().map(ReplyTo::Group) } else { text.parse().map(ReplyTo::Im) }
    }
}

impl fmt::Display for ReplyTo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ReplyTo::Im(number) => number.fmt(f),
            ReplyTo::Group(number) => write!(f, "#{number}"),
        }
    }
}

serde_by_text!(ReplyTo);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::words::Called;

    #[test]
    fn what_stands_behind_the_service_number_leads_back() {
        for (text, digits, called) in [("100001", "100001", "im-100001"), ("#3001", "013001", "app-01-3001")]
        {
            let reply: ReplyTo = text.parse().unwrap();
            assert_eq!((reply.to_string(), reply.digits()), (text.to_owned(), digits.to_owned()));
            assert_eq!(Called::behind_service(&reply.digits()), called.parse().unwrap());
        }
        assert!("3001".parse::<ReplyTo>().is_err());
    }
}
