//! Messages that are sent later, once or again and again.
//!
//! Invariant: nothing is sent because its time was wrong: what cannot be planned is refused.
//! Invariant: an occurrence that was planned ends as fired, skipped, missed or cancelled, once.
//! Invariant: the decider keeps rule and sequence; the body stays in the log.

mod change;
mod create;
mod kept;
mod ledger;
mod occur;
mod payloads;
mod plan;
mod replace;
mod skip;
#[cfg(test)]
mod tests;
mod when;

pub use ledger::{Ledger, Sums};
pub use payloads::{
    Content, Create, Created, Fired, NotFired, OccurrenceName, Occurring, OneOccurrence, OneSchedule,
    Reckoned, Replace, Replaced,
};
pub use plan::{New, Occurrence, OmitReason, Omitted, Plan, Step};
pub use when::{Every, Fold, Gap, Missed, OneOrMany, ShortMonth, When};

pub(super) use change::{cancel, pause, resume, run_now};
pub(super) use create::create;
pub(super) use kept::{Schedule, evolve};
pub(super) use occur::occur;
pub(super) use replace::replace;
pub(super) use skip::{skip, unskip};
