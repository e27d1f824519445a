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
