//! The state that the parts of a running bridge share.

use std::sync::Arc;

use super::matching::Matching;
use super::opt_outs::OptOuts;
use crate::channel::Channel;
use crate::log::Fault;
use crate::rules::attempt::{Attempt, ReceiptState};
use crate::sms::settings::ServiceNumber;
use crate::sms::state::{Known, State};
use crate::words::EventSeq;

#[derive(Debug)]
pub(super) struct Shared {
    pub(super) state: Arc<State>,
    /// Where EVENTS stood for the bridge when it began.
    pub(super) begun_at: EventSeq,
    pub(super) matching: Matching,
    pub(super) opt_outs: OptOuts,
    pub(super) channel: Arc<Channel>,
    pub(super) service: ServiceNumber,
}

impl Shared {
    /// Whether the rows hold all that had happened when the bridge began. Until then what looks open may have ended long ago.
    pub(super) fn has_caught_up(&self) -> bool {
        self.state.position() >= self.begun_at
    }

    /// What the SMSC calls a segment of an attempt.
    pub(super) fn named(&self, attempt: &Attempt, (segment, segments): (usize, usize), id: &str) {
        let small = |number: usize| u8::try_from(number).unwrap_or(u8::MAX);
        let known = Known {
            message: attempt.message,
            to: attempt.to.clone(),
            segment: small(segment),
            segments: small(segments),
        };
        self.matching.named(&attempt.connector, id, &known);
    }

    /// Whether a segment was not said to be in this state before: each state of each is recorded once, however often an SMSC
    /// says it. The decider holds to that while a delivery is open; here it holds as long as the delivery is known.
    pub(super) fn news(&self, known: &Known, state: ReceiptState) -> Result<bool, Fault> {
        let delivery = self.state.delivery(known.message, &known.to)?;
        Ok(delivery.is_none_or(|delivery| !delivery.said.contains(&(known.segment, state))))
    }
}
