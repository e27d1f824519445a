//! The handler of commits: small ones are performed at once, in the order of the log; large ones beside the way.

use std::sync::Arc;

use futures_util::{StreamExt, stream};
use tokio::task::unconstrained;

use super::beside::Beside;
use super::bodies::{self, Found, Run};
use super::perform::{HandOver, Performer, again, done_but_for, works};
use crate::log::{Fault, Handler, Log, Record, Verdict};
use crate::rules::Commit;
use crate::words::{EventSeq, MessageId};

/// Small commits whose body is being read ahead, at most one for each: 16 MiB of the largest that a server takes.
const BODIES_AHEAD_MAX: usize = 16;
/// Items of small commits on their way to OUTBOX: a disk that syncs each write serves many that wait together.
const HAND_OVERS_MAX: usize = 256;

pub(super) struct Deliver {
    performer: Arc<Performer>,
    beside: Beside,
}

impl Deliver {
    pub(super) fn new(log: Log) -> Deliver {
        let performer = Arc::new(Performer::new(log));
        Deliver { beside: Beside::new(Arc::clone(&performer)), performer }
    }

    /// The verdict of each record, and the commits that are to be performed now.
    fn sort(&mut self, records: &[&Record]) -> (Vec<Verdict>, Vec<Small>) {
        let (mut verdicts, mut small) = (Vec::with_capacity(records.len()), Vec::new());
        for (place, record) in records.iter().enumerate() {
            let seq = record.seq;
            let taken = record.commit().map(|commit| self.beside.take(seq, commit, record.payload.len()));
            verdicts.push(match taken {
                Err(why) => Verdict::Poison(why),
                Ok(None) => Verdict::Beside,
                Ok(Some(commit)) => {
                    small.push(Small { place, seq, commit });
                    Verdict::Done
                }
            });
        }
        (verdicts, small)
    }
}

/// A commit that is performed at once; `place` is its record's in the batch.
struct Small {
    place: usize,
    seq: u64,
    commit: Commit,
}

impl Performer {
    /// Sends what goes live; what goes to OUTBOX is told to `hand_over`. The messages whose body is nowhere.
    async fn small(
        &self,
        seq: u64,
        found: Vec<(Run, Option<Arc<Found>>)>,
        mut hand_over: impl FnMut(HandOver),
    ) -> Result<Vec<MessageId>, Fault> {
        let mut missing = Vec::new();
        for (run, found) in found {
            match found {
                Some(found) => {
                    self.live(&run, &found).await?;
                    works(&run, &found, EventSeq(seq)).into_iter().for_each(&mut hand_over);
                }
                None => missing.push(run.message),
            }
        }
        Ok(missing)
    }

    async fn find(&self, seq: u64, commit: &Commit) -> Result<Vec<(Run, Option<Arc<Found>>)>, Fault> {
        let mut all = Vec::new();
        for run in bodies::runs(seq, commit) {
            let found = self.bodies().find(commit, &run).await?;
            all.push((run, found));
        }
        Ok(all)
    }
}

impl Handler for Deliver {
    /// Live messages leave one after the other, in the order of the log; what goes to OUTBOX is stored in that order too,
    /// but not waited for one by one.
    async fn judge(&mut self, records: &[&Record]) -> Vec<Verdict> {
        let (mut verdicts, small) = self.sort(records);
        let performer = &*self.performer;
        let found = small.into_iter().map(|Small { place, seq, commit }| async move {
            (place, seq, performer.find(seq, &commit).await)
        });
        let (mut found, mut to_outbox) = (stream::iter(found).buffered(BODIES_AHEAD_MAX), Vec::new());
        while let Some((place, seq, found)) = found.next().await {
            let performed = match found {
                Ok(found) => performer.small(seq, found, |item| to_outbox.push((place, seq, item))).await,
                Err(fault) => Err(fault),
            };
            let verdict = performed.map_or_else(|fault| again(seq, &fault), done_but_for);
            verdicts.get_mut(place).into_iter().for_each(|settled| *settled = verdict.clone());
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
