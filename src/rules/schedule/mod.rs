//! Messages that are sent later, once or again and again.
//!
//! Invariant: nothing is sent because its time was wrong: what cannot be planned is refused.
//! Invariant: an occurrence that was planned ends as fired, skipped, missed or cancelled, once.
//! Invariant: the decider keeps rule and sequence; the body stays in the log.

mod change;
mod create;
mod facts;
mod kept;
mod ledger;
mod name;
mod occur;
mod plan;
mod replace;
mod skip;
#[cfg(test)]
mod tests;
mod when;

pub use super::areas::schedule::{Command, Fact};
pub use change::{Cancel, Pause, Resume, RunNow};
pub use create::Create;
pub use facts::*;
pub use ledger::{Ledger, Sums};
pub use name::OccurrenceName;
pub use plan::{New, Occurrence, OmitReason, Omitted, Plan, Step};
pub use replace::Replace;
pub use skip::{Skip, Unskip};
pub use when::{Every, Fold, Gap, OneOrMany, ShortMonth, When, WhenMissed};

pub(super) use kept::{Schedule, evolve};
pub(super) use occur::occur;
