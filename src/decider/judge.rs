//! One command judged: the commits that answer it as they will stand on EVENTS; a recorded refusal where that cannot be.
//!
//! Invariant: whatever a command says and whatever the rules do about it, there is a judgement, and the next one is judged.

use std::panic::{AssertUnwindSafe, catch_unwind};

use tracing::error;

use super::settle::Answer;
use crate::log::Record;
#[cfg(not(feature = "changed_rule"))]
use crate::rules::decide;
use crate::rules::{Commit, Decision, Kept, Order, Rejection, Stamp, State, refuse};
use crate::wire::command::Unread;
use crate::wire::headers::{self, Trace};
use crate::wire::outcome::OutcomeBody;
use crate::wire::{Outgoing, command, commit, subjects, to_payload};
use crate::words::CommandSeq;

/// A `traceparent` has 55 bytes. A longer header is not carried on, for a commit must not outgrow what a server takes.
const TRACE_BYTES_MAX: usize = 256;
/// The fence's header is added when a commit is appended: its name, twenty digits, and what stands around them.
const FENCE_BYTES: usize = 64;

/// What becomes of a command.
#[derive(Debug, PartialEq)]
pub struct Judged {
    pub parts: Vec<Commit>,
    /// The parts as they are appended.
    pub outgoing: Vec<Outgoing>,
    pub(super) answer: Answer,
}

/// A command as it was read, before it is judged.
#[derive(Debug)]
pub struct Heard<'a> {
    record: &'a Record,
    /// None where the reading panicked.
    order: Option<Result<Order, Box<Unread>>>,
}

impl<'a> Heard<'a> {
    pub(super) fn of(record: &'a Record) -> Heard<'a> {
        let (subject, seq) = (record.subject.as_str(), CommandSeq(record.seq));
        let read = || command::parse(subject, &record.payload, seq, record.at);
        Heard { record, order: catch_unwind(AssertUnwindSafe(read)).ok() }
    }

    pub fn record(&self) -> &'a Record {
        self.record
    }

    /// The command as it was read, to be judged otherwise than it was said; none where it cannot be read.
    pub fn order_mut(&mut self) -> Option<&mut Order> {
        self.order.as_mut()?.as_mut().ok()
    }

    /// Under what its id is kept, where it has one.
    pub(super) fn kept_under(&self) -> Option<Stamp> {
        self.order.as_ref()?.as_ref().ok()?.kept_under()
    }

    /// The same, with what was found under its id.
    pub(super) fn knowing(mut self, kept: Option<Kept>) -> Heard<'a> {
        if let Some(Ok(order)) = &mut self.order {
            order.kept = kept;
        }
        self
    }
}

/// Judges by the rules.
#[cfg(not(feature = "changed_rule"))]
pub(super) fn judge(state: &State, heard: Heard<'_>) -> Judged {
    judge_by(decide, state, heard)
}

/// Judges by the rules, or in a test by those that are changed on purpose.
#[cfg(feature = "changed_rule")]
pub(super) fn judge(state: &State, heard: Heard<'_>) -> Judged {
    judge_by(super::changed::rules(), state, heard)
}

fn judge_by(rules: fn(&State, &Order) -> Decision, state: &State, heard: Heard<'_>) -> Judged {
    let Heard { record, order } = heard;
    // The state is only looked at, so a panic leaves nothing half done.
    match order.and_then(|order| catch_unwind(AssertUnwindSafe(|| decided(rules, state, record, order))).ok())
    {
        Some(judged) if judged.outgoing.iter().all(fits) => judged,
        Some(_) => {
            error!(
                seq = record.seq,
                "the decision is larger than EVENTS takes: the command is refused as command.failed"
            );
            failed(record)
        }
        None => {
            error!(seq = record.seq, "a rule panicked: the command is refused as command.failed");
            failed(record)
        }
    }
}

fn fits(outgoing: &Outgoing) -> bool {
    outgoing.bytes_len() + FENCE_BYTES <= commit::COMMIT_BYTES_MAX
}

fn decided(
    rules: fn(&State, &Order) -> Decision,
    state: &State,
    record: &Record,
    order: Result<Order, Box<Unread>>,
) -> Judged {
    let seq = CommandSeq(record.seq);
    match order {
        Ok(order) => {
            let decision = rules(state, &order);
            let body = OutcomeBody::new(seq, &decision.outcome);
            judged(commit::of_order(&order, decision), record, to_payload(&body, order.encoding))
        }
        Err(unread) => {
            let decision = refuse(unread.rejection);
            let body = OutcomeBody::new(seq, &decision.outcome);
            let parts = commit::parts(seq, record.at, &unread.by, decision);
            judged(parts, record, to_payload(&body, unread.encoding))
        }
    }
}

/// The judgement about a command that cannot be decided.
pub(super) fn failed(record: &Record) -> Judged {
    let seq = CommandSeq(record.seq);
    let (by, encoding) = command::sender(record.subject.as_str(), &record.payload);
    let decision = refuse(Rejection::failed(seq.0));
    let body = OutcomeBody::new(seq, &decision.outcome);
    judged(commit::parts(seq, record.at, &by, decision), record, to_payload(&body, encoding))
}

fn judged(parts: Vec<Commit>, record: &Record, told: Vec<u8>) -> Judged {
    let trace = trace(record);
    let outgoing = parts.iter().map(|part| commit::outgoing(part, &trace)).collect();
    let token = subjects::outcome_token(record.subject.as_str());
    let subject = subjects::outcome(token, CommandSeq(record.seq));
    Judged { parts, outgoing, answer: Answer { subject, payload: told.into() } }
}

/// What the commits carry on of a command's headers.
fn trace(record: &Record) -> Trace {
    let get = |name: &str| {
        let value = record.headers.as_ref()?.get(name)?.as_str();
        let carried = value.len() <= TRACE_BYTES_MAX && value.bytes().all(|byte| matches!(byte, b' '..=b'~'));
        carried.then(|| value.to_owned())
    };
    Trace { correlation: get(headers::CORRELATION), traceparent: get(headers::TRACEPARENT) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::attempt::{Adapter, ReceiptState, Stray, Unmatched};
    use crate::rules::identity::Registered;
    use crate::rules::{Fact, Outcome};
    use crate::words::{EventSeq, Instant};

    fn record(seq: u64, subject: &str, payload: &str) -> Record {
        let (subject, payload) = (subject.into(), payload.to_owned().into());
        Record { seq, subject, at: Instant::from_unix_ms(1_000), payload, headers: None }
    }

    fn codes(judged: &Judged) -> Vec<String> {
        let code = |fact: &Fact| fact.get::<Rejection>().map_or_else(String::new, |why| why.code.clone());
        judged.parts.iter().flat_map(|part| &part.facts).map(code).collect()
    }

    /// A fact of about so many bytes.
    fn large(bytes: usize) -> Fact {
        let (connector, id, state) = (String::new(), "x".repeat(bytes), ReceiptState::Delivered);
        Fact::from(Unmatched {
            channel: Adapter::Sms,
            receipt: Stray { connector, id, state, error: None, phone: None },
        })
    }

    fn decision(facts: Vec<Fact>) -> Decision {
        Decision { facts, intent: None, outcome: Outcome::Accepted }
    }

    #[test]
    fn a_rule_that_panics_refuses_its_command_and_not_the_next_one() {
        let panics = |_: &State, order: &Order| -> Decision { panic!("deciding {:?}", order.seq) };
        let (mut state, before) = (State::default(), State::default());
        let register = r#"{"name":"alice"}"#;
        let first =
            judge_by(panics, &state, Heard::of(&record(7, "homing.cmd._admin.user.register", register)));
        assert_eq!(codes(&first), ["command.failed"]);
        let told = String::from_utf8(first.answer.payload.to_vec()).unwrap();
        assert!(told.contains(r#""command":7"#) && told.contains("number, 7"), "{told}");
        assert_eq!(state, before);
        state.evolve(&first.parts, EventSeq(1));
        let next = judge(&state, Heard::of(&record(8, "homing.cmd._admin.user.register", register)));
        assert!(next.parts[0].facts[0].get::<Registered>().is_some());
    }

    #[test]
    fn a_decision_is_parted_by_its_bytes_and_refused_where_one_fact_alone_is_too_large() {
        let many = |_: &State, _: &Order| decision((0..40).map(|_| large(60_000)).collect());
        let asked = record(7, "homing.cmd._admin.user.register", r#"{"name":"alice"}"#);
        let parted = judge_by(many, &State::default(), Heard::of(&asked));
        assert_eq!(parted.parts.iter().map(|part| part.facts.len()).collect::<Vec<_>>(), [17, 17, 6]);
        assert!(parted.outgoing.iter().all(fits));
        let one = |_: &State, _: &Order| decision(vec![large(100), large(commit::COMMIT_BYTES_MAX)]);
        assert_eq!(codes(&judge_by(one, &State::default(), Heard::of(&asked))), ["command.failed"]);
    }
}
