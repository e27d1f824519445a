//! Answers questions from read models that are projected from EVENTS, as the NATS service `homing`.
//!
//! Invariant: the folder is disposable. Whatever is wrong with it, it is set aside and rebuilt from the log.
//! Invariant: an answer holds at least what the log held when the question came, unless that takes over a second.
//! Invariant: nobody is told of rows that are not theirs; who asks is the token of the subject.

mod answer;
mod asker;
mod bodies;
mod follow;
mod model;
mod page;
mod projector;
mod refusal;
mod reply;
mod service;
mod shown;
#[cfg(test)]
mod tests;

pub use model::Model;

use std::path::Path;
use std::sync::Arc;

use tokio_util::sync::CancellationToken;
use tracing::{info, warn};

use crate::log::{Fault, Log, Retry};
use crate::wire::commit;
use crate::words::EventSeq;

/// Read models that tear again and again are not mended by one more attempt.
const REBUILDS_MAX: usize = 3;

/// Follows EVENTS and answers until `stop`. The read models are in `<data>/query`.
///
/// # Errors
/// Where the disk or the server does not work.
pub async fn run(log: Log, data: &Path, stop: CancellationToken) -> Result<(), Fault> {
    let folder = data.join("query");
    let mut rebuilds = 0;
    loop {
        match once(&log, &folder, &stop).await {
            Err(fault) if fault.retry == Retry::Reload && rebuilds < REBUILDS_MAX => {
                rebuilds += 1;
                warn!(%fault, "the read models are torn and are rebuilt from the log");
                model::set_aside(&folder)?;
            }
            ended => return ended,
        }
    }
}

/// Until `stop`, or until the folder turns out to be torn.
async fn once(log: &Log, folder: &Path, stop: &CancellationToken) -> Result<(), Fault> {
    let model = Arc::new(open(log, folder).await?);
    info!(seq = model.position().0, "the read models are open");
    // What ends first ends the other.
    let ends = stop.child_token();
    let follow = async {
        let _ends = ends.clone().drop_guard();
        follow::follow(log, &model, &ends).await
    };
    let serve = async {
        let _ends = ends.clone().drop_guard();
        service::serve(log, &model, &ends).await
    };
    let (followed, served) = tokio::join!(follow, serve);
    followed.and(served)?;
    on_a_blocking_thread(move || model.flush()).await
}

async fn open(log: &Log, folder: &Path) -> Result<Model, Fault> {
    let path = folder.to_owned();
    let model = on_a_blocking_thread(move || Model::open(&path)).await?;
    if is_of(log, &model).await? {
        return Ok(model);
    }
    warn!("the read models are of another log, and are rebuilt from this one");
    let path = folder.to_owned();
    on_a_blocking_thread(move || {
        drop(model);
        model::set_aside(&path)?;
        Model::open(&path)
    })
    .await
}

/// Whether the model was made from this log: the log is as long, and the last commit is still the same.
async fn is_of(log: &Log, model: &Model) -> Result<bool, Fault> {
    if EventSeq(log.last_seq("EVENTS").await?) < model.position() {
        return Ok(false);
    }
    let Some(mark) = model.mark()? else { return Ok(true) };
    let Some(record) = log.record("EVENTS", mark.seq.0).await? else { return Ok(true) };
    let found = commit::decode(&record.payload);
    Ok(found.is_ok_and(|found| found.command == mark.command && found.at == mark.at))
}

/// Runs what touches the folder. A panic of sled's means that the folder is torn, as some of its errors do.
async fn on_a_blocking_thread<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, Fault> + Send + 'static,
) -> Result<T, Fault> {
    let done = tokio::task::spawn_blocking(work).await;
    done.unwrap_or_else(|panicked| Err(Fault::reload("use the read models").because(panicked)))
}
