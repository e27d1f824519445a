//! The steps of a delivery, 23 bytes each, one behind the other: the last one is the delivery's state.
//!
//! `state` 1, `channel` 1 (0: none), `reason` 1 (0: none), its `detail` 4, `at` 8 (Unix ms), `seq` 8; numbers most significant byte first.
//! Acceptance itself is no step: a delivery without steps is planned, at the message's time.

use crate::rules::attempt::{DeferReason, FailReason, ReceiptState, UnknownReason};
use crate::rules::message::{FilterReason, RouteReason};
use crate::rules::{self, Channel};
pub(in crate::query) use crate::rules::{StepReason as Reason, StepState as State};
use crate::words::{EventSeq, Instant};

const STEP_LEN: usize = 23;

/// A client that comes and goes without confirming is routed to each time; the first step and the latest ones tell the story.
const STEPS_LEN_MAX: usize = 32;

const STATES: [(State, u8); 11] = [
    (State::Planned, 1),
    (State::Sent, 2),
    (State::Pull, 3),
    (State::Waiting, 4),
    (State::Delivered, 5),
    (State::Read, 6),
    (State::Filtered, 7),
    (State::Recalled, 8),
    (State::Expired, 9),
    (State::Failed, 10),
    (State::Unknown, 11),
];

fn code_of(channel: Channel) -> u8 {
    match channel {
        Channel::None => 0,
        Channel::Live => 1,
        Channel::Pull => 2,
        Channel::By(channel) => channel.row().number,
    }
}

/// The two whose detail is a command_status of the SMSC.
const FAIL_SMSC: u8 = 15;
const DEFER_SMSC: u8 = 16;

const REASONS: [(Reason, u8); 35] = [
    (Reason::Route(RouteReason::PcOnline), 1),
    (Reason::Route(RouteReason::PullOnline), 2),
    (Reason::Route(RouteReason::CameOnline), 3),
    (Reason::Route(RouteReason::NoDeviceOnline), 4),
    (Reason::Route(RouteReason::NotRegistered), 5),
    (Reason::Route(RouteReason::AskedFor), 6),
    (Reason::Route(RouteReason::NoPhone), 7),
    (Reason::Route(RouteReason::SmsOff), 8),
    (Reason::Route(RouteReason::NotConfirmed), 9),
    (Reason::Filter(FilterReason::OptedOut), 10),
    (Reason::Filter(FilterReason::Suspended), 11),
    (Reason::Filter(FilterReason::Blocked), 12),
    (Reason::BySender, 13),
    (Reason::Deadline, 14),
    (Reason::Fail(FailReason::Smsc(0)), FAIL_SMSC),
    (Reason::Defer(DeferReason::Smsc(0)), DEFER_SMSC),
    (Reason::Fail(FailReason::TooLong), 17),
    (Reason::Fail(FailReason::BadNumber), 18),
    (Reason::Fail(FailReason::NoText), 19),
    (Reason::Defer(DeferReason::NotSent), 20),
    (Reason::Unknown(UnknownReason::Disconnected), 21),
    (Reason::Unknown(UnknownReason::NoResponse), 22),
    (Reason::Unknown(UnknownReason::BridgeLost), 23),
    (Reason::Fail(FailReason::Receipt(ReceiptState::Expired)), 24),
    (Reason::Fail(FailReason::Receipt(ReceiptState::Deleted)), 25),
    (Reason::Fail(FailReason::Receipt(ReceiptState::Undeliverable)), 26),
    (Reason::Fail(FailReason::Receipt(ReceiptState::Unknown)), 27),
    (Reason::Fail(FailReason::Receipt(ReceiptState::Rejected)), 28),
    (Reason::Route(RouteReason::Answer), 29),
    (Reason::Route(RouteReason::WentOffline), 30),
    (Reason::Filter(FilterReason::MailboxFull), 31),
    (Reason::Filter(FilterReason::OptedOutOfGroup), 32),
    (Reason::Filter(FilterReason::NoPhone), 33),
    (Reason::Fail(FailReason::NoCode), 34),
    (Reason::Filter(FilterReason::LeftGroup), 35),
];

/// The reason without its detail, and the detail.
fn taken_apart(reason: Reason) -> (Reason, u32) {
    match reason {
        Reason::Fail(FailReason::Smsc(status)) => (Reason::Fail(FailReason::Smsc(0)), status),
        Reason::Defer(DeferReason::Smsc(status)) => (Reason::Defer(DeferReason::Smsc(0)), status),
        Reason::Route(_)
        | Reason::Filter(_)
        | Reason::BySender
        | Reason::Deadline
        | Reason::Fail(_)
        | Reason::Defer(_)
        | Reason::Unknown(_) => (reason, 0),
    }
}

fn reason(code: u8, detail: u32) -> Option<Reason> {
    match code {
        FAIL_SMSC => Some(Reason::Fail(FailReason::Smsc(detail))),
        DEFER_SMSC => Some(Reason::Defer(DeferReason::Smsc(detail))),
        code => REASONS.iter().find(|(_, known)| *known == code).map(|(reason, _)| *reason),
    }
}

/// One step of a delivery.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::query) struct Step {
    pub(in crate::query) state: State,
    pub(in crate::query) channel: Option<Channel>,
    pub(in crate::query) reason: Option<Reason>,
    pub(in crate::query) at: Instant,
    /// The commit.
    pub(in crate::query) seq: EventSeq,
}

impl Step {
    pub(in crate::query) fn at(step: rules::Step, at: Instant, seq: EventSeq) -> Step {
        let rules::Step { state, channel, reason } = step;
        Step { state, channel, reason, at, seq }
    }

    fn write(&self, steps: &mut Vec<u8>) {
        let state = STATES.iter().find(|(state, _)| *state == self.state).map_or(0, |(_, code)| *code);
        let channel = self.channel.map_or(0, code_of);
        let (reason, detail) = self.reason.map(taken_apart).unzip();
        let reason = REASONS.iter().find(|(r, _)| Some(*r) == reason).map_or(0, |(_, code)| *code);
        steps.extend_from_slice(&[state, channel, reason]);
        steps.extend_from_slice(&detail.unwrap_or_default().to_be_bytes());
        steps.extend_from_slice(&self.at.unix_ms().to_be_bytes());
        steps.extend_from_slice(&self.seq.0.to_be_bytes());
    }

    fn read(bytes: &[u8]) -> Option<Step> {
        let ([state, channel, reason_code], rest) = bytes.split_first_chunk::<3>()?;
        let (detail, rest) = rest.split_first_chunk::<4>()?;
        let (at, rest) = rest.split_first_chunk::<8>()?;
        let (seq, _) = rest.split_first_chunk::<8>()?;
        let state = STATES.iter().find(|(_, code)| code == state)?.0;
        Some(Step {
            state,
            channel: Channel::all().find(|known| *channel != 0 && code_of(*known) == *channel),
            reason: reason(*reason_code, u32::from_be_bytes(*detail)),
            at: Instant::from_unix_ms(i64::from_be_bytes(*at)),
            seq: EventSeq(u64::from_be_bytes(*seq)),
        })
    }
}

/// All steps, oldest first; `None` where the row is torn.
pub(super) fn all(steps: &[u8]) -> Option<Vec<Step>> {
    steps.chunks(STEP_LEN).map(Step::read).collect()
}

/// The state a delivery is in; `None` where the row is torn.
pub(super) fn state(steps: &[u8]) -> Option<State> {
    match steps.last_chunk::<STEP_LEN>() {
        Some(last) => Step::read(last).map(|step| step.state),
        None => steps.is_empty().then_some(State::Planned),
    }
}

/// The steps with one more behind them, or nothing where the delivery may not take it.
pub(super) fn with(steps: &[u8], now: State, step: &Step) -> Option<Vec<u8>> {
    if !now.may_become(step.state) {
        return None;
    }
    let mut longer = Vec::with_capacity(steps.len() + STEP_LEN);
    if steps.len() >= STEPS_LEN_MAX * STEP_LEN {
        let (first, rest) = steps.split_at(STEP_LEN);
        longer.extend_from_slice(first);
        longer.extend_from_slice(rest.get(STEP_LEN..).unwrap_or_default());
    } else {
        longer.extend_from_slice(steps);
    }
    step.write(&mut longer);
    Some(longer)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::attempt::Adapter;

    fn step(state: State, seq: u64) -> Step {
        Step {
            state,
            channel: Some(Channel::By(Adapter::Sms)),
            reason: Some(Reason::Route(RouteReason::NoPhone)),
            at: Instant::from_unix_ms(258),
            seq: EventSeq(seq),
        }
    }

    #[test]
    fn the_bytes_are_pinned() {
        let bytes = with(&[], State::Planned, &step(State::Waiting, 3)).unwrap();
        assert_eq!(bytes, [4, 3, 7, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 0, 0, 0, 3]);
        assert_eq!(all(&bytes).unwrap(), [step(State::Waiting, 3)]);
        assert_eq!((state(&bytes), state(&[])), (Some(State::Waiting), Some(State::Planned)));
        assert_eq!((state(&bytes[1..]), all(&[0; 23])), (None, None));
    }

    #[test]
    fn every_code_is_its_own() {
        let unique = |mut codes: Vec<u8>| {
            let len = codes.len();
            codes.sort_unstable();
            codes.dedup();
            codes.len() == len && !codes.contains(&0)
        };
        assert!(unique(STATES.iter().map(|(_, code)| *code).collect()));
        assert!(unique(Channel::all().filter(|channel| *channel != Channel::None).map(code_of).collect()));
        assert!(unique(REASONS.iter().map(|(_, code)| *code).collect()));
    }

    #[test]
    fn only_reading_follows_an_end() {
        let next = |from, to| with(&[], from, &step(to, 1)).is_some();
        for ended in [State::Read, State::Filtered, State::Recalled, State::Expired] {
            assert!(!next(ended, State::Delivered) && !next(ended, State::Read) && !next(ended, State::Sent));
        }
        assert!(next(State::Delivered, State::Read) && !next(State::Delivered, State::Sent));
        assert!(next(State::Waiting, State::Read) && next(State::Sent, State::Waiting));
    }

    #[test]
    fn a_long_story_keeps_its_beginning_and_its_end() {
        let mut steps = Vec::new();
        for seq in 1..=100 {
            steps = with(&steps, State::Sent, &step(State::Sent, seq)).unwrap();
        }
        let seqs: Vec<u64> = all(&steps).unwrap().iter().map(|step| step.seq.0).collect();
        assert_eq!((seqs.len(), seqs[0], seqs[1], seqs[31]), (STEPS_LEN_MAX, 1, 70, 100));
    }
}
