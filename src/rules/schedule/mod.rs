//! Messages that are sent later, once or again and again.

mod plan;
mod when;

pub use plan::{Occurrence, OmitReason, Omitted, Plan, Step};
pub use when::{Every, Fold, Gap, Missed, OneOrMany, ShortMonth, When};
