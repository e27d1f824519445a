//! Which rows a commit changes.

use super::step::{Reason, State, Step};
use super::{contacts, delivery, presence, schedules, usage, users};
use crate::log::Fault;
use crate::log::Rows;
use crate::rules::fact::Routed;
use crate::rules::{Channel, Commit, Fact};
use crate::words::{EventSeq, Instant};

pub(super) fn project(rows: &mut Rows<'_>, seq: EventSeq, commit: &Commit) -> Result<(), Fault> {
    commit.facts.iter().try_for_each(|fact| take(rows, seq, commit.at, fact))?;
    let mut accepted = commit.facts.iter().filter_map(Fact::accepted);
    accepted.try_for_each(|accepted| usage::count(rows, accepted, commit.now()))
}

fn take(rows: &mut Rows<'_>, seq: EventSeq, at: Instant, fact: &Fact) -> Result<(), Fault> {
    let step = |state, reason| Step { state, channel: None, reason, at, seq };
    match fact {
        Fact::Refused(_)
        | Fact::TimerSet { .. }
        | Fact::SmsAttempted(_)
        | Fact::SmsLetGo { .. }
        | Fact::SmsFailed { .. }
        | Fact::SmsReceipt(_)
        | Fact::SmsUnmatched(_)
        | Fact::SmsPart(_)
        | Fact::SmsReceived(_)
        | Fact::PhonePreferenceSet { .. } => Ok(()),
        Fact::ScheduleCreated(_)
        | Fact::ScheduleReplaced(_)
        | Fact::SchedulePaused { .. }
        | Fact::ScheduleResumed { .. }
        | Fact::ScheduleCancelled { .. }
        | Fact::ScheduleEnded { .. }
        | Fact::ScheduleRun { .. }
        | Fact::SkipSet { .. }
        | Fact::OccurrencePlanned(_)
        | Fact::OccurrenceFired(_)
        | Fact::OccurrenceSkipped(_)
        | Fact::OccurrenceMissed(_)
        | Fact::OccurrenceCancelled(_) => schedules::take(rows, seq, fact),
        Fact::UserRegistered { user, im, details } => users::registered(rows, user, *im, details),
        Fact::UserChanged { user, details } => users::changed(rows, user, details),
        Fact::UserSuspended { user } => users::change(rows, user, |row| row.suspended = true),
        Fact::UserResumed { user } => users::change(rows, user, |row| row.suspended = false),
        Fact::ProfileSet { user, profile } => users::profile(rows, user, profile),
        Fact::PreferenceSet { user, sms } => users::change(rows, user, |row| row.sms = *sms),
        Fact::ContactAdded { user, who, alias } => contacts::added(rows, user, who, alias.as_deref()),
        Fact::ContactRemoved { user, who } => contacts::removed(rows, user, who),
        Fact::ContactBlocked { user, who } => contacts::blocked(rows, user, who),
        Fact::DeviceOnline { user, device, class, .. } => presence::online(rows, user, device, *class, at),
        Fact::DeviceOffline { user, device, because: _ } => presence::offline(rows, user, device),
        Fact::MessageAccepted(accepted) => delivery::accepted(rows, seq, at, accepted),
        Fact::DeliveryRouted(routed) => {
            delivery::moved(rows, routed.message, &routed.to, &routed_step(routed, seq, at))
        }
        Fact::DeliveryDelivered { message, to } => {
            delivery::moved(rows, *message, to, &step(State::Delivered, None))
        }
        Fact::DeliveryRead { message, to } => delivery::moved(rows, *message, to, &step(State::Read, None)),
        Fact::DeliveryFiltered { message, to, reason } => {
            delivery::moved(rows, *message, to, &step(State::Filtered, Some(Reason::Filter(*reason))))
        }
        Fact::DeliveryRecalled { message, to } => {
            delivery::moved(rows, *message, to, &step(State::Recalled, Some(Reason::BySender)))
        }
        Fact::DeliveryExpired { message, to } => {
            delivery::moved(rows, *message, to, &step(State::Expired, Some(Reason::Deadline)))
        }
        Fact::DeliveryFailed { message, to, reason } => {
            delivery::moved(rows, *message, to, &step(State::Failed, Some(Reason::Fail(*reason))))
        }
        Fact::SmsAccepted { .. }
        | Fact::SmsDeferred { .. }
        | Fact::SmsUnknown { .. }
        | Fact::SmsSilent { .. } => take_sms(rows, seq, at, fact),
    }
}

/// What the SMS bridge reports of a delivery that goes on.
fn take_sms(rows: &mut Rows<'_>, seq: EventSeq, at: Instant, fact: &Fact) -> Result<(), Fault> {
    let step = |state, reason| Step { state, channel: Some(Channel::Sms), reason, at, seq };
    if let Fact::SmsAccepted { attempt, receipts } = fact {
        delivery::moved(rows, attempt.message, &attempt.to, &step(State::Sent, None))?;
        if !receipts {
            delivery::forgotten(rows, attempt.message, &attempt.to);
        }
    } else if let Fact::SmsDeferred { attempt, why } = fact {
        let deferred = step(State::Planned, Some(Reason::Defer(*why)));
        delivery::moved(rows, attempt.message, &attempt.to, &deferred)?;
    } else if let Fact::SmsUnknown { attempt, why } = fact {
        let unknown = step(State::Unknown, Some(Reason::Unknown(*why)));
        delivery::moved(rows, attempt.message, &attempt.to, &unknown)?;
    } else if let Fact::SmsSilent { message, to } = fact {
        delivery::forgotten(rows, *message, to);
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
