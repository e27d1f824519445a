//! Commits performed beside the way, the large ones foremost: those behind them wait only for what goes to the same recipient.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use futures_util::future::BoxFuture;
use futures_util::stream::FuturesUnordered;
use futures_util::{FutureExt, StreamExt};
use tokio_util::task::AbortOnDropHandle;

use super::bodies::{carried, elsewhere};
use super::order::Order;
use super::perform::Performer;
use crate::log::{Record, Verdict};
use crate::rules::{Channel, Commit};
use crate::words::Instant;

/// A commit of no more deliveries is performed at once: some milliseconds on a disk that syncs each write.
const SMALL_DELIVERIES_MAX: usize = 16;
/// The same for their bytes, the body counted once for each: a millisecond of a local connection.
const SMALL_BYTES_MAX: usize = 1_024 * 1_024;
/// Bodies from elsewhere in such a commit: what waited for a client that comes online is read beside the way.
const SMALL_ELSEWHERE_MAX: usize = 1;
/// Large ones that are performed at the same time, for they share a disk and the cores.
const LARGE_RUNNING_MAX: usize = 1;
/// The same for the others: what waited for a client, or behind a large one. Each waits for a body or two from the log, some
/// milliseconds on a busy server: enough for a thousand people a second who come online.
const OTHERS_RUNNING_MAX: usize = 64;
/// Commits in hand that are not read once more, for they are small, and all of them together.
const KEPT_EACH_BYTES_MAX: usize = 16 * 1_024;
const KEPT_BYTES_MAX: usize = 16 * 1_024 * 1_024;
/// Deliveries in hand, each some 40 bytes: 250 commands to 1,000 recipients each, half a minute of storing on OUTBOX. With
/// more than that nothing is taken, and everybody waits.
const DELIVERIES_MAX: usize = 250_000;

/// Commits that may go, in the order of the log, and how many are being performed.
#[derive(Debug, Default)]
struct Lane {
    ready: BTreeSet<u64>,
    running: usize,
}

/// What is kept of the commits in hand, so that it need not be read again.
#[derive(Debug, Default)]
struct Kept {
    /// Each with the time at which the log took it, and its bytes.
    commits: BTreeMap<u64, (Commit, Instant, usize)>,
    bytes: usize,
}

pub(super) struct Beside {
    performer: Arc<Performer>,
    order: Order,
    kept: Kept,
    /// Of those in hand. They have a lane of their own, so that no others wait for them.
    is_large: BTreeSet<u64>,
    large: Lane,
    others: Lane,
    running: FuturesUnordered<BoxFuture<'static, (u64, Verdict)>>,
}

impl Lane {
    fn next(&mut self, running_max: usize) -> Option<u64> {
        let next = if self.running < running_max { self.ready.pop_first() } else { None };
        self.running += usize::from(next.is_some());
        next
    }
}

impl Kept {
    fn keep(&mut self, record: &Record, commit: Commit) {
        let bytes = record.payload.len();
        if bytes <= KEPT_EACH_BYTES_MAX && self.bytes + bytes <= KEPT_BYTES_MAX {
            self.bytes += bytes;
            self.commits.insert(record.seq, (commit, record.at, bytes));
        }
    }

    fn take(&mut self, seq: u64) -> Option<(Commit, Instant)> {
        let (commit, decided, bytes) = self.commits.remove(&seq)?;
        self.bytes -= bytes;
        Some((commit, decided))
    }
}

impl Beside {
    pub(super) fn new(performer: Arc<Performer>) -> Beside {
        Beside {
            performer,
            order: Order::default(),
            kept: Kept::default(),
            is_large: BTreeSet::new(),
            large: Lane::default(),
            others: Lane::default(),
            running: FuturesUnordered::new(),
        }
    }

    pub(super) fn has_room(&self) -> bool {
        self.order.deliveries() < DELIVERIES_MAX
    }

    /// Takes a commit that is large, or goes to somebody whom an earlier one in hand goes to; any other is given back.
    pub(super) fn take(&mut self, record: &Record, commit: Commit) -> Option<Commit> {
        let (seq, payload_len) = (record.seq, record.payload.len());
        if self.order.holds(seq) {
            return None;
        }
        let deliveries = carried(&commit).count();
        let stored = carried(&commit).filter(|routed| routed.channel != Channel::Live).count();
        let heavy = deliveries > 1 && deliveries * payload_len > SMALL_BYTES_MAX;
        let many = deliveries > SMALL_DELIVERIES_MAX;
        let large = stored > SMALL_DELIVERIES_MAX || many && heavy;
        let at_once = !many && !heavy && elsewhere(&commit) <= SMALL_ELSEWHERE_MAX;
        if at_once && self.order.is_free(carried(&commit).map(|routed| &routed.to)) {
            return Some(commit);
        }
        if large {
            self.is_large.insert(seq);
        }
        if self.order.enter(seq, carried(&commit).map(|routed| &routed.to)) {
            self.lane(seq).ready.insert(seq);
        }
        self.kept.keep(record, commit);
        None
    }

    /// Waits for the end of one. Dropping the future loses nothing.
    pub(super) async fn next(&mut self) -> (u64, Verdict) {
        self.start();
        let Some((seq, verdict)) = self.running.next().await else {
            return std::future::pending().await;
        };
        self.lane(seq).running -= 1;
        self.is_large.remove(&seq);
        for free in self.order.leave(seq) {
            self.lane(free).ready.insert(free);
        }
        (seq, verdict)
    }

    fn lane(&mut self, seq: u64) -> &mut Lane {
        if self.is_large.contains(&seq) { &mut self.large } else { &mut self.others }
    }

    fn start(&mut self) {
        let lanes = [(&mut self.others, OTHERS_RUNNING_MAX), (&mut self.large, LARGE_RUNNING_MAX)];
        for (lane, running_max) in lanes {
            while let Some(seq) = lane.next(running_max) {
                let (performer, kept) = (Arc::clone(&self.performer), self.kept.take(seq));
                let performed = tokio::spawn(async move { performer.beside(seq, kept).await });
                let performed = AbortOnDropHandle::new(performed).map(move |performed| {
                    let panicked = |_| Verdict::Poison("a delivery could not be performed: a bug".to_owned());
                    (seq, performed.unwrap_or_else(panicked))
                });
                self.running.push(performed.boxed());
            }
        }
    }
}
