//! Homing, a message broker for people: event-sourced on NATS JetStream.
//!
//! [cli]: crate::cli
//! [codes]: crate::wire#outcomes-and-codes
//! [contract]: crate::wire
//! [figures]: crate::lab
//! [gate]: crate::gate
//! [sms]: crate::sms
//! [streams]: crate::log
#![doc = include_str!("README.md")]

pub mod channel;
pub mod cli;
pub mod debug;
pub mod decider;
pub mod fanout;
pub mod gate;
pub mod lab;
pub mod log;
pub mod presence;
pub mod query;
pub mod rules;
pub mod scheduler;
pub mod server;
pub mod smpp;
pub mod sms;
pub mod wire;
pub mod words;
