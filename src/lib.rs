//! Homing, a message broker for people: event-sourced on NATS JetStream.

pub mod log;
