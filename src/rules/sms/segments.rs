//! The receipts of a long SMS, folded into what became of the whole for its recipient.

use serde::{Deserialize, Serialize};

use super::{FailReason, ReceiptState};

/// One bit each.
pub(super) const SEGMENTS_MAX: u8 = 64;

/// Which segments have no final receipt yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub(in crate::rules) struct Segments(u64);

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

    /// Takes in a receipt. One failure is enough to fail, for a part is of no use; the others are waited for.
    pub(super) fn take(&mut self, segment: u8, state: ReceiptState) -> Whole {
        match state {
            ReceiptState::Enroute => Whole::Open,
            ReceiptState::Delivered | ReceiptState::Accepted => {
                self.0 &= !1_u64.checked_shl(u32::from(segment)).unwrap_or_default();
                if self.0 == 0 { Whole::Delivered } else { Whole::Open }
            }
            ReceiptState::Expired
            | ReceiptState::Deleted
            | ReceiptState::Undeliverable
            | ReceiptState::Unknown
            | ReceiptState::Rejected => Whole::Failed(FailReason::Receipt(state)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_whole_is_delivered_with_its_last_segment_and_fails_with_any() {
        use ReceiptState::{Delivered, Enroute, Undeliverable};
        let failed = Whole::Failed(FailReason::Receipt(Undeliverable));
        for (len, receipts, want) in [
            (1, vec![(0, Delivered)], Whole::Delivered),
            (3, vec![(2, Delivered), (0, Delivered), (0, Delivered)], Whole::Open),
            (3, vec![(2, Delivered), (0, Enroute), (0, Delivered), (1, Delivered)], Whole::Delivered),
            (2, vec![(1, Undeliverable)], failed),
            (64, vec![(63, Delivered)], Whole::Open),
            (2, vec![(200, Delivered)], Whole::Open),
        ] {
            let mut segments = Segments::of(len);
            let got = receipts.iter().map(|(segment, state)| segments.take(*segment, *state)).last();
            assert_eq!(got, Some(want), "{receipts:?} of {len}");
        }
    }
}
