//! JetStream: connecting, the streams' declarations, appending, reading, consuming, and the managed nats-server.
//!
//! Invariant: nothing outside this room speaks to the JetStream API.
//! Invariant: the clock is read in `clock.rs` and nowhere else.

pub mod fault;
pub mod server;

pub use fault::{Fault, Retry};
