//! A finding: a place where the two streams do not fit, with both decisions in lines.

use serde::Serialize;
use serde_with::skip_serializing_none;

use super::report::as_text_if_any;
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
    /// A command was stored, cannot be read any more, and nothing on EVENTS answers it.
    LostCommand,
    /// Commits were stored, and cannot be read any more. What stands behind them is not compared.
    Gap,
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
    /// Unknown of what cannot be read.
    pub by: Option<String>,
    #[serde(rename = "time", serialize_with = "as_text_if_any")]
    pub at: Option<Instant>,
    /// Where it shows on EVENTS.
    pub commit: Option<u64>,
    /// Why a record of a decider's, which stands where the commit is looked for, is none; or what cannot be read.
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
            ..Finding::new(Kind::NoCommit, record.seq).said(&by, record.at)
        }
    }

    /// What it answers is not there.
    pub(super) fn of_commit(seq: u64, commit: &Commit) -> Finding {
        let Commit { command, by, at, .. } = commit;
        Finding { commit: Some(seq), ..Finding::new(Kind::NoCommand, command.0).said(by, *at) }
    }

    /// `next` is the one that stands behind what was begun.
    pub(super) fn of_missing_parts(command: u64, seq: u64, next: &Commit) -> Finding {
        let why = format!("the decision of command {} begins there", next.command.0);
        let finding = Finding::new(Kind::MissingParts, command).said(&next.by, next.at);
        Finding { commit: Some(seq), torn: Some(why), ..finding }
    }

    /// Nothing of COMMANDS can be read from `first` to `last`.
    pub(super) fn of_lost_commands(first: u64, last: u64) -> Finding {
        Finding { torn: Some(unreadable("COMMANDS", first, last)), ..Finding::new(Kind::LostCommand, first) }
    }

    /// Nothing of EVENTS can be read from `first` to `last`; `command` is the last one whose decision stands before.
    pub(super) fn of_gap(first: u64, last: u64, command: u64) -> Finding {
        let torn = Some(unreadable("EVENTS", first, last));
        Finding { commit: Some(first), torn, ..Finding::new(Kind::Gap, command + 1) }
    }

    fn said(self, by: &Sender, at: Instant) -> Finding {
        Finding { by: Some(by.to_string()), at: Some(at), ..self }
    }

    fn new(kind: Kind, command: u64) -> Finding {
        let (stands, decided) = (Vec::new(), Vec::new());
        Finding {
            kind,
            command,
            subject: None,
            by: None,
            at: None,
            commit: None,
            torn: None,
            stands,
            decided,
        }
    }
}

fn unreadable(stream: &str, first: u64, last: u64) -> String {
    match first == last {
        true => format!("nothing can be read of {stream} at {first}: its file is torn, or it was removed"),
        false => format!(
            "nothing can be read of {stream} from {first} to {last}: its file is torn, or they were removed"
        ),
    }
}
