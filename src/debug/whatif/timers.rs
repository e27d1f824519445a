//! The timers of what did not happen: a timer that was never set in the log fires by its own time.

use std::collections::{BTreeMap, BTreeSet};

use crate::log::{Fault, Record, Recording};
use crate::rules::timer::{self, Fired, Set};
use crate::rules::{Command, Commit, Fact, Part, Timer};
use crate::wire::{command, subjects, to_json};
use crate::words::{CommandSeq, Instant};

const BATCH_LEN_MAX: usize = 512;

/// Which were set, and which of them the log fires itself.
#[derive(Debug, Default)]
pub(super) struct Timers {
    /// By the time at which they are due. As many as are set; a later one takes the place of an earlier one.
    set: BTreeMap<(Instant, String), Timer>,
    due: BTreeMap<String, Instant>,
    /// Firings that stand in COMMANDS: sixteen bytes each.
    logged: BTreeSet<(i64, u64)>,
}

impl Timers {
    /// # Errors
    /// When the recording cannot be read.
    pub(super) fn of(recording: &Recording) -> Result<Timers, Fault> {
        let mut timers = Timers::default();
        let mut next = 0;
        loop {
            let batch = recording.batch("COMMANDS", next, BATCH_LEN_MAX)?;
            let Some(last) = batch.last() else { return Ok(timers) };
            next = last.seq + 1;
            let firings =
                batch.iter().filter(|record| record.subject.ends_with(".timer.fired")).filter_map(fired);
            timers
                .logged
                .extend(firings.map(|Fired { timer, due }| (due.unix_ms(), short(&timer.to_string()))));
        }
    }

    /// Takes in what a decision has set.
    pub(super) fn take(&mut self, parts: &[Commit]) {
        for Set { timer, due } in parts.iter().flat_map(|part| &part.facts).filter_map(Fact::get::<Set>) {
            let name = timer.to_string();
            if let Some(before) = self.due.remove(&name) {
                self.set.remove(&(before, name.clone()));
            }
            if !self.logged.contains(&(due.unix_ms(), short(&name))) {
                self.due.insert(name.clone(), *due);
                self.set.insert((*due, name), *timer);
            }
        }
    }

    /// The next one that is due before this time, as the command that it says.
    pub(super) fn due(&mut self, before: Instant, seq: u64) -> Option<Record> {
        let (due, name) = self.set.first_key_value().map(|(key, _)| key.clone())?;
        if due >= before {
            return None;
        }
        let timer = self.set.remove(&(due, name.clone()))?;
        self.due.remove(&name);
        let payload = to_json(&Fired { timer, due }).into();
        let subject = subjects::command(Part::Clock.as_str(), "timer.fired").into();
        Some(Record { seq, subject, at: due, payload, headers: None })
    }
}

fn fired(record: &Record) -> Option<Fired> {
    let order =
        command::parse(record.subject.as_str(), &record.payload, CommandSeq(record.seq), record.at).ok()?;
    match order.command {
        Command::Timer(timer::Command::Fired(fired)) => Some(fired),
        Command::Identity(_)
        | Command::Contacts(_)
        | Command::Presence(_)
        | Command::Message(_)
        | Command::Group(_)
        | Command::Schedule(_)
        | Command::Attempt(_)
        | Command::Phone(_)
        | Command::Service(_)
        | Command::Refusal(_) => None,
    }
}

/// A timer's name in eight bytes: the kind, and the number of what it is about.
fn short(name: &str) -> u64 {
    let kind = name.bytes().next().map_or(0, u64::from);
    let number = name.rsplit_once(['m', 's']).and_then(|(_, number)| number.parse::<u64>().ok());
    (kind << 56) ^ number.unwrap_or(u64::MAX)
}
