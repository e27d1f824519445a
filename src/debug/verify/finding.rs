//! A finding: a place where the two streams do not fit, with both decisions in lines.

use serde::Serialize;
use serde_with::skip_serializing_none;

use super::report::as_text;
use crate::log::Record;
use crate::rules::{Commit, Sender};
use crate::wire::command;
use crate::words::Instant;

/// In what way they do not fit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// Another decision stands on EVENTS.
    Differs,
    /// What is decided again does not stand on EVENTS at all.
    NoCommit,
    /// A commit answers a command that is not in COMMANDS, and neither has left it by age.
    NoCommand,
    /// A decision stands there without its last parts, and another one behind it.
    MissingParts,
}

/// One of them.
#[skip_serializing_none]
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    pub kind: Kind,
    /// The command's number.
    pub command: u64,
    /// On which it was published.
    pub subject: Option<String>,
    pub by: String,
    #[serde(rename = "time", serialize_with = "as_text")]
    pub at: Instant,
    /// Where it shows on EVENTS.
    pub commit: Option<u64>,
    /// Why a record of a decider's, which stands where the commit is looked for, is none.
    pub torn: Option<String>,
    /// What stands on EVENTS, a line each; where a decision has parts, those that differ.
    pub stands: Vec<String>,
    /// What is decided again.
    pub decided: Vec<String>,
}

impl Finding {
    pub(super) fn of_difference(command: &Record, commit: u64) -> Finding {
        Finding { kind: Kind::Differs, commit: Some(commit), ..Finding::of_command(command, None) }
    }

    /// What is decided about it stands nowhere; `torn` is a record in its place.
    pub(super) fn of_command(record: &Record, torn: Option<(u64, String)>) -> Finding {
        let (by, _) = command::sender(record.subject.as_str(), &record.payload);
        Finding {
            subject: Some(record.subject.to_string()),
            commit: torn.as_ref().map(|(seq, _)| *seq),
            torn: torn.map(|(_, why)| why),
            ..Finding::new(Kind::NoCommit, record.seq, &by, record.at)
        }
    }

    /// What it answers is not there.
    pub(super) fn of_commit(seq: u64, commit: &Commit) -> Finding {
        let Commit { command, by, at, .. } = commit;
        Finding { commit: Some(seq), ..Finding::new(Kind::NoCommand, command.0, by, *at) }
    }

    /// `next` is the one that stands behind what was begun.
    pub(super) fn of_missing_parts(command: u64, seq: u64, next: &Commit) -> Finding {
        let why = format!("the decision of command {} begins there", next.command.0);
        let finding = Finding::new(Kind::MissingParts, command, &next.by, next.at);
        Finding { commit: Some(seq), torn: Some(why), ..finding }
    }

    fn new(kind: Kind, command: u64, by: &Sender, at: Instant) -> Finding {
        let (stands, decided) = (Vec::new(), Vec::new());
        Finding {
            kind,
            command,
            subject: None,
            by: by.to_string(),
            at,
            commit: None,
            torn: None,
            stands,
            decided,
        }
    }
}
