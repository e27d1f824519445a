//! Which rows a commit changes.

use super::step::{Reason, State, Step};
use super::{contacts, delivery, presence, schedules, usage, users};
use crate::log::Fault;
use crate::log::Rows;
use crate::rules::message::{Delivered, Expired, Failed, Filtered, Recalled, Routed, WasRead};
use crate::rules::{Channel, Commit, Fact, message, sms};
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
        Fact::Sms(fact) => take_sms(rows, seq, at, fact),
        Fact::Refusal(_) | Fact::Timer(_) => Ok(()),
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

/// What the SMS bridge reports of a delivery that goes on.
fn take_sms(rows: &mut Rows<'_>, seq: EventSeq, at: Instant, fact: &sms::Fact) -> Result<(), Fault> {
    let step = |state, reason| Step { state, channel: Some(Channel::Sms), reason, at, seq };
    match fact {
        sms::Fact::Accepted(sms::Accepted { attempt, receipts }) => {
            delivery::moved(rows, attempt.message, &attempt.to, &step(State::Sent, None))?;
            if !receipts {
                delivery::forgotten(rows, attempt.message, &attempt.to);
            }
        }
        sms::Fact::Deferred(sms::Deferred { attempt, why }) => {
            let deferred = step(State::Planned, Some(Reason::Defer(*why)));
            delivery::moved(rows, attempt.message, &attempt.to, &deferred)?;
        }
        sms::Fact::Unknown(sms::Unknown { attempt, why }) => {
            let unknown = step(State::Unknown, Some(Reason::Unknown(*why)));
            delivery::moved(rows, attempt.message, &attempt.to, &unknown)?;
        }
        sms::Fact::Silent(sms::Silent { message, to }) => delivery::forgotten(rows, *message, to),
        // Grants, receipts and what people write are the bridge's; what comes of them for a delivery is a fact of its message.
        sms::Fact::Granted(_)
        | sms::Fact::LetGo(_)
        | sms::Fact::Failed(_)
        | sms::Fact::Receipt(_)
        | sms::Fact::Unmatched(_)
        | sms::Fact::Part(_)
        | sms::Fact::Heard(_) => {}
    }
    Ok(())
}

fn routed_step(routed: &Routed, seq: EventSeq, at: Instant) -> Step {
    let state = match routed.channel {
        Channel::Live => State::Sent,
        Channel::Pull => State::Pull,
        // Handed to an adapter, which has not reported anything yet.
        Channel::Sms | Channel::Mms => State::Planned,
        Channel::None => State::Waiting,
    };
    let channel = Some(routed.channel).filter(|channel| *channel != Channel::None);
    Step { state, channel, reason: Some(Reason::Route(routed.because)), at, seq }
}
