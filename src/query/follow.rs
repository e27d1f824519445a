//! Keeps the read models at the head of the log.

use std::sync::Arc;

use tokio_util::sync::CancellationToken;

use super::model::Model;
use super::projector::{Priority, Projector};
use crate::log::{Fault, Log};

/// Applies what is appended until `stop`.
pub(super) async fn follow(
    log: &Log,
    model: &Arc<Model>,
    priority: Priority,
    stop: &CancellationToken,
) -> Result<(), Fault> {
    let mut events = log.follow("EVENTS", None, model.position().next().0);
    let mut projector = Projector::start(model, priority);
    loop {
        tokio::select! {
            () = stop.cancelled() => return projector.finish().await,
            // Also where nothing more comes: whoever asks would wait for rows that nobody writes.
            fault = projector.failed() => return Err(fault),
            records = events.next() => projector.project(records?).await?,
        }
    }
}
