//! Keeps the read models at the head of the log.

use std::sync::Arc;

use tokio_util::sync::CancellationToken;
use tracing::error;

use super::model::Model;
use super::on_a_blocking_thread;
use crate::log::{Fault, Log, Record};
use crate::wire::commit;
use crate::words::EventSeq;

/// Applies what is appended until `stop`.
pub(super) async fn follow(log: &Log, model: &Arc<Model>, stop: &CancellationToken) -> Result<(), Fault> {
    let mut events = log.follow("EVENTS", None, model.position().next().0);
    loop {
        let records = tokio::select! {
            () = stop.cancelled() => return Ok(()),
            records = events.next() => records?,
        };
        let model = model.clone();
        on_a_blocking_thread(move || take(&model, &records)).await?;
    }
}

/// A commit that cannot be read must not block those behind it.
fn take(model: &Model, records: &[Record]) -> Result<(), Fault> {
    let mut commits = Vec::with_capacity(records.len());
    for record in records {
        match commit::decode(&record.payload) {
            Ok(commit) => commits.push((EventSeq(record.seq), commit)),
            Err(why) => {
                error!(seq = record.seq, why, "a commit cannot be read; the read models go on without it")
            }
        }
    }
    let last = records.last().map_or(0, |record| record.seq);
    model.apply_until(&commits, EventSeq(last))
}
