//! Sets the timers that decisions ask for, each in the bucket of its minute, and tells of those that have ended.

use std::time::Duration;

use futures_util::future::join_all;
use tokio::sync::mpsc;
use tracing::warn;

use super::forget::News;
use crate::log::{Fault, Handler, Log, Record, Verdict, clock};
use crate::rules::schedule::OccurrenceCancelled;
use crate::rules::{Timer, timer};
use crate::wire::work::DueTimer;
use crate::words::Instant;

const AGAIN_AFTER: Duration = Duration::from_secs(1);
/// A bucket that passed this long ago, in minutes, may be closed soon. Far less than `wheel::CLOSED_AFTER_MINUTES`.
const PASSED_MINUTES_MAX: i64 = 1;

pub(super) struct Set {
    log: Log,
    tell: mpsc::Sender<News>,
}

impl Set {
    pub(super) fn new(log: Log, tell: mpsc::Sender<News>) -> Set {
        Set { log, tell }
    }

    async fn judge_one(&self, record: &Record) -> Verdict {
        let commit = match record.commit() {
            Ok(commit) => commit,
            Err(why) => return Verdict::Poison(why),
        };
        for fact in &commit.facts {
            if let Some(OccurrenceCancelled(not)) = fact.get() {
                let timer = Timer::Occur(not.schedule);
                self.tell(News::Ended(DueTimer { timer, due: not.occurrence.due }));
            }
            let Some(timer::Set { timer, due }) = fact.get().copied() else { continue };
            let identity = format!("{timer}.{}", record.seq);
            // A clock that is behind the server's must not choose a bucket that others have closed.
            if let Err(fault) = lay(&self.log, DueTimer { timer, due }, record.at, &identity).await {
                warn!(seq = record.seq, %fault, "a timer is set again");
                return Verdict::Again(AGAIN_AFTER);
            }
            self.tell(News::Set(DueTimer { timer, due }));
        }
        Verdict::Done
    }

    /// What is not heard of now is found later.
    fn tell(&self, news: News) {
        let _too_many_wait = self.tell.try_send(news);
    }
}

/// Lays the timer into the bucket of its minute; one that is due before `earliest` or by now into that one. An outage may
/// hold it up until that bucket is closed: then it is laid into a later one too, for twice is harmless and never is not.
pub(super) async fn lay(log: &Log, timer: DueTimer, earliest: Instant, identity: &str) -> Result<(), Fault> {
    loop {
        let minute = timer.due.max(earliest).max(clock::now()).unix_minute();
        // With the minute in it: a copy that went astray in another bucket does not stand for this one.
        log.publish(timer.outgoing(minute), &format!("{identity}.{minute}")).await?;
        if clock::now().unix_minute() - minute <= PASSED_MINUTES_MAX {
            return Ok(());
        }
    }
}

impl Handler for Set {
    async fn judge(&mut self, records: &[&Record]) -> Vec<Verdict> {
        join_all(records.iter().map(|record| self.judge_one(record))).await
    }
}
