//! Commands of the channel's own that were refused: parked on OUTBOX, where a person sees what came to nothing.

use std::time::Duration;

use tokio::sync::mpsc;
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;
use tracing::warn;

use crate::log::{Fault, Log, Record};
use crate::rules::attempt::Adapter;
use crate::rules::{Commit, Fact, Happened, Rejection};
use crate::wire::{subjects, work};
use crate::words::EventSeq;

/// The server is away.
const AGAIN_AFTER: Duration = Duration::from_secs(1);

/// Where what is refused is read from: from where the projection stands on; where that is rebuilt, from the present on.
pub(super) async fn first(log: &Log, position: EventSeq) -> Result<u64, Fault> {
    Ok(if position.0 == 0 { log.last_seq("EVENTS").await? } else { position.0 } + 1)
}

/// Parks what is refused from there on. A refusal may be parked twice: by two processes, or when this one was killed.
pub(super) async fn run(
    log: &Log,
    channel: Adapter,
    from: u64,
    commits: mpsc::Sender<Vec<Record>>,
    ends: &CancellationToken,
) -> Result<(), Fault> {
    let mut follower = log.follow_all("EVENTS", subjects::events_with(&[Rejection::NAME]), from);
    while let Some(records) = ends.run_until_cancelled(follower.next()).await {
        let mut own = Vec::new();
        for record in records? {
            let Ok(commit) = record.commit() else { continue };
            if commit.by.as_str() != channel.part() {
                continue;
            }
            let Some(why) = commit.facts.first().and_then(Fact::get::<Rejection>) else { continue };
            while let Err(fault) = park(log, channel, &commit, why).await {
                warn!(%fault, "a refusal is parked later");
                if ends.run_until_cancelled(sleep(AGAIN_AFTER)).await.is_none() {
                    return Ok(());
                }
            }
            own.push(record);
        }
        // Whoever waits for the answer to a question gets it.
        if !own.is_empty() && commits.send(own).await.is_err() {
            break;
        }
    }
    Ok(())
}

async fn park(log: &Log, channel: Adapter, commit: &Commit, why: &Rejection) -> Result<(), Fault> {
    let seq = commit.command.0;
    warn!(seq, code = why.code, "a command of the channel's own was refused; it is parked on OUTBOX");
    let command = log.record("COMMANDS", seq).await?;
    let payload = command.map(|record| record.payload).unwrap_or_default();
    let parked =
        work::parked(channel.as_str(), "COMMANDS", seq, &format!("{}: {}", why.code, why.text), &payload);
    let identity = parked.subject.clone();
    log.publish(parked, &identity).await.map(drop)
}
