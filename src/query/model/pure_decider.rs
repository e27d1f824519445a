//! Commits as the rules decide them, for the stories of schedules.

use serde_json::Value;

use crate::rules::{Commit, Outcome, State, decide, timer};
use crate::wire::{command, commit, subjects};
use crate::words::{CommandSeq, EventSeq, Instant};

/// Rules, their state, and the log they have led to.
#[derive(Default)]
pub(in crate::query) struct PureDecider {
    state: State,
    command: u64,
    pub(in crate::query) log: Vec<(EventSeq, Commit)>,
}

impl PureDecider {
    /// Decides a command at a moment, which must not be refused. Gives the sequence of the command: the number of what it made.
    pub(in crate::query) fn take(&mut self, at: &str, by: &str, verb: &str, payload: &Value) -> u64 {
        self.command += 1;
        let (seq, at) = (CommandSeq(self.command), at.parse::<Instant>().unwrap());
        let payload = payload.to_string();
        let order = command::parse(&subjects::command(by, verb), payload.as_bytes(), seq, at);
        let order = order.unwrap_or_else(|unread| panic!("{verb} {payload}: {}", unread.rejection));
        let decision = decide(&self.state, &order);
        if let Outcome::Refused(why) = decision.outcome {
            panic!("{verb} {payload}: {why}");
        }
        let parts = commit::of_order(&order, decision);
        let first = self.log.len() as u64 + 1;
        self.state.evolve(&parts, EventSeq(first));
        self.log.extend((first..).map(EventSeq).zip(parts));
        self.command
    }

    /// The timer of a schedule's pending occurrence fires at a moment.
    pub(in crate::query) fn fire(&mut self, at: &str, schedule: &str) {
        let facts = self.log.iter().rev().flat_map(|(_, commit)| commit.facts.iter().rev());
        let due = facts
            .filter(|fact| fact.schedule().is_some_and(|its| its.to_string() == schedule))
            .find_map(|fact| Some(fact.get::<timer::Set>()?.due.unix_ms()));
        let payload = serde_json::json!({"timer": format!("occur-{schedule}"), "due": due.unwrap()});
        self.take(at, "_clock", "timer.fired", &payload);
    }
}
