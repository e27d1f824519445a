//! The managed nats-server: found or obtained, configured, started, watched, stopped; it never outlives us.
//!
//! Invariant: an obtained binary is placed in the cache by one rename, after it has told its version; what makes it ends with us.
//! Invariant: nothing outside our cache folder and the data folder is written, and nothing needs root.
//! Invariant: one nats-server per data folder; it holds `<data>/nats/lock` itself for as long as it lives.
//! Invariant: on Linux the server dies with the process that started it, however that process dies.
//!
//! Not here: what the server is used for. Connecting and provisioning are `log`'s business.

mod accounts;
mod clients;
mod config;
mod find;
mod folder;
mod keys;
mod launch;
mod managed;
mod obtain;
mod ready;
mod search;
mod sync;
mod tail;
mod version;

pub use accounts::{gated, tls};
pub use clients::{ask_clients, client_certificate};
pub use config::holds_streams;
pub use find::find;
pub use folder::Folder;
pub use keys::{Certificate, Keys, write_secret};
pub use launch::become_server;
pub use managed::{Ended, Managed, ServerOptions, start, start_binary};
pub use search::{Binary, Search, Way};
pub use sync::{NotASync, Sync};
pub use version::Version;

/// Told each step that takes a while, as one line for a person.
pub type Progress<'a> = dyn Fn(&str) + Send + std::marker::Sync + 'a;
