//! The handler of commits: small ones are performed at once, in the order of the log; large ones beside the way.

use std::sync::Arc;

use futures_util::{StreamExt, stream};
use tokio::task::unconstrained;

use super::beside::Beside;
use super::bodies::{self, Found, Run, Way, goes_live};
use super::look::Look;
use super::notes::ReadLater;
use super::perform::{AGAIN_AFTER, HandOver, Performer, again, done_but_for, works};
use super::sums::SumsLater;
use crate::log::{Fault, Handler, Log, Record, Verdict};
use crate::rules::Commit;
use crate::words::{EventSeq, Instant, MessageId};

/// Small commits whose body is being read ahead, at most one for each: 16 MiB of the largest that a server takes.
const BODIES_AHEAD_MAX: usize = 16;
/// Items of small commits on their way to OUTBOX: a disk that syncs each write serves many that wait together.
const HAND_OVERS_MAX: usize = 256;

pub(super) struct Deliver {
    performer: Arc<Performer>,
    beside: Beside,
    read_later: ReadLater,
    sums_later: SumsLater,
}

impl Deliver {
    pub(super) fn new(log: Log) -> Deliver {
        let performer = Arc::new(Performer::new(log));
        let beside = Beside::new(Arc::clone(&performer));
        let read_later = ReadLater::new(Arc::clone(&performer));
        let sums_later = SumsLater::new(Arc::clone(&performer));
        Deliver { performer, beside, read_later, sums_later }
    }

    /// The verdict of each record, and the commits that are to be performed now.
    fn sort(&mut self, records: &[&Record]) -> (Vec<Verdict>, Vec<Small>) {
        let (mut verdicts, mut small) = (Vec::with_capacity(records.len()), Vec::new());
        for (place, record) in records.iter().enumerate() {
            let taken = record.commit().map(|commit| {
                self.performer.bodies().keep(record.seq, &commit);
                self.beside.take(record, commit)
            });
            verdicts.push(match taken {
                Err(why) => Verdict::Poison(why),
                Ok(None) => Verdict::Beside,
                Ok(Some(commit)) => {
                    let commit = commit.unfolded();
                    small.push(Small { place, seq: record.seq, decided: record.at, commit });
                    Verdict::Done
                }
            });
        }
        (verdicts, small)
    }
}

/// Runs with their bodies; none where a body is nowhere.
type Runs = Vec<(Run, Option<Arc<Found>>)>;

/// A commit that is performed at once; `place` is its record's in the batch.
struct Small {
    place: usize,
    seq: u64,
    /// When the log took it.
    decided: Instant,
    commit: Commit,
}

impl Performer {
    /// Sends the first one's that goes live, with a look at that of the others; what goes to OUTBOX is told to `hand_over`. The
    /// messages whose body is nowhere.
    async fn small(
        &self,
        (first, others): (&Small, &[Small]),
        found: Runs,
        look: &mut Look,
        mut hand_over: impl FnMut(HandOver),
    ) -> Result<Vec<MessageId>, Fault> {
        let mut missing = Vec::new();
        let next = || {
            let all = std::iter::once(first).chain(others).flat_map(|small| bodies::carried(&small.commit));
            all.filter(|routed| goes_live(routed))
        };
        for (run, found) in &found {
            match found {
                Some(found) => {
                    self.beside_its_plan(run, found).await?;
                    self.live((run, found.as_ref()), first.decided, look, next).await?;
                    works(run, found, EventSeq(first.seq)).into_iter().for_each(&mut hand_over);
                }
                None => missing.push(run.message),
            }
        }
        self.tell(&first.commit).await?;
        Ok(missing)
    }

    /// What the nth one delivers, with its bodies.
    async fn find(&self, all: Arc<[Small]>, nth: usize) -> (usize, Result<Runs, Fault>) {
        let mut runs = Vec::new();
        if let Some(Small { seq, commit, .. }) = all.get(nth) {
            for run in bodies::runs(*seq, commit, |channel| Way::of(channel).is_some()) {
                match self.bodies().find(commit, &run).await {
                    Ok(found) => runs.push((run, found)),
                    Err(fault) => return (nth, Err(fault)),
                }
            }
        }
        (nth, Ok(runs))
    }
}

impl Handler for Deliver {
    /// Live messages leave one after the other, in the order of the log; what goes to OUTBOX is stored in that order too,
    /// but not waited for one by one.
    async fn judge(&mut self, records: &[&Record]) -> Vec<Verdict> {
        let (mut verdicts, small) = self.sort(records);
        let (performer, small): (_, Arc<[Small]>) = (&*self.performer, small.into());
        let found = (0..small.len()).map(|nth| performer.find(Arc::clone(&small), nth));
        let (mut found, mut to_outbox) = (stream::iter(found).buffered(BODIES_AHEAD_MAX), Vec::new());
        let mut look = Look::default();
        while let Some((nth, found)) = found.next().await {
            let Some((first, others)) = small.get(nth..).and_then(<[Small]>::split_first) else { continue };
            let (place, seq, nobody_knew) = (first.place, first.seq, look.failed());
            let hand_over = |item| to_outbox.push((place, seq, item));
            let performed = match found {
                Ok(found) => performer.small((first, others), found, &mut look, hand_over).await,
                Err(fault) => Err(fault),
            };
            let verdict = match performed {
                Ok(missing) => done_but_for(missing),
                // It was said of the first one.
                Err(_) if nobody_knew => Verdict::Again(AGAIN_AFTER),
                Err(fault) => again(seq, &fault),
            };
            verdicts.get_mut(place).into_iter().for_each(|settled| *settled = verdict.clone());
        }
        for Small { commit, .. } in small.iter() {
            self.read_later.tell(commit);
            self.sums_later.tell(commit);
        }
        let stored = to_outbox
            .into_iter()
            .map(|(place, seq, item)| async move { (place, seq, performer.hand_over(item).await) });
        let mut stored = stream::iter(stored).buffered(HAND_OVERS_MAX);
        // Unconstrained: tokio wakes those that it stops for fairness last come, first served, and they would be stored so.
        while let Some((place, seq, stored)) = unconstrained(stored.next()).await {
            if let (Err(fault), Some(late)) = (stored, verdicts.get_mut(place)) {
                *late = again(seq, &fault);
            }
        }
        verdicts
    }

    async fn beside(&mut self) -> (u64, Verdict) {
        self.beside.next().await
    }

    fn has_room(&self) -> bool {
        self.beside.has_room()
    }
}
