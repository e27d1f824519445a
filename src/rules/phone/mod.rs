//! A phone as an equal: what people write to the service number, what they wish, and what Homing answers.
//!
//! Invariant: who does not wish SMS gets none but the answer to what they wrote themselves.

mod caller;
mod evolve;
mod facts;
mod give_code;
mod group;
mod guest;
mod keyword;
mod notice;
mod part;
mod preference;
mod received;

pub use super::areas::phone::{Command, Fact};
pub use facts::*;
pub use give_code::GiveCodeBySms;
pub use group::wish_of_a_group;
pub use keyword::wish;
pub use part::Part;
pub use received::Received;

pub(super) use evolve::evolve;
pub(super) use notice::Answered;
pub(super) use preference::{opted_out_phone, wish_of_phone};
