//! What the log says of what happened: readable lines, and why somebody did or did not get a message.
//!
//! Invariant: of the decider only what judges is used here, to judge again; nobody here takes a decision.
//! Invariant: nothing here writes to a stream; what is found is told.
//! Invariant: an answer comes from the log alone. An index makes it faster and never other.

mod find;
mod pick;
pub mod verify;

pub use find::first_answering;
pub use pick::Pick;
