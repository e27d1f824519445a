//! Fires the timers that are due, and sends the others back until they are.

use std::time::Duration;

use tracing::warn;

use crate::log::{Handler, Log, Record, Verdict, clock};
use crate::rules::Command;
use crate::rules::command::{Encoding, TimerFired};
use crate::wire::work::DueTimer;
use crate::wire::{command, from_msgpack};

/// Every delayed NAK resets the server's one timer for a consumer to 10 ms, so that a steady trickle of them starves
/// it. They leave in bursts this far apart.
const BURSTS_APART: Duration = Duration::from_millis(100);
/// A delay is only a hint; a day is far enough to look ahead.
const DELAY_MAX: Duration = Duration::from_secs(86_400);
const AGAIN_AFTER: Duration = Duration::from_secs(1);

pub(super) struct Fire {
    log: Log,
}

impl Fire {
    pub(super) fn new(log: Log) -> Fire {
        Fire { log }
    }
}

impl Fire {
    async fn judge_one(&self, record: &Record) -> Verdict {
        let timer: DueTimer = match from_msgpack(&record.payload) {
            Ok(timer) => timer,
            Err(why) => return Verdict::Poison(why),
        };
        let left = (timer.due - clock::now()).duration();
        if !left.is_zero() {
            return Verdict::Again(left.min(DELAY_MAX));
        }
        let identity = format!("fired.{}", timer.timer);
        let fired = Command::TimerFired(TimerFired { timer: timer.timer, due: timer.due });
        match self.log.publish(command::outgoing("_clock", &fired, Encoding::Msgpack), &identity).await {
            Ok(_) => Verdict::Done,
            Err(fault) => {
                warn!(seq = record.seq, %fault, "a timer is fired again");
                Verdict::Again(AGAIN_AFTER)
            }
        }
    }
}

impl Handler for Fire {
    async fn judge(&mut self, records: &[&Record]) -> Vec<Verdict> {
        let mut verdicts = Vec::with_capacity(records.len());
        for record in records {
            verdicts.push(self.judge_one(record).await);
        }
        verdicts
    }

    async fn before_settling(&mut self, verdicts: &[Verdict]) {
        if verdicts.iter().any(|verdict| matches!(verdict, Verdict::Again(_))) {
            tokio::time::sleep(BURSTS_APART).await;
        }
    }
}
