//! The rules of Homing: commands in, facts out, state between them.
//!
//! Invariant: `decide` is pure and may refuse; `evolve` is total and never does.
//! Invariant: pure. No I/O, no clock, no randomness, no async, no log line. "Now" is the command's own time.
//! Invariant: nothing is decided from what is not in `State` or its log, so the same commands give the same facts.
//! Invariant: a command and a fact are named in `areas.rs` and nowhere else; an area matches its own facts exhaustively.

mod areas;
pub mod attempt;
mod awaited;
mod commit;
pub mod contacts;
pub mod days;
mod decision;
pub mod group;
pub mod identity;
mod intent;
pub mod leading;
pub mod message;
mod pages;
pub mod phone;
pub mod presence;
mod proof;
pub mod quota;
pub mod refusal;
pub mod schedule;
mod sender;
pub mod service;
mod shown;
pub mod silence;
mod state;
mod step;
pub mod timer;
mod vocabulary;

pub use areas::{Command, Fact};
pub use awaited::Awaited;
pub use commit::Commit;
pub use decision::{Decision, Order, Outcome, decide, refuse};
pub use intent::{IntentMark, KEPT_FOR, Kept, LATEST_LEN_MAX, Stamp};
pub use message::Channel;
pub use proof::Who;
pub use refusal::Rejection;
pub use sender::{Part, Sender};
pub use shown::{GroupShown, ScheduleShown, UserShown};
pub use state::State;
pub use step::{Reason as StepReason, State as StepState, Step};
pub use timer::Timer;
pub use vocabulary::{About, CommandRow, FactRow, Fields, Happened, Verb};

/// What a command leads to, or why it is refused.
type Decided = Result<Vec<Fact>, Rejection>;
