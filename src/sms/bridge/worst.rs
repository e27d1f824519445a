//! The segment of a delivery that tells how the whole goes on.

use crate::rules::sms::UnknownReason;

/// What may have arrived is never submitted again, so not knowing counts most; then what cannot be mended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Worst {
    Accepted,
    NotSent,
    Throttled(u32),
    Temporary(u32, u8),
    Permanent(u32),
    Unknown(UnknownReason),
}

impl Worst {
    fn rank(self) -> u8 {
        match self {
            Worst::Accepted => 0,
            Worst::NotSent => 1,
            Worst::Throttled(_) => 2,
            Worst::Temporary(..) => 3,
            Worst::Permanent(_) => 4,
            Worst::Unknown(_) => 5,
        }
    }

    pub(super) fn or(self, other: Worst) -> Worst {
        if other.rank() > self.rank() { other } else { self }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A text whose first segment may have arrived is never submitted again, whatever the SMSC says to the others.
    #[test]
    fn what_may_have_arrived_counts_more_than_any_answer_and_acceptance_counts_least() {
        let ranked = [
            Worst::Accepted,
            Worst::NotSent,
            Worst::Throttled(0x58),
            Worst::Temporary(0x08, 3),
            Worst::Permanent(0x0b),
            Worst::Unknown(UnknownReason::NoResponse),
        ];
        for (place, one) in ranked.iter().enumerate() {
            for (other_place, other) in ranked.iter().enumerate() {
                let worse = if place < other_place { other } else { one };
                assert_eq!(one.or(*other), *worse, "{one:?} and {other:?}");
            }
        }
    }
}
