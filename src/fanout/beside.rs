//! Commits performed beside the way, the large ones foremost: those behind them wait only for what goes to the same recipient.
//!
//! Each of the two ways of a commit is performed by itself: who is online does not wait until others' items are on a disk.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use futures_util::future::BoxFuture;
use futures_util::stream::FuturesUnordered;
use futures_util::{FutureExt, StreamExt};
use tokio_util::task::AbortOnDropHandle;

use super::bodies::{Way, elsewhere, recipients};
use super::order::Order;
use super::perform::Performer;
use crate::log::{Record, Verdict};
use crate::rules::Commit;
use crate::words::Instant;

/// A commit of no more deliveries is performed at once: some milliseconds on a disk that syncs each write.
const SMALL_DELIVERIES_MAX: usize = 16;
/// The same for their bytes, the body counted once for each: a millisecond of a local connection.
const SMALL_BYTES_MAX: usize = 1_024 * 1_024;
/// Bodies from elsewhere in such a commit: what waited for a client that comes online is read beside the way.
const SMALL_ELSEWHERE_MAX: usize = 1;
/// Large ones that are performed at the same time each way, for they share a disk or the cores.
const LARGE_RUNNING_MAX: usize = 1;
/// The same for the others: what waited for a client, or behind a large one. Each waits for a body or two from the log, some
/// milliseconds on a busy server: enough for a thousand people a second who come online.
const OTHERS_RUNNING_MAX: usize = 64;
/// Commits in hand that are not read once more, for they are no larger than a page of names, and all of them together.
const KEPT_EACH_BYTES_MAX: usize = 64 * 1_024;
const KEPT_BYTES_MAX: usize = 16 * 1_024 * 1_024;
/// Deliveries in hand, each some 40 bytes: 250 commands to 1,000 recipients each, half a minute of storing on OUTBOX. With
/// more than that nothing is taken, and everybody waits.
const DELIVERIES_MAX: usize = 250_000;

/// One way of the commit with this sequence.
type Half = (u64, Way);

/// Halves that may go, in the order of the log, and how many are being performed.
#[derive(Debug, Default)]
struct Lane {
    ready: BTreeSet<u64>,
    running: usize,
}

/// What is kept of the commits in hand, so that it need not be read again; pages stay folded.
#[derive(Debug, Default)]
struct Kept {
    /// Each with the time at which the log took it, and its bytes.
    commits: BTreeMap<u64, (Arc<Commit>, Instant, usize)>,
    bytes: usize,
}

/// A commit in hand.
#[derive(Debug)]
struct InHand {
    /// Those have lanes of their own, so that no others wait for them.
    is_large: bool,
    /// How many of its ways are not performed yet.
    left: usize,
    /// Of those that are.
    verdict: Verdict,
}

pub(super) struct Beside {
    performer: Arc<Performer>,
    order: Order<Half>,
    kept: Kept,
    in_hand: BTreeMap<u64, InHand>,
    /// By whether they are large, and by their way.
    lanes: BTreeMap<(bool, Way), Lane>,
    running: FuturesUnordered<BoxFuture<'static, (Half, Verdict)>>,
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
            self.commits.insert(record.seq, (Arc::new(commit), record.at, bytes));
        }
    }

    fn get(&self, seq: u64) -> Option<(Arc<Commit>, Instant)> {
        self.commits.get(&seq).map(|(commit, decided, _)| (Arc::clone(commit), *decided))
    }

    fn forget(&mut self, seq: u64) {
        self.bytes -= self.commits.remove(&seq).map_or(0, |(_, _, bytes)| bytes);
    }
}

impl InHand {
    /// What is to be done again is, all of it, whatever became of the other way.
    fn add(&mut self, verdict: Verdict) {
        self.left -= 1;
        let weight = |verdict: &Verdict| match verdict {
            Verdict::Done | Verdict::Beside => 0,
            Verdict::Poison(_) => 1,
            Verdict::Again(_) => 2,
        };
        if weight(&verdict) > weight(&self.verdict) {
            self.verdict = verdict;
        }
    }
}

impl Beside {
    pub(super) fn new(performer: Arc<Performer>) -> Beside {
        Beside {
            performer,
            order: Order::default(),
            kept: Kept::default(),
            in_hand: BTreeMap::new(),
            lanes: BTreeMap::new(),
            running: FuturesUnordered::new(),
        }
    }

    pub(super) fn has_room(&self) -> bool {
        self.order.deliveries() < DELIVERIES_MAX
    }

    /// Takes a commit that is large, or goes to somebody whom an earlier one in hand goes to; any other is given back.
    pub(super) fn take(&mut self, record: &Record, commit: Commit) -> Option<Commit> {
        let (seq, payload_len) = (record.seq, record.payload.len());
        if self.in_hand.contains_key(&seq) {
            return None;
        }
        let [live, stored] = Way::ALL.map(|way| recipients(&commit, way).count());
        let deliveries = live + stored;
        let heavy = deliveries > 1 && deliveries * payload_len > SMALL_BYTES_MAX;
        let many = deliveries > SMALL_DELIVERIES_MAX;
        let is_large = stored > SMALL_DELIVERIES_MAX || many && heavy;
        let at_once = deliveries == 0 || !many && !heavy && elsewhere(&commit) <= SMALL_ELSEWHERE_MAX;
        if at_once && Way::ALL.into_iter().all(|way| self.order.is_free(recipients(&commit, way))) {
            return Some(commit);
        }
        let mut left = 0;
        for (way, count) in [(Way::Live, live), (Way::Stored, stored)] {
            if count > 0 {
                left += 1;
                if self.order.enter((seq, way), recipients(&commit, way)) {
                    self.lanes.entry((is_large, way)).or_default().ready.insert(seq);
                }
            }
        }
        self.in_hand.insert(seq, InHand { is_large, left, verdict: Verdict::Done });
        self.kept.keep(record, commit);
        None
    }

    /// Waits for the end of one. Dropping the future loses nothing.
    pub(super) async fn next(&mut self) -> (u64, Verdict) {
        loop {
            self.start();
            let Some((half, verdict)) = self.running.next().await else {
                return std::future::pending().await;
            };
            if let Some(ended) = self.ended(half, verdict) {
                return ended;
            }
        }
    }

    /// One way of a commit is performed: what becomes of that, once both are.
    fn ended(&mut self, half: Half, verdict: Verdict) -> Option<(u64, Verdict)> {
        let (seq, _) = half;
        self.lane(half).running -= 1;
        for free in self.order.leave(half) {
            self.lane(free).ready.insert(free.0);
        }
        let in_hand = self.in_hand.get_mut(&seq)?;
        in_hand.add(verdict);
        if in_hand.left > 0 {
            return None;
        }
        self.kept.forget(seq);
        self.in_hand.remove(&seq).map(|in_hand| (seq, in_hand.verdict))
    }

    fn lane(&mut self, (seq, way): Half) -> &mut Lane {
        let is_large = self.in_hand.get(&seq).is_some_and(|in_hand| in_hand.is_large);
        self.lanes.entry((is_large, way)).or_default()
    }

    fn start(&mut self) {
        for ((is_large, way), lane) in &mut self.lanes {
            let running_max = if *is_large { LARGE_RUNNING_MAX } else { OTHERS_RUNNING_MAX };
            while let Some(seq) = lane.next(running_max) {
                let (performer, kept, way) = (Arc::clone(&self.performer), self.kept.get(seq), *way);
                let performed = tokio::spawn(async move { performer.beside(seq, kept, way).await });
                let performed = AbortOnDropHandle::new(performed).map(move |performed| {
                    let panicked = |_| Verdict::Poison("a delivery could not be performed: a bug".to_owned());
                    ((seq, way), performed.unwrap_or_else(panicked))
                });
                self.running.push(performed.boxed());
            }
        }
    }
}
