//! What Homing decides, and why: commands in, facts out, state between them.
//!
//! Invariant: `decide` is pure and may refuse; `evolve` is total and never does.
//! Invariant: pure. No I/O, no clock, no randomness, no async, no log line. "Now" is the command's own time.
//! Invariant: nothing is decided from what is not in `State`, so the same commands give the same facts.

mod awaited;
pub mod command;
mod commit;
pub mod contacts;
mod decision;
pub mod fact;
pub mod identity;
mod intent;
pub mod message;
pub mod presence;
pub mod quota;
mod rejection;
pub mod routing;
pub mod schedule;
mod sender;
pub mod sms;
mod state;
mod timer;

pub use awaited::Awaited;
pub use command::Command;
pub use commit::Commit;
pub use decision::{Decision, Order, Outcome, decide, refuse};
pub use fact::{Channel, Fact};
pub use intent::{IntentMark, Stamp};
pub use rejection::Rejection;
pub use sender::{Part, Sender};
pub use state::State;
pub use timer::Timer;
