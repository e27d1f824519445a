//! A patch: one thing that is otherwise than it was said, as a person writes it.

use std::str::FromStr;

use serde_json::{Value, json};

use crate::log::Record;
use crate::wire::{subjects, to_json};
use crate::words::{CommandSeq, Instant, Span, UserName};

/// What is otherwise.
#[derive(Debug, Clone, PartialEq)]
pub enum Patch {
    /// This command was never said.
    Drop(CommandSeq),
    /// Somebody said something more.
    Add { text: String, place: Where, said: Said },
    /// As soon as there is such a user, this is so of them.
    Set { text: String, user: UserName, what: Wished },
}

/// Before which command.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Where {
    Beginning,
    Before(CommandSeq),
    At(Instant),
}

/// A command's sender, verb and payload.
#[derive(Debug, Clone, PartialEq)]
pub struct Said {
    by: String,
    verb: String,
    payload: Value,
}

/// What is so of a user.
#[derive(Debug, Clone, PartialEq)]
pub enum Wished {
    /// In a client all the time, or never: what their clients said of that does not count.
    Online(bool),
    By(Said),
}

impl Said {
    /// As a record of COMMANDS.
    pub fn record(&self, seq: u64, at: Instant) -> Record {
        let subject = subjects::command(&self.by, &self.verb).into();
        Record { seq, subject, at, payload: to_json(&self.payload).into(), headers: None }
    }
}

/// The device of somebody who is online all the time.
const DEVICE: &str = "whatif";

impl Wished {
    /// What is said so that it is so, of somebody who has these devices.
    pub fn said(&self, user: &UserName, devices: impl Iterator<Item = String>) -> Vec<Said> {
        let presence =
            |verb: &str, payload: Value| Said { by: user.to_string(), verb: verb.to_owned(), payload };
        let offline = |device: String| presence("presence.offline", json!({ "device": device }));
        match self {
            Wished::By(said) => vec![said.clone()],
            Wished::Online(true) => {
                vec![presence("presence.online", json!({ "device": DEVICE, "class": "pc" }))]
            }
            Wished::Online(false) => devices.map(offline).collect(),
        }
    }
}

impl Patch {
    /// `bob.presence=offline`, `bob.sms=off`, `bob.day=100`, `bob.month=none`, `bob.suspended=true`.
    ///
    /// # Errors
    /// In words, where it is none of these.
    pub fn set(text: &str) -> Result<Patch, String> {
        let unknown = || {
            format!(
                "{text:?} is none of NAME.presence=online|offline, NAME.sms=on|off, NAME.suspended=true|false, \
                 NAME.day=N|none, NAME.month=N|none; --add takes any command"
            )
        };
        let (path, value) = text.split_once('=').ok_or_else(unknown)?;
        let (name, field) = path.trim().rsplit_once('.').ok_or_else(unknown)?;
        let user: UserName = name.trim_start_matches("user.").parse().map_err(|_| unknown())?;
        let said = |by: &str, verb: &str, payload: Value| {
            Wished::By(Said { by: by.to_owned(), verb: verb.to_owned(), payload })
        };
        let operator = |verb: &str, payload: Value| said(subjects::OPERATOR, verb, payload);
        let what = match (field, value.trim()) {
            ("presence", "online") => Wished::Online(true),
            ("presence", "offline") => Wished::Online(false),
            ("sms", wish @ ("on" | "off")) => said(user.as_str(), "preference.set", json!({ "sms": wish })),
            ("suspended", "true") => operator("user.suspend", json!({ "name": user })),
            ("suspended", "false") => operator("user.resume", json!({ "name": user })),
            (field @ ("day" | "month"), "none") => operator("user.set", json!({ "name": user, field: null })),
            (field @ ("day" | "month"), number) => {
                let number: u32 = number.parse().map_err(|_| unknown())?;
                operator("user.set", json!({ "name": user, field: number }))
            }
            _ => return Err(unknown()),
        };
        Ok(Patch::Set { text: text.to_owned(), user, what })
    }

    /// `c42`.
    ///
    /// # Errors
    /// In words, where it names no command.
    pub fn drop(text: &str) -> Result<Patch, String> {
        let command = text.strip_prefix('c').and_then(|number| number.parse().ok());
        command
            .map(|seq| Patch::Drop(CommandSeq(seq)))
            .ok_or_else(|| format!("{text:?} is no command, as in c42"))
    }

    /// `alice message.send {"to":["bob"],"text":"hi"}`, behind `@TIME ` or `c42 ` where it is not said at the beginning.
    ///
    /// # Errors
    /// In words, where it cannot be read.
    pub fn add(text: &str) -> Result<Patch, String> {
        let unknown = |why: &str| {
            format!(
                "{text:?} is no command, as in '@2026-12-01T09:00:00Z alice message.send {{\"to\":[\"bob\"]}}': {why}"
            )
        };
        let (first, rest) = text.trim().split_once(' ').ok_or_else(|| unknown("it has one word"))?;
        let command = || first.strip_prefix('c')?.parse().ok().map(CommandSeq).map(Where::Before);
        let time = || first.strip_prefix('@')?.parse().ok().map(Where::At);
        let (place, said) = match command().or_else(time) {
            Some(place) => (place, rest),
            None => (Where::Beginning, text.trim()),
        };
        let mut parts = said.trim().splitn(3, ' ');
        let (by, verb) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
        let payload = parts.next().unwrap_or("{}");
        let payload = serde_json::from_str(payload).map_err(|error| unknown(&error.to_string()))?;
        if !verb.contains('.') {
            return Err(unknown("the second word is no verb"));
        }
        let said = Said { by: by.to_owned(), verb: verb.to_owned(), payload };
        Ok(Patch::Add { text: text.to_owned(), place, said })
    }

    /// As it was written.
    pub fn text(&self) -> String {
        match self {
            Patch::Drop(command) => format!("c{}", command.0),
            Patch::Add { text, .. } | Patch::Set { text, .. } => text.clone(),
        }
    }
}

/// By how much all clocks are wrong: `+2h`, `-30m`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ClockOffset(pub i64);

impl FromStr for ClockOffset {
    type Err = String;
    fn from_str(text: &str) -> Result<ClockOffset, String> {
        let (sign, span) = match text.strip_prefix('-') {
            Some(span) => (-1, span),
            None => (1, text.trim_start_matches('+')),
        };
        let span: Span = span.parse().map_err(|why| format!("{why}; a clock is off by +2h or -30m"))?;
        Ok(ClockOffset(sign * span.ms()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patches_are_read_as_people_write_them() {
        for text in
            ["bob.presence=offline", "user.bob.sms=off", "bob.day=5", "bob.month=none", "bob.suspended=true"]
        {
            assert!(Patch::set(text).is_ok(), "{text}");
        }
        for text in ["bob", "bob.sms=maybe", "bob.day=many", ".sms=off", "bob.phone=+44"] {
            assert!(Patch::set(text).is_err(), "{text}");
        }
        assert_eq!(Patch::drop("c7"), Ok(Patch::Drop(CommandSeq(7))));
        assert!(Patch::drop("m7").is_err());
        let place = |text: &str| match Patch::add(text).unwrap() {
            Patch::Add { place, .. } => place,
            Patch::Drop(_) | Patch::Set { .. } => panic!("{text}"),
        };
        assert_eq!(place(r#"alice message.send {"to":["bob"],"text":"a b"}"#), Where::Beginning);
        assert_eq!(place(r#"c7 alice contact.add {"who":"bob"}"#), Where::Before(CommandSeq(7)));
        assert_eq!(
            place("@1970-01-01T00:00:01Z _admin user.suspend {}"),
            Where::At(Instant::from_unix_ms(1_000))
        );
        assert!(Patch::add("alice").is_err() && Patch::add("alice message.send {").is_err());
        assert_eq!("-30m".parse(), Ok(ClockOffset(-1_800_000)));
        assert_eq!("+2h".parse(), Ok(ClockOffset(7_200_000)));
    }
}
