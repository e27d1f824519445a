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
    while let Some(records) = stop.run_until_cancelled(events.next()).await {
        projector.project(records?).await?;
    }
    projector.finish().await
}
