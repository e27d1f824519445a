//! Answers questions from read models that are projected from EVENTS, as the NATS service `homing`.
//!
//! Invariant: the folder is disposable. Whatever is wrong with it, it is set aside and rebuilt from the log.
//! Invariant: an answer is of one moment. It holds at least what the log held when the question came, unless that takes over a
//! second; it says how much it holds. What the log held when the read models were opened is never missing from one.
//! Invariant: nobody is told of rows that are not theirs; who asks is the token of the subject.

mod answer;
mod asker;
mod bodies;
mod contacts;
mod follow;
mod form;
mod from_log;
mod groups;
mod lateness;
mod ledger;
mod model;
mod page;
mod preview;
mod projector;
mod questions;
mod quota;
mod refusal;
mod reply;
#[cfg(test)]
mod schedule_tests;
mod schedules;
mod service;
mod standing;
#[cfg(test)]
mod tests;
mod texts;
mod views;
mod why;

pub use from_log::{Untold, closure, why_from_log};
pub use model::{Model, verify_models};
pub use projector::Priority;

use std::path::Path;
use std::sync::Arc;

use tokio_util::sync::CancellationToken;
use tracing::info;

use crate::log::{Fault, Log, blocking, ending, rebuilding};

/// Follows EVENTS and answers until `stop`. The read models are in `<data>/query`.
///
/// # Errors
/// Where the disk or the server does not work.
pub async fn run(log: Log, data: &Path, priority: Priority, stop: CancellationToken) -> Result<(), Fault> {
    let folder = data.join("query");
    rebuilding(&folder, "the read models", || once(&log, &folder, priority, &stop)).await
}

/// Until `stop`, or until the folder turns out to be torn.
async fn once(log: &Log, folder: &Path, priority: Priority, stop: &CancellationToken) -> Result<(), Fault> {
    let model = Arc::new(Model::of(log, folder).await?);
    let reader = standing::Reader::of(log, &model).await?;
    info!(seq = model.position().0, "the read models are open");
    // What ends first ends the other.
    let ends = stop.child_token();
    let follow = ending(&ends, follow::follow(log, &model, priority, &ends));
    let serve = ending(&ends, service::serve(reader, &ends));
    let (followed, served) = tokio::join!(follow, serve);
    followed.and(served)?;
    blocking(move || model.flush()).await
}
