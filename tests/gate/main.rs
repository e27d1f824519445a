//! The gate on a real nats-server: who may do what, who gets in, and what happens when one of them is away.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

#[path = "../support/mod.rs"]
mod support;

mod away;
mod certificates;
mod codes;
mod flood;
mod logins;
mod parts;
mod table;
mod told;
mod world;
