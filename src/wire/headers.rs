//! The headers of a commit: CloudEvents in the NATS binding (binary mode), so that a person reads them undecoded.

use crate::rules::presence::Encoding;
use crate::rules::{About, Commit, Fact, Sender};
use crate::wire::subjects;

pub const TRACEPARENT: &str = "traceparent";
pub const CORRELATION: &str = "ce-correlationid";
/// On all that Homing says to people (live messages, notes and outcomes), and on nothing else: a reply subject that somebody names in
/// the account of the people carries answers there, and these have no such header.
pub const SAID_BY_HOMING: (&str, &str) = ("Homing", "1");
const SUBJECT: &str = "ce-subject";
/// The layout's version, in the header `ce-type`. An older one is read by an upcaster here; there is none yet.
const VERSION: &str = "v1";
const CONTENT_TYPE: &str = "content-type";
const MSGPACK: &str = "application/msgpack";

/// What a command brought along for the commits that answer it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Trace {
    pub correlation: Option<String>,
    pub traceparent: Option<String>,
}

/// Name and value of each header of a commit.
pub fn of_commit(commit: &Commit, trace: &Trace) -> Vec<(&'static str, String)> {
    let command = commit.command.0;
    let name = commit.facts.first().map_or(subjects::NO_FACT, Fact::name);
    let about = commit.facts.first().map_or(About::Nobody, Fact::about);
    let story = commit.facts.first().and_then(Fact::story).map_or(command, |first| first.0);
    let correlation = trace.correlation.clone().unwrap_or_else(|| story.to_string());
    let mut headers = vec![
        ("ce-specversion", "1.0".to_owned()),
        ("ce-id", format!("{command}.{}", commit.part)),
        ("ce-source", "homing".to_owned()),
        ("ce-type", format!("homing.{name}.{VERSION}")),
        (SUBJECT, subject(about, &commit.by)),
        ("ce-time", commit.at.to_string()),
        (CORRELATION, correlation),
        ("ce-causationid", command.to_string()),
        (CONTENT_TYPE, MSGPACK.to_owned()),
    ];
    headers.extend(trace.traceparent.clone().map(|traceparent| (TRACEPARENT, traceparent)));
    headers
}

/// Whom or what a commit is about; where that is nobody who could be named, who asked for it.
fn subject(about: About<'_>, by: &Sender) -> String {
    match about {
        About::User(user) => user.to_string(),
        About::Message(message) => message.to_string(),
        About::Schedule(schedule) => schedule.to_string(),
        About::Group(group) => format!("#{group}"),
        About::Timer(timer) => timer.to_string(),
        About::Nobody => by.to_string(),
    }
}

/// The header after which the server drops a stored message (ADR-43).
pub fn gone_after(secs: u64) -> (&'static str, String) {
    ("Nats-TTL", secs.to_string())
}

/// The header that says how a payload is encoded.
pub fn content_type(encoding: Encoding) -> (&'static str, String) {
    let name = match encoding {
        Encoding::Json => "application/json",
        Encoding::Msgpack => MSGPACK,
    };
    (CONTENT_TYPE, name.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::message::Recalled;
    use crate::rules::schedule::Cancelled;
    use crate::rules::timer;
    use crate::words::{CommandSeq, Instant};

    fn headers(fact: Fact, trace: &Trace) -> Vec<(&'static str, String)> {
        let (command, at) = (CommandSeq(42), Instant::default());
        let commit =
            Commit { command, at, by: Sender::Unknown, part: 0, parts: 1, intent: None, facts: vec![fact] };
        of_commit(&commit, trace)
    }

    #[test]
    fn what_became_of_something_is_correlated_with_the_command_that_made_it() {
        let cancelled = Fact::from(Cancelled { schedule: "s7".parse().unwrap() });
        let (message, to) = ("m9".parse().unwrap(), "bob".parse().unwrap());
        let recalled =
            Fact::from(Recalled { message, to, from: None, encoding: None, group: None, to_encoding: None });
        let set = |timer: &str| timer::Set { timer: timer.parse().unwrap(), due: Instant::default() }.into();
        for (fact, made_by) in [
            (cancelled, "7"),
            (recalled, "9"),
            (set("occur-s7"), "7"),
            (set("expire-m9"), "9"),
            (set("escalate-m9"), "9"),
        ] {
            let headers = headers(fact, &Trace::default());
            let value = |name| headers.iter().find(|(its, _)| *its == name).map(|(_, value)| value.as_str());
            assert_eq!((value(CORRELATION), value("ce-causationid")), (Some(made_by), Some("42")));
        }
    }

    #[test]
    fn a_correlation_that_the_command_brought_along_is_kept() {
        let fact = Fact::from(Cancelled { schedule: "s7".parse().unwrap() });
        let correlation = Some("order-9".to_owned());
        let headers = headers(fact, &Trace { correlation, traceparent: None });
        assert!(headers.contains(&(CORRELATION, "order-9".to_owned())));
    }
}
