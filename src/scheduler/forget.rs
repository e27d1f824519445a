//! Timers of what was cancelled, replaced or ended leave DUE long before their minute: they are taken out, a few at a time.
//!
//! Invariant: what is taken out is a record that lay there before the decider was asked, and whose timer the decider, which knew
//! the whole log then, does not await. A timer that is set anew is another record.

use std::collections::HashSet;
use std::time::Duration;

use async_nats::Request;
use futures_util::stream::{self, StreamExt, TryStreamExt};
use tokio::sync::mpsc;
use tokio::time::{Instant, sleep, sleep_until};
use tokio_util::sync::CancellationToken;
use tracing::{debug, info};

use super::watch::{Look, SOON, Watch};
use crate::log::{Fault, Log, clock};
use crate::wire::awaited::{UNWANTED_LEN_MAX, UnwantedOf, UnwantedView};
use crate::wire::work::DueTimer;
use crate::wire::{from_msgpack, subjects, to_msgpack};
use crate::words::{self, Span};

/// News of timers that wait for this part: a second of many. What is too much is found when all of DUE is looked at.
pub(super) const NEWS_LEN_MAX: usize = 10_000;
/// How soon a timer that has ended is looked at, where nothing else is.
const LOOK_EVERY: Duration = Duration::from_millis(250);
/// Nobody decides, or the server is away.
const AGAIN_AFTER: Duration = Duration::from_secs(5);
/// Timers looked at in one go: a quarter of a second.
const BATCH_LEN_MAX: usize = 256;
/// Of each request, whose work is a tenth of that: a tenth of a core of nats-server's at most, and no firing waits for one. To take
/// a timer out takes two.
const REQUEST_EVERY: Duration = Duration::from_micros(500);
/// Requests to the server at the same time.
const ASKED_AT_ONCE: usize = 16;
/// All of DUE is looked at when a scheduler starts, and then so often: what other processes had in mind, or what was too much.
const ALL_EVERY: Span = Span::from_secs(6 * 3_600);
/// An idle decider answers at once; one that takes over, or reads a long log, does not.
const ANSWER_WITHIN: Duration = Duration::from_secs(5);

/// What is told of a timer.
#[derive(Debug, Clone, Copy)]
pub(super) enum News {
    Set(DueTimer),
    Ended(DueTimer),
}

/// A timer with its place in DUE.
type Lying = (DueTimer, u64);

/// Works until `stop`. While nobody decides, or the server is away, it looks again later.
pub(super) async fn run(
    log: &Log,
    mut news: mpsc::Receiver<News>,
    stop: &CancellationToken,
) -> Result<(), Fault> {
    let (mut watch, mut walk) = (Watch::new(), Walk::new());
    let mut next = Instant::now();
    loop {
        tokio::select! {
            () = stop.cancelled() => return Ok(()),
            Some(told) = news.recv() => match told {
                News::Set(timer) => watch.set(timer, clock::now()),
                News::Ended(timer) => watch.ended(timer, clock::now()),
            },
            () = sleep_until(next) => {
                let Some(pause) = stop.run_until_cancelled(look(log, &mut watch, &mut walk)).await else {
                    return Ok(());
                };
                next = Instant::now() + pause;
            }
        }
    }
}

/// Gives how long to wait until the next look.
async fn look(log: &Log, watch: &mut Watch, walk: &mut Walk) -> Duration {
    let looks = watch.take(BATCH_LEN_MAX, clock::now());
    let is_full = looks.len() == BATCH_LEN_MAX;
    let looked = match looks.is_empty() {
        false => look_at(log, watch, looks).await.map(|()| is_full),
        true => walk.on(log).await,
    };
    match looked {
        Ok(true) => Duration::ZERO,
        Ok(false) => LOOK_EVERY,
        Err(fault) => {
            debug!(%fault, "timers that have ended stay for now");
            AGAIN_AFTER
        }
    }
}

/// Most are awaited still, and cost no look into DUE.
async fn look_at(log: &Log, watch: &mut Watch, looks: Vec<Look>) -> Result<(), Fault> {
    let unwanted = match ask(log, looks.iter().map(|look| look.timer).collect()).await {
        Ok(unwanted) => unwanted,
        Err(fault) => {
            looks.into_iter().for_each(|look| watch.put_back(look, clock::now()));
            return Err(fault);
        }
    };
    let (ended, awaited): (Vec<Look>, Vec<Look>) =
        looks.into_iter().partition(|look| unwanted.contains(&look.timer));
    awaited.into_iter().for_each(|look| watch.again(look, clock::now()));
    let removed = remove_wherever(log, &ended).await;
    if removed.is_err() {
        ended.into_iter().for_each(|look| watch.put_back(look, clock::now()));
    }
    removed
}

async fn remove_wherever(log: &Log, ended: &[Look]) -> Result<(), Fault> {
    let timers: Vec<DueTimer> = ended.iter().map(|look| look.timer).collect();
    let at = timers.into_iter().map(async |timer| Ok((timer, log.timer_at(&timer).await?)));
    let at: Vec<(DueTimer, Option<u64>)> =
        stream::iter(at).buffer_unordered(ASKED_AT_ONCE).try_collect().await?;
    sleep(requests(at.len())).await;
    let lying = at.into_iter().filter_map(|(timer, seq)| Some((timer, seq?)));
    remove(log, lying.collect()).await.map(drop)
}

/// So long for so many.
fn requests(len: usize) -> Duration {
    REQUEST_EVERY * u32::try_from(len).unwrap_or(u32::MAX)
}

/// Takes out of these those that are not awaited; gives how many.
async fn remove(log: &Log, lying: Vec<Lying>) -> Result<usize, Fault> {
    if lying.is_empty() {
        return Ok(0);
    }
    let unwanted = ask(log, lying.iter().map(|(timer, _)| *timer).collect()).await?;
    let mut ended = lying;
    ended.retain(|(timer, _)| unwanted.contains(timer));
    let removed = ended.into_iter().map(async |(_, seq)| log.remove_timer(seq).await);
    let removed: Vec<()> = stream::iter(removed).buffer_unordered(ASKED_AT_ONCE).try_collect().await?;
    sleep(requests(removed.len())).await;
    Ok(removed.len())
}

/// Those of these that nobody awaits any more.
async fn ask(log: &Log, timers: Vec<DueTimer>) -> Result<HashSet<DueTimer>, Fault> {
    const { assert!(BATCH_LEN_MAX <= UNWANTED_LEN_MAX) };
    let doing = || Fault::later("ask which timers have ended");
    let end = log.last_seq("EVENTS").await?;
    let question = to_msgpack(&UnwantedOf { timers });
    let request = Request::new().payload(question.into()).timeout(Some(ANSWER_WITHIN));
    let answer = log.client().send_request(subjects::UNWANTED, request).await;
    let answer = answer.map_err(|error| doing().because(error))?;
    let answer: UnwantedView = from_msgpack(&answer.payload).map_err(|why| doing().because(why))?;
    if answer.end.0 < end {
        return Err(doing().because("the decider that answered does not know the end of the log"));
    }
    Ok(answer.unwanted.into_iter().collect())
}

/// A look at all of DUE, a piece at a time.
#[derive(Debug)]
struct Walk {
    /// What is looked at next; none until it is time to begin.
    next: Option<u64>,
    again_at: words::Instant,
    removed: usize,
}

impl Walk {
    fn new() -> Walk {
        Walk { next: None, again_at: words::Instant::default(), removed: 0 }
    }

    /// Whether it goes on at once.
    async fn on(&mut self, log: &Log) -> Result<bool, Fault> {
        let now = clock::now();
        if self.next.is_none() && now < self.again_at {
            return Ok(false);
        }
        let (mut next, mut lying, mut looked_at) = (self.next.unwrap_or(1), Vec::new(), 0);
        let mut ended = false;
        while looked_at < BATCH_LEN_MAX && !ended {
            match log.timer_from(next).await? {
                Some((seq, timer)) => {
                    next = seq + 1;
                    lying.extend(timer.filter(|timer| timer.due > now + SOON).map(|timer| (timer, seq)));
                }
                None => ended = true,
            }
            looked_at += 1;
        }
        sleep(requests(looked_at)).await;
        self.removed += remove(log, lying).await?;
        self.next = Some(next);
        if ended {
            if self.removed > 0 {
                info!(removed = self.removed, "timers of what has ended were taken out of DUE");
            }
            *self = Walk { next: None, again_at: now + ALL_EVERY, removed: 0 };
        }
        Ok(!ended)
    }
}
