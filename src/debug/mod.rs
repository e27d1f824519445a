//! What the log says of what happened, and what would have: events in lines, why, replay, what-if, verification, stories to hand on.
//!
//! Invariant: of the decider only what judges is used here, to judge again; nobody here takes a decision.
//! Invariant: nothing here writes to a stream; what is found is told.
//! Invariant: an answer comes from the log alone. An index makes it faster and never other.

mod as_test;
mod bundle;
mod deliveries;
mod evidence;
mod find;
mod gates;
mod named;
mod pick;
mod places;
mod reasons;
mod record;
mod redact;
pub mod replay;
mod story;
pub mod tale;
mod tell;
mod trail;
pub mod verify;
pub mod whatif;

pub use as_test::{Tale, as_test};
pub use bundle::{Bundled, bundle};
pub use find::first_answering;
pub use named::Named;
pub use pick::Pick;
pub use places::{DeliveryPlaces, MessagePlaces, Standing, StepPlace, TrailPlaces};
pub use record::{Base, Take, record};
pub use redact::Redaction;
pub use story::delivery_of;
pub use tell::{Inquiry, commits_of, told};
pub use trail::{Topic, subjects_of_standing, trails};
