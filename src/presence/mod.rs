//! Leases: heartbeats come in, and a lease that ran out is reported; heartbeats themselves are not events.
//!
//! Invariant: what a lease is, the log says; here is only when it was renewed last.
//! Invariant: nobody is declared gone for a time in which heartbeats could not reach us, whoever stood still.
//! Invariant: a lapse is judged after every heartbeat that came before it; where some may have been dropped, all begin anew.
//! Invariant: "not online" is answered after what the log held when the heartbeat came; what was not read yet is no answer.
//! Invariant: the heartbeat of a device that is online waits for no report, no disk and no reader of the log.
//! Invariant: heartbeats come on a connection of their own: what ends that one (a subject or headers that no client can read)
//! holds up no report and no reader of the log.
//! Invariant: the folder is disposable. Whatever is wrong with it, it is set aside and rebuilt from the log.

mod beats;
mod clock;
mod doubt;
mod keep;
mod kept;
mod leases;
mod report;

use std::path::Path;
use std::sync::Arc;

use tokio::sync::{mpsc, watch};
use tokio_util::sync::CancellationToken;
use tracing::info;

use crate::log::{Fault, Follower, Log, blocking, ending, rebuilding};
use crate::words::EventSeq;
use doubt::DOUBTS_LEN_MAX;
use keep::{Inputs, Keeper, News, Outputs};
use kept::Kept;
use report::LAPSES_LEN_MAX;

/// Batches of the log, or of heartbeats in doubt, that wait for the keeper.
const BATCHES_LEN_MAX: usize = 1;

/// Works until `stop`. What is known of the leases is in `<data>/presence`.
///
/// # Errors
/// Where the disk or the server does not work.
pub async fn run(log: Log, data: &Path, stop: CancellationToken) -> Result<(), Fault> {
    let folder = data.join("presence");
    rebuilding(&folder, "the leases", || once(&log, &folder, &stop)).await
}

/// Until `stop`, or until the folder turns out to be torn. Nobody listens before all is read that the log holds at the start:
/// a client that is not answered goes on as before.
async fn once(log: &Log, folder: &Path, stop: &CancellationToken) -> Result<(), Fault> {
    let kept = Arc::new(Kept::of(log, folder).await?);
    info!(seq = kept.position().0, "the leases are open");
    let mut events = log.follow_all("EVENTS", Kept::reads(), kept.position().next().0);
    match stop.run_until_cancelled(catch_up(log, &kept, &mut events)).await {
        Some(done) => done?,
        None => return Ok(()),
    }
    let rows = Arc::clone(&kept);
    let standing = blocking(move || rows.all()).await?;
    info!(seq = kept.position().0, leases = standing.len(), "listening to heartbeats");
    // A heartbeat that no client can read ends the connection it comes on: not the one that reads the log and reports.
    let ears = log.another("presence heartbeats").await?;
    let keeper = Keeper::begin(&ears, standing).await?;

    let (tell_news, news) = mpsc::channel(BATCHES_LEN_MAX);
    let (settle, settled) = mpsc::channel(BATCHES_LEN_MAX);
    let (tell_lapses, lapses) = mpsc::channel(LAPSES_LEN_MAX);
    let (doubt, doubts) = mpsc::channel(DOUBTS_LEN_MAX);
    let (tell_read, read) = watch::channel(kept.position());
    let outputs = Outputs { read: tell_read, doubts: doubt, lapses: tell_lapses };
    // What ends first ends the others.
    let ends = stop.child_token();
    let keep = ending(&ends, Box::pin(keeper.run(Inputs { news, settled }, outputs, &ends)));
    let follow = ending(&ends, Box::pin(follow(&kept, events, tell_news, &ends)));
    let report = ending(&ends, Box::pin(report::run(log, lapses, &ends)));
    let hold = ending(&ends, Box::pin(doubt::run(log, doubts, read, settle, &ends)));
    let (kept_on, followed, reported, held) = tokio::join!(keep, follow, report, hold);
    followed.and(kept_on).and(reported).and(held)?;
    blocking(move || kept.flush()).await
}

async fn catch_up(log: &Log, kept: &Arc<Kept>, events: &mut Follower) -> Result<(), Fault> {
    let end = EventSeq(log.last_seq_of("EVENTS", &Kept::reads()).await?);
    while kept.position() < end {
        take(kept, events).await?;
    }
    Ok(())
}

async fn follow(
    kept: &Arc<Kept>,
    mut events: Follower,
    news: mpsc::Sender<News>,
    ends: &CancellationToken,
) -> Result<(), Fault> {
    while let Some(taken) = ends.run_until_cancelled(take(kept, &mut events)).await {
        if news.send(taken?).await.is_err() {
            break;
        }
    }
    Ok(())
}

async fn take(kept: &Arc<Kept>, events: &mut Follower) -> Result<News, Fault> {
    let (kept, records) = (Arc::clone(kept), events.next().await?);
    blocking(move || {
        let changes = kept.take(&records)?;
        Ok(News { changes, until: kept.position() })
    })
    .await
}
