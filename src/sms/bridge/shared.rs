//! What the parts of a running bridge share.

use std::sync::Arc;

use tracing::warn;

use super::journal::Journal;
use super::matching::Matching;
use super::report::Reporter;
use super::wishes::Wishes;
use crate::rules::sms::Attempted;
use crate::sms::settings::{OnUnknown, ServiceNumber};
use crate::sms::state::{Known, State};

#[derive(Debug)]
pub(super) struct Shared {
    pub(super) state: Arc<State>,
    pub(super) matching: Matching,
    pub(super) wishes: Wishes,
    pub(super) journal: Journal,
    pub(super) reporter: Reporter,
    pub(super) service: ServiceNumber,
    pub(super) on_unknown: OnUnknown,
}

impl Shared {
    /// What the SMSC calls a segment of an attempt: receipts that were there before it are reported now.
    pub(super) async fn named(&self, attempt: &Attempted, (segment, segments): (usize, usize), id: &str) {
        let small = |number: usize| u8::try_from(number).unwrap_or(u8::MAX);
        let known = Known {
            message: attempt.message,
            to: attempt.to.clone(),
            segment: small(segment),
            segments: small(segments),
        };
        match self.matching.named(&attempt.connector, id, &known) {
            Ok(reports) => {
                for report in reports {
                    // It is in the log already, unmatched: nobody waits for this.
                    drop(self.reporter.hand_in(report).await);
                }
            }
            Err(fault) => warn!(%fault, "receipts that came before are not looked up"),
        }
    }
}
