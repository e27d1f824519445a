//! The segment of a delivery that tells how the whole goes on.

use crate::rules::attempt::{DeferClass, UnknownReason};
use crate::smpp::pdu::status::Class;

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

/// What a refusal says that its SMS is submitted again after: of the channel, or of this message.
pub(super) fn deferred(class: Class) -> DeferClass {
    match class {
        Class::Throttle | Class::Session(_) => DeferClass::Throttled,
        // Refused for good, it is refused again, and fails then.
        Class::Accepted | Class::Temporary { .. } | Class::Permanent | Class::Ours => DeferClass::Temporary,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::smpp::pdu::status::{Overrides, RALYBND, RBINDFAIL, RMSGQFUL, RSYSERR, RTHROTTLED};

    #[test]
    fn a_refusal_is_judged_by_the_connector_s_settings_and_by_nothing_else() {
        let mut settings = Overrides::default();
        settings.add("0x14", "temporary-2").unwrap();
        for (overrides, status, want) in [
            (&Overrides::default(), RMSGQFUL, DeferClass::Throttled),
            (&settings, RMSGQFUL, DeferClass::Temporary),
            (&settings, RTHROTTLED, DeferClass::Throttled),
            (&settings, RBINDFAIL, DeferClass::Throttled),
            (&settings, RALYBND, DeferClass::Throttled),
            (&settings, RSYSERR, DeferClass::Temporary),
        ] {
            assert_eq!(deferred(overrides.class(status)), want, "{status:#x}");
        }
    }

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
