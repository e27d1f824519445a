//! The receipts of an SMS's segments, folded into what became of the whole for its recipient.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::{FailReason, Receipt, ReceiptState};

/// One bit each.
pub(super) const SEGMENTS_MAX: u8 = 64;

/// Which segments have no final receipt yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub(in crate::rules) struct Segments(u64);

/// What an open delivery's receipts have said. Each state of each segment is recorded once, however often an SMSC says it.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub(in crate::rules) struct Said(BTreeSet<(u8, ReceiptState)>);

impl Said {
    /// Whether it had not been said before.
    pub(super) fn take(&mut self, receipt: &Receipt) -> bool {
        self.0.insert((receipt.segment, receipt.state))
    }
}

/// What the receipts so far say of the whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Whole {
    Open,
    Delivered,
    Failed(FailReason),
}

impl Segments {
    /// None of them has a receipt.
    pub(super) fn of(len: u8) -> Segments {
        Segments(if len >= SEGMENTS_MAX { u64::MAX } else { (1 << len) - 1 })
    }

    /// Takes in a receipt. The first final one of a segment counts. One failure is enough to fail, for a part is of no use;
    /// the others are waited for.
    pub(super) fn take(&mut self, segment: u8, state: ReceiptState) -> Whole {
        let segment = 1_u64.checked_shl(u32::from(segment)).unwrap_or_default();
        if !state.is_final() || self.0 & segment == 0 {
            return Whole::Open;
        }
        if state != ReceiptState::Delivered {
            return Whole::Failed(FailReason::Receipt(state));
        }
        self.0 &= !segment;
        if self.0 == 0 { Whole::Delivered } else { Whole::Open }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_whole_is_delivered_with_its_last_segment_and_fails_with_any() {
        use ReceiptState::{Accepted, Delivered, Enroute, Undeliverable, Unknown};
        let failed = Whole::Failed(FailReason::Receipt(Undeliverable));
        for (len, receipts, want) in [
            (1, vec![(0, Delivered)], Whole::Delivered),
            (3, vec![(2, Delivered), (0, Delivered), (0, Delivered)], Whole::Open),
            (3, vec![(2, Delivered), (0, Enroute), (0, Delivered), (1, Delivered)], Whole::Delivered),
            (2, vec![(1, Undeliverable)], failed),
            (1, vec![(0, Accepted), (0, Unknown), (0, Enroute)], Whole::Open),
            (1, vec![(0, Unknown), (0, Undeliverable)], failed),
            (2, vec![(1, Delivered), (1, Undeliverable)], Whole::Open),
            (2, vec![(1, Delivered), (1, Undeliverable), (0, Delivered)], Whole::Delivered),
            (64, vec![(63, Delivered)], Whole::Open),
            (2, vec![(200, Delivered)], Whole::Open),
        ] {
            let mut segments = Segments::of(len);
            let got = receipts.iter().map(|(segment, state)| segments.take(*segment, *state)).last();
            assert_eq!(got, Some(want), "{receipts:?} of {len}");
        }
    }
}
