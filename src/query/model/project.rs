//! Which rows a commit changes.

use super::step::{Reason, State, Step};
use super::{contacts, delivery, presence, schedules, usage, users};
use crate::log::Fault;
use crate::log::Rows;
use crate::rules::attempt::Adapter;
use crate::rules::message::{Delivered, Expired, Failed, Filtered, Recalled, Routed, WasRead};
use crate::rules::{Channel, Commit, Fact, attempt, message};
use crate::words::{EventSeq, Instant, MessageId, Party};

pub(super) fn project(rows: &mut Rows<'_>, seq: EventSeq, commit: &Commit) -> Result<(), Fault> {
    commit.facts.iter().try_for_each(|fact| take(rows, seq, commit, fact))
}

fn take(rows: &mut Rows<'_>, seq: EventSeq, commit: &Commit, fact: &Fact) -> Result<(), Fault> {
    let at = commit.at;
    match fact {
        Fact::Identity(fact) => users::take(rows, fact),
        Fact::Contacts(fact) => contacts::take(rows, fact),
        Fact::Presence(fact) => presence::take(rows, fact, at),
        Fact::Message(message::Fact::Accepted(accepted)) => {
            delivery::accepted(rows, seq, at, accepted)?;
            usage::count(rows, accepted, commit.now())
        }
        Fact::Message(fact) => moved(fact, seq, at)
            .map_or(Ok(()), |(message, to, step)| delivery::moved(rows, message, to, &step)),
        Fact::Schedule(fact) => schedules::take(rows, seq, fact),
        Fact::Attempt(fact) => attempted(rows, seq, at, fact),
        // What people write from their phones is a message, or a wish of nobody's.
        Fact::Phone(_) | Fact::Refusal(_) | Fact::Timer(_) => Ok(()),
    }
}

/// The step that a fact is for a delivery.
fn moved(fact: &message::Fact, seq: EventSeq, at: Instant) -> Option<(MessageId, &Party, Step)> {
    let step = |state, reason| Step { state, channel: None, reason, at, seq };
    Some(match fact {
        message::Fact::Accepted(_) => return None,
        message::Fact::Routed(routed) => (routed.message, &routed.to, routed_step(routed, seq, at)),
        message::Fact::Delivered(Delivered { message, to }) => (*message, to, step(State::Delivered, None)),
        message::Fact::WasRead(WasRead { message, to }) => (*message, to, step(State::Read, None)),
        message::Fact::Filtered(Filtered { message, to, reason }) => {
            (*message, to, step(State::Filtered, Some(Reason::Filter(*reason))))
        }
        message::Fact::Recalled(Recalled { message, to }) => {
            (*message, to, step(State::Recalled, Some(Reason::BySender)))
        }
        message::Fact::Expired(Expired { message, to }) => {
            (*message, to, step(State::Expired, Some(Reason::Deadline)))
        }
        message::Fact::Failed(Failed { message, to, reason }) => {
            (*message, to, step(State::Failed, Some(Reason::Fail(*reason))))
        }
    })
}

/// What an adapter reports of a delivery that goes on.
fn attempted(rows: &mut Rows<'_>, seq: EventSeq, at: Instant, fact: &attempt::Fact) -> Result<(), Fault> {
    let step = |channel: &Adapter, state, reason| {
        let channel = Some(Channel::By(*channel));
        Step { state, channel, reason, at, seq }
    };
    match fact {
        attempt::Fact::Accepted(attempt::Accepted { channel, attempt, receipts }) => {
            delivery::moved(rows, attempt.message, &attempt.to, &step(channel, State::Sent, None))?;
            if !receipts {
                delivery::forgotten(rows, attempt.message, &attempt.to);
            }
        }
        attempt::Fact::Deferred(attempt::Deferred { channel, attempt, class: _, why }) => {
            let deferred = step(channel, State::Planned, Some(Reason::Defer(*why)));
            delivery::moved(rows, attempt.message, &attempt.to, &deferred)?;
        }
        attempt::Fact::Unknown(attempt::Unknown { channel, attempt, why }) => {
            let unknown = step(channel, State::Unknown, Some(Reason::Unknown(*why)));
            delivery::moved(rows, attempt.message, &attempt.to, &unknown)?;
        }
        attempt::Fact::Silent(attempt::Silent { message, to, channel: _ }) => {
            delivery::forgotten(rows, *message, to);
        }
        // Grants and receipts are the adapter's; what comes of them for a delivery is a fact of its message.
        attempt::Fact::Granted(_)
        | attempt::Fact::LetGo(_)
        | attempt::Fact::Failed(_)
        | attempt::Fact::Receipted(_)
        | attempt::Fact::Unmatched(_) => {}
    }
    Ok(())
}

fn routed_step(routed: &Routed, seq: EventSeq, at: Instant) -> Step {
    let state = match routed.channel {
        Channel::Live => State::Sent,
        Channel::Pull => State::Pull,
        // Handed to an adapter, which has not reported anything yet.
        Channel::By(_) => State::Planned,
        Channel::None => State::Waiting,
    };
    let channel = Some(routed.channel).filter(|channel| *channel != Channel::None);
    Step { state, channel, reason: Some(Reason::Route(routed.because)), at, seq }
}
