//! A decider without a log and without a server: it keeps its commits in a list.

use homing::rules::{Commit, Outcome, State, decide, refuse};
use homing::wire::{command, commit, subjects};
use homing::words::{CommandSeq, EventSeq, Instant};

/// The pure rules at work, as the decider sets them to work.
#[derive(Default)]
pub struct Desk {
    pub state: State,
    /// The last command taken.
    pub seq: u64,
    /// Every commit's subject and bytes, as they would stand on EVENTS.
    pub log: Vec<(String, Vec<u8>)>,
}

impl Desk {
    /// Decides the next command and takes the decision in.
    pub fn take(&mut self, at: Instant, subject: &str, payload: &[u8]) -> (Vec<Commit>, Outcome) {
        self.seq += 1;
        let (parts, outcome) = judge(&self.state, CommandSeq(self.seq), at, subject, payload);
        self.state.evolve(&parts, EventSeq(self.log.len() as u64 + 1));
        for part in &parts {
            self.log.push((subjects::event(part), commit::encode(part)));
        }
        (parts, outcome)
    }
}

/// A command's commits and outcome, nothing taken in.
pub fn judge(
    state: &State,
    seq: CommandSeq,
    at: Instant,
    subject: &str,
    payload: &[u8],
) -> (Vec<Commit>, Outcome) {
    match command::parse(subject, payload, seq, at) {
        Ok(order) => {
            let decision = decide(state, &order);
            let outcome = decision.outcome.clone();
            (commit::of_order(&order, decision), outcome)
        }
        Err(unread) => {
            let decision = refuse(unread.rejection);
            let outcome = decision.outcome.clone();
            (commit::parts(seq, at, &unread.by, decision), outcome)
        }
    }
}
