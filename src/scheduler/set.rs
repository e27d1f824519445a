//! Sets the timers that decisions ask for.

use std::time::Duration;

use futures_util::future::join_all;
use tracing::warn;

use crate::log::{Fault, Handler, Log, Record, Verdict};
use crate::rules::Fact;
use crate::rules::Timer;
use crate::wire::commit;
use crate::wire::work::DueTimer;
use crate::words::Instant;

const AGAIN_AFTER: Duration = Duration::from_secs(1);

pub(super) struct Set {
    log: Log,
}

impl Set {
    pub(super) fn new(log: Log) -> Set {
        Set { log }
    }

    /// The timer's name is its identity: setting it twice leaves one.
    async fn set(&self, timer: Timer, due: Instant) -> Result<(), Fault> {
        self.log.publish(DueTimer { timer, due }.outgoing(), &timer.to_string()).await?;
        Ok(())
    }
}

impl Set {
    async fn judge_one(&self, record: &Record) -> Verdict {
        let commit = match commit::decode(&record.payload) {
            Ok(commit) => commit,
            Err(why) => return Verdict::Poison(why),
        };
        for fact in &commit.facts {
            if let Fact::TimerSet { timer, due } = fact
                && let Err(fault) = self.set(*timer, *due).await
            {
                warn!(seq = record.seq, %fault, "a timer is set again");
                return Verdict::Again(AGAIN_AFTER);
            }
        }
        Verdict::Done
    }
}

impl Handler for Set {
    async fn judge(&mut self, records: &[&Record]) -> Vec<Verdict> {
        join_all(records.iter().map(|record| self.judge_one(record))).await
    }
}
