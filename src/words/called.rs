//! The number that an SMS was sent to, read by the number plan: the service itself, a person, or an app.

use std::fmt;
use std::str::FromStr;

use super::{ImNumber, WordError, serde_by_text};

/// An app's group number and other things that follow an app number: as many digits as E.164 has at most.
const APP_REST_LEN_MAX: usize = 15;

/// What comes behind the service number. Text: `service`, `im-100002`, `app-01-3001`, `other`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Called {
    /// The bare service number: a command.
    Service,
    /// A person, by IM number.
    Im(ImNumber),
    /// An app, by its two digits (`01`: groups), and what follows them.
    App(String, String),
    /// No number of the plan.
    Other,
}

impl Called {
    /// Reads the digits behind the service number: 6 to 9 digits that do not begin with 0 are an IM number, two digits
    /// of which the first is 0 an app.
    pub fn behind_service(digits: &str) -> Called {
        if digits.is_empty() {
            return Called::Service;
        }
        if let Ok(im) = digits.parse() {
            return Called::Im(im);
        }
        match digits.split_at_checked(2) {
            Some((app, rest)) if is_app(app) && is_rest(rest) => Called::App(app.to_owned(), rest.to_owned()),
            Some(_) | None => Called::Other,
        }
    }

    /// One subject token.
    pub fn kind(&self) -> &'static str {
        match self {
            Called::Service => "service",
            Called::Im(_) => "im",
            Called::App(..) => "app",
            Called::Other => "other",
        }
    }
}

fn is_app(app: &str) -> bool {
    app.len() == 2 && app.starts_with('0') && app.bytes().all(|b| b.is_ascii_digit())
}

fn is_rest(rest: &str) -> bool {
    rest.len() <= APP_REST_LEN_MAX && rest.bytes().all(|b| b.is_ascii_digit())
}

impl FromStr for Called {
    type Err = WordError;
    fn from_str(text: &str) -> Result<Self, WordError> {
        let wrong = || WordError("not a called number: service, im-100002, app-01-3001 or other".to_owned());
        let (kind, rest) = text.split_once('-').unwrap_or((text, ""));
        match (kind, rest) {
            ("service", "") => Ok(Called::Service),
            ("other", "") => Ok(Called::Other),
            ("im", im) => im.parse().map(Called::Im),
            ("app", rest) => {
                let (app, rest) = rest.split_once('-').unwrap_or((rest, ""));
                let shaped = is_app(app) && is_rest(rest);
                if shaped { Ok(Called::App(app.to_owned(), rest.to_owned())) } else { Err(wrong()) }
            }
            _ => Err(wrong()),
        }
    }
}

impl fmt::Display for Called {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Called::Service | Called::Other => f.write_str(self.kind()),
            Called::Im(im) => write!(f, "im-{im}"),
            Called::App(app, rest) if rest.is_empty() => write!(f, "app-{app}"),
            Called::App(app, rest) => write!(f, "app-{app}-{rest}"),
        }
    }
}

serde_by_text!(Called);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_number_plan_tells_people_apps_and_commands_apart() {
        for (digits, want) in [
            ("", "service"),
            ("100002", "im-100002"),
            ("013001", "app-01-3001"),
            ("01", "app-01"),
            ("3001", "other"),
            ("1", "other"),
            ("1234567890", "other"),
            ("01x", "other"),
        ] {
            let called = Called::behind_service(digits);
            assert_eq!(called.to_string(), want);
            assert_eq!(want.parse::<Called>().unwrap(), called);
        }
        for bad in ["", "im", "im-1", "app-11-1", "service-1"] {
            assert!(bad.parse::<Called>().is_err(), "{bad:?} was taken");
        }
    }
}
