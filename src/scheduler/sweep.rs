//! The sweep: the decider is asked to end what no timer watches, when the oldest of it is no longer worth delivering.

use tracing::debug;

use crate::log::{Log, clock};
use crate::rules::message::Sweep;
use crate::rules::presence::Encoding;
use crate::rules::{Command, Part};
use crate::wire::command;
use crate::words::Instant;

/// Asks where something is due; asked twice, it is ended once. What could not be asked now is asked with the next audit.
pub(super) async fn sweep(log: &Log, oldest_expires: Option<Instant>) {
    if oldest_expires.is_none_or(|expires| expires > clock::now()) {
        return;
    }
    let sweep = command::outgoing(Part::Clock.as_str(), &Command::from(Sweep {}), Encoding::Msgpack);
    if let Err(fault) = log.command(sweep).await {
        debug!(%fault, "what is too old is swept with the next audit");
    }
}
