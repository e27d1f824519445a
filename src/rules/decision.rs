//! One command in, one decision out: who may ask, what was asked before, and which area answers.

use serde::{Deserialize, Serialize};

use super::presence::Encoding;
use super::proof::Case;
use super::quota::OverQuota;
use super::vocabulary::Decide;
use super::{Command, Fact, IntentMark, Kept, Rejection, Sender, Stamp, State, quota};
use crate::words::{CommandSeq, GroupNumber, ImNumber, Instant, MessageId, ScheduleId, UserName};

const ID_BYTES_MAX: usize = 256;

/// A command with all that its decision may know about it.
#[derive(Debug, Clone, PartialEq)]
pub struct Order {
    pub seq: CommandSeq,
    /// The command's JetStream timestamp: the decision's "now".
    pub at: Instant,
    pub by: Sender,
    pub encoding: Encoding,
    pub command: Command,
    /// A stamp of the command without its encoding, taken where it carries an `id`.
    pub content: Option<Stamp>,
    /// What was found under its `id` among those that the state holds no more, be it too old to count.
    pub kept: Option<Kept>,
}

/// What is answered to the one who asked.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Outcome {
    Accepted,
    Message(MessageId),
    User(UserName, ImNumber),
    Group(GroupNumber),
    /// With those of its next firings that would exceed the quota.
    Schedule(ScheduleId, Vec<OverQuota>),
    Refused(Box<Rejection>),
}

impl Outcome {
    /// The outcome that a decision's first fact tells.
    pub fn of(first: Option<&Fact>) -> Outcome {
        first.map_or(Outcome::Accepted, Fact::outcome)
    }
}

/// The facts of a decision; none when the wish was fulfilled already.
#[derive(Debug, Clone, PartialEq)]
pub struct Decision {
    pub facts: Vec<Fact>,
    pub intent: Option<IntentMark>,
    pub outcome: Outcome,
}

/// Decides one order. The same state and order give the same decision, always.
pub fn decide(state: &State, order: &Order) -> Decision {
    order.command.judge(state, order)
}

/// The decision about a command that could not even be read.
pub fn refuse(rejection: Rejection) -> Decision {
    let fact = Fact::from(rejection);
    Decision { outcome: fact.outcome(), facts: vec![fact], intent: None }
}

/// Decides a command of a type: who says it may, it was not said before, and its own rules give the facts.
pub(super) fn judge<C: Decide>(state: &State, order: &Order, command: &C) -> Decision {
    let case = match Case::new(state, order, C::WHO) {
        Ok(case) => case,
        Err(rejection) => return refuse(rejection),
    };
    let intent = match first_outcome(state, order) {
        Ok(Some(outcome)) => return Decision { facts: Vec::new(), intent: None, outcome },
        Ok(None) => mark(order),
        Err(rejection) => return refuse(rejection),
    };
    let decision = match command.decide(&case) {
        Ok(facts) => {
            let outcome = facts.first().map_or_else(|| command.fulfilled(state), Fact::outcome);
            Decision { facts, intent: None, outcome }
        }
        // The same may be asked again, under the same id: it is not remembered.
        Err(rejection) if rejection.retry_at.is_some() => return refuse(rejection),
        Err(rejection) => refuse(rejection),
    };
    match intent.as_ref().map_or(Ok(()), |mark| quota::check_ids(state, order, mark, &decision.outcome)) {
        Ok(()) => Decision { intent, ..decision },
        Err(rejection) => refuse(rejection),
    }
}

/// What was answered to the same id before, if it was the same command.
fn first_outcome(state: &State, order: &Order) -> Result<Option<Outcome>, Rejection> {
    must_be_shaped(order.command.id())?;
    let Some(mark) = mark(order) else { return Ok(None) };
    if let Sender::Part(_) = order.by {
        return Ok(state.intents.has(&order.by, &mark.id).then_some(Outcome::Accepted));
    }
    match state.intents.find(order) {
        None => Ok(None),
        Some(kept) if kept.content == mark.content => Ok(Some(kept.outcome.clone())),
        Some(_) => Err(Rejection::id_reused()),
    }
}

/// An id is kept, in a commit that is to be smaller than its command may be.
fn must_be_shaped(id: Option<&str>) -> Result<(), Rejection> {
    if id.is_none_or(|id| (1..=ID_BYTES_MAX).contains(&id.len())) {
        Ok(())
    } else {
        Err(Rejection::bad_id(ID_BYTES_MAX))
    }
}

fn mark(order: &Order) -> Option<IntentMark> {
    let id = order.command.id()?.to_owned();
    Some(IntentMark { id, content: order.content? })
}
