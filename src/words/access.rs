//! What a registered name may do: as a person does, or more.

use std::fmt;
use std::str::FromStr;

use super::{AppNumber, WordError, serde_by_text};

/// What the gate lets somebody do. Written `user`, `producer`, `viewer`, `operator`, or `app:07`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Access {
    /// Speaks for themselves, and hears what is theirs.
    #[default]
    User,
    /// As a user, on a connection beside Homing's own: faster, and trusted with more.
    Producer,
    /// Sees everything and changes nothing.
    Viewer,
    /// Does everything, for anybody.
    Operator,
    /// As a user, and hears what is for its app number.
    App(AppNumber),
}

impl FromStr for Access {
    type Err = WordError;
    fn from_str(text: &str) -> Result<Self, WordError> {
        match text {
            "user" => Ok(Access::User),
            "producer" => Ok(Access::Producer),
            "viewer" => Ok(Access::Viewer),
            "operator" => Ok(Access::Operator),
            app => match app.strip_prefix("app:") {
                Some(number) => number.parse().map(Access::App),
                None => Err(WordError(
                    "not a kind of access: it is user, producer, viewer, operator, or app: and a number, as in app:07"
                        .to_owned(),
                )),
            },
        }
    }
}

impl fmt::Display for Access {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Access::User => f.write_str("user"),
            Access::Producer => f.write_str("producer"),
            Access::Viewer => f.write_str("viewer"),
            Access::Operator => f.write_str("operator"),
            Access::App(number) => write!(f, "app:{number}"),
        }
    }
}

serde_by_text!(Access);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn access_is_written_as_it_is_read() {
        for good in ["user", "producer", "viewer", "operator", "app:07"] {
            assert_eq!(good.parse::<Access>().unwrap().to_string(), good);
        }
        for bad in ["", "admin", "app", "app:", "app:7", "app:17", "app:*", "Operator"] {
            assert!(bad.parse::<Access>().is_err(), "{bad:?} was taken");
        }
    }
}
