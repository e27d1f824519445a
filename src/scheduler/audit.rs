//! The audit of the timers: what the decider awaits is held against what lies in DUE, and what was lost is set again.

use std::collections::HashSet;
use std::time::Duration;

use async_nats::Request;
use futures_util::stream::{self, StreamExt, TryStreamExt};
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;
use tracing::{debug, warn};

use super::set::lay;
use super::sweep::sweep;
use crate::log::{Fault, Log, clock};
use crate::wire::awaited::{AwaitedOf, AwaitedView};
use crate::wire::work::DueTimer;
use crate::wire::{from_msgpack, subjects, to_msgpack};
use crate::words::Span;

/// How late a timer may be that was lost while everything ran.
const EVERY: Duration = Duration::from_secs(300);
/// What is due in this time is looked for: three audits see it before it is due.
const AHEAD: Span = Span::from_secs(900);
/// What is missing may be on its way, or just being fired: it is lost where it is still missing after this.
const AGAIN_AFTER: Duration = Duration::from_secs(3);
/// An idle decider answers at once; one that takes over, or reads a long log, does not.
const ANSWER_WITHIN: Duration = Duration::from_secs(5);
/// Between two parts of an answer, and for each timer that was looked for in DUE: a tenth of a core of nats-server's at
/// most, however many timers there are.
const PART_EVERY: Duration = Duration::from_millis(2);
const ASKED_EVERY: Duration = Duration::from_millis(1);
/// Questions to the server at the same time.
const ASKED_AT_ONCE: usize = 16;
/// Missing timers that are remembered, and set again in one go; a few megabytes.
const MISSING_LEN_MAX: usize = 100_000;
/// So many are named in the log.
const NAMED_LEN_MAX: usize = 3;

/// Looks until `stop`: at once, and now and then. Where nobody decides, or the server is away, it looks again soon.
pub(super) async fn run(log: &Log, stop: &CancellationToken) -> Result<(), Fault> {
    let mut missing = HashSet::new();
    while let Some(looked) = stop.run_until_cancelled(look(log, &missing)).await {
        let pause = match looked {
            Ok(now_missing) => {
                missing = now_missing;
                if missing.is_empty() { EVERY } else { AGAIN_AFTER }
            }
            Err(fault) => {
                debug!(%fault, "the timers are audited again");
                AGAIN_AFTER
            }
        };
        stop.run_until_cancelled(sleep(pause)).await;
    }
    Ok(())
}

/// Sets again what is missing now and was `missing` the last time; gives what is missing for the first time.
async fn look(log: &Log, missing: &HashSet<DueTimer>) -> Result<HashSet<DueTimer>, Fault> {
    let (mut found, mut after) = (HashSet::new(), None);
    let before = clock::now() + AHEAD;
    loop {
        let AwaitedView { items, next, oldest_expires } = ask(log, AwaitedOf { before, after }).await?;
        sweep(log, oldest_expires).await;
        let pause = PART_EVERY + ASKED_EVERY * u32::try_from(items.len()).unwrap_or(u32::MAX);
        let looked = items.into_iter().map(async |timer| Ok((timer, log.holds_timer(&timer).await?)));
        let looked: Vec<(DueTimer, bool)> =
            stream::iter(looked).buffer_unordered(ASKED_AT_ONCE).try_collect().await?;
        let absent = looked.into_iter().filter(|(_, held)| !held).map(|(timer, _)| timer);
        found.extend(absent.take(MISSING_LEN_MAX.saturating_sub(found.len())));
        after = next;
        if after.is_none() {
            break;
        }
        sleep(pause).await;
    }
    let (lost, first): (HashSet<_>, HashSet<_>) =
        found.into_iter().partition(|timer| missing.contains(timer));
    set_again(log, &lost).await?;
    Ok(first)
}

async fn ask(log: &Log, question: AwaitedOf) -> Result<AwaitedView, Fault> {
    let doing = || Fault::later("ask what is awaited of the clock");
    let request = Request::new().payload(to_msgpack(&question).into()).timeout(Some(ANSWER_WITHIN));
    let answer = log.client().send_request(subjects::AWAITED, request).await;
    let answer = answer.map_err(|error| doing().because(error))?;
    from_msgpack(&answer.payload).map_err(|why| doing().because(why))
}

async fn set_again(log: &Log, lost: &HashSet<DueTimer>) -> Result<(), Fault> {
    if lost.is_empty() {
        return Ok(());
    }
    let named: Vec<String> = lost.iter().take(NAMED_LEN_MAX).map(|lost| lost.timer.to_string()).collect();
    warn!("{} timers were not in DUE and are set again, among them {}", lost.len(), named.join(", "));
    let now = clock::now();
    let laid = lost.iter().copied().map(async |timer| {
        // Whoever set it before used another identity: this one is stored whatever was stored then.
        lay(log, timer, now, &log.fresh_identity()).await
    });
    stream::iter(laid).buffer_unordered(ASKED_AT_ONCE).try_collect().await
}
