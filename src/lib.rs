//! Homing, a message broker for people: event-sourced on NATS JetStream.

pub mod log;
pub mod rules;
pub mod wire;
pub mod words;
