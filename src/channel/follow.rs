//! The commits of a channel: projected, then handed on, so that who looks things up finds what the log holds.

use std::sync::Arc;

use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use super::Protocol;
use crate::log::{Fault, Log, Record};

pub(super) async fn run<P: Protocol>(
    log: &Log,
    adapter: &P,
    commits: mpsc::Sender<Vec<Record>>,
    reading: &CancellationToken,
) -> Result<(), Fault> {
    let mut follower = log.follow_all("EVENTS", P::reads(), adapter.position().next().0);
    while let Some(records) = reading.run_until_cancelled(follower.next()).await {
        let records = Arc::new(records?);
        adapter.project(Arc::clone(&records)).await?;
        if commits.send(Arc::unwrap_or_clone(records)).await.is_err() {
            break;
        }
    }
    Ok(())
}
