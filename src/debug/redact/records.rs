//! Records, redacted: a commit of EVENTS or a command of COMMANDS, with its headers.

use async_nats::{HeaderMap, HeaderName, HeaderValue};

use super::{Kind, Redact, Redaction};
use crate::log::{Fault, Record};
use crate::rules::{Command, Commit, Sender};
use crate::wire::{command, commit, headers, subjects};
use crate::words::{CommandSeq, UserName};

/// Headers of others whose name says nothing; what has another one is left out.
const KNOWN: [&str; 4] = ["traceparent", "ce-correlationid", "content-type", "Nats-Msg-Id"];
const NO_VERB: &str = "unknown.unknown";

impl Redact for Commit {
    fn redact(&mut self, by: &mut Redaction) {
        let Commit { command: _, at: _, by: sender, part: _, parts: _, intent, facts } = self;
        sender.redact(by);
        intent.redact(by);
        facts.redact(by);
    }
}

impl Redact for Sender {
    fn redact(&mut self, by: &mut Redaction) {
        match self {
            Sender::User(name) => name.redact(by),
            Sender::Part(_) | Sender::Unknown => {}
        }
    }
}

impl Redaction {
    /// A commit with its headers; its place, its time and its subject stay.
    ///
    /// # Errors
    /// Where it is no commit.
    pub fn event(&mut self, record: Record) -> Result<Record, Fault> {
        let was = record.commit().map_err(|why| Fault::never("redact a commit").because(why))?;
        let mut is = was.clone();
        is.redact(self);
        if is == was && !self.replaces() {
            return Ok(record);
        }
        let of = |commit| headers::of_commit(commit, &headers::Trace::default());
        let (were, are) = (of(&was), of(&is));
        // What Homing itself says of a commit is what it says of the redacted one.
        let own = |name: &str, value: &str| {
            let said = were.iter().any(|(its, said)| *its == name && said == value);
            let now = are.iter().find(|(its, _)| *its == name);
            let now = now.filter(|_| said).map(|(_, now)| now.clone());
            // The decider's own: the fence, without which it would be no commit, and the name of an append.
            let is_drawn = |value: &str| {
                value.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'.' || byte == b'-')
            };
            now.or_else(|| (name.starts_with("Nats-") && is_drawn(value)).then(|| value.to_owned()))
        };
        let headers = self.headers(record.headers.as_ref(), own);
        Ok(Record { payload: commit::encode(&is).into(), headers, ..record })
    }

    /// A command with its headers; its place and its time stay, and its subject where it is one.
    pub fn command(&mut self, record: Record) -> Record {
        let (subject, encoding) =
            (record.subject.to_string(), command::sender(&record.subject, &record.payload).1);
        let read = command::parse(&subject, &record.payload, CommandSeq(record.seq), record.at).ok();
        let (was, mut is) =
            (read.as_ref().map(|order| &order.command), read.as_ref().map(|order| order.command.clone()));
        is.redact(self);
        if is.as_ref() == was && !self.replaces() {
            return record;
        }
        let payload = match &is {
            Some(command) => command::encode(command, encoding),
            // What cannot be read is refused by its own words: none of them is known.
            None if self.with_texts => record.payload.to_vec(),
            None => b"{}".to_vec(),
        };
        let headers = self.headers(record.headers.as_ref(), |name, value| {
            let is_type =
                name == "content-type" && ["application/json", "application/msgpack"].contains(&value);
            is_type.then(|| value.to_owned())
        });
        Record { payload: payload.into(), headers, subject: self.subject(&subject).into(), ..record }
    }

    fn subject(&mut self, subject: &str) -> String {
        let known = |verb: &str| Command::ROWS.iter().any(|row| row.verb == verb);
        let token = subject.split('.').nth(2).unwrap_or_default();
        let verb = subjects::parse_command(subject).map(|(_, verb)| verb).filter(|verb| known(verb));
        if self.with_texts && (self.with_numbers || verb.is_some() && token.parse::<UserName>().is_err()) {
            return subject.to_owned();
        }
        let mut by: Sender = token.parse().unwrap_or(Sender::Unknown);
        by.redact(self);
        subjects::command(by.as_str(), verb.unwrap_or(NO_VERB))
    }

    fn headers(
        &mut self,
        headers: Option<&HeaderMap>,
        own: impl Fn(&str, &str) -> Option<String>,
    ) -> Option<HeaderMap> {
        let mut redacted = HeaderMap::new();
        for (name, values) in headers.into_iter().flat_map(HeaderMap::iter) {
            for value in values {
                let kept = own(name.as_ref(), value.as_str()).or_else(|| self.header(name, value.as_str()));
                if let Some(value) = kept.and_then(|kept| kept.parse::<HeaderValue>().ok()) {
                    redacted.append(name.clone(), value);
                }
            }
        }
        (!redacted.is_empty()).then_some(redacted)
    }

    /// What others have said of a record.
    fn header(&mut self, name: &HeaderName, value: &str) -> Option<String> {
        let name: &str = name.as_ref();
        let is_trace = name == headers::TRACEPARENT && is_traceparent(value);
        if is_trace || !self.replaces() {
            return Some(value.to_owned());
        }
        let known = KNOWN.iter().any(|known| known.eq_ignore_ascii_case(name));
        known.then(|| format!("redacted-{}", self.number(Kind::Header, value.as_bytes())))
    }
}

/// W3C Trace Context: numbers that somebody has drawn.
fn is_traceparent(value: &str) -> bool {
    const LENS: [usize; 4] = [2, 32, 16, 2];
    let pieces: Vec<&str> = value.split('-').collect();
    pieces.iter().map(|piece| piece.len()).eq(LENS)
        && value.bytes().all(|byte| byte == b'-' || byte.is_ascii_hexdigit())
}
