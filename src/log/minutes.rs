//! The minutes of DUE: each gets a durable consumer of its own, made when it is needed and removed when it is empty.

use std::collections::BTreeSet;
use std::time::Duration;

use serde_json::{Value, json};
use tracing::debug;

use super::{Fault, Log, Pull, Source};
use crate::wire::work::DueTimer;
use crate::wire::{from_msgpack, subjects};
use crate::words::Instant;

/// What a timer is settled as, and parked as where it is none, whichever minute it came from.
pub const TIMERS: Source = Source { stream: STREAM, durable: "timers", batch_len_max: 1_000 };

const STREAM: &str = "DUE";
const CONSUMER: &str = "minute-";
/// How an earlier version took its timers: one consumer for all. On a work queue it would stand in the way of any other.
const CONSUMER_OF_ALL: &str = "timers";
/// How late a timer may be whose scheduler died, or whose delay the server forgot. Longer than the last moment, in which
/// a scheduler holds it.
const ACK_WAIT: Duration = Duration::from_secs(5);
/// Timers of one name that lie in one minute: a rule was changed from one time of it to another, again and again. Of more the
/// first ones are looked at.
const SAME_NAME_LEN_MAX: usize = 16;

impl Log {
    /// The minutes that have a consumer.
    ///
    /// # Errors
    /// When the server does not answer.
    pub async fn minutes(&self) -> Result<BTreeSet<i64>, Fault> {
        let (mut minutes, mut offset) = (BTreeSet::new(), 0);
        loop {
            let page = self.ask(&format!("CONSUMER.NAMES.{STREAM}"), &json!({ "offset": offset })).await?;
            let page = page.unwrap_or_default();
            let names =
                page.get("consumers").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
            let minute = |name: &Value| name.as_str()?.strip_prefix(CONSUMER)?.parse::<i64>().ok();
            minutes.extend(names.iter().filter_map(minute));
            offset += names.len();
            let total = page.get("total").and_then(Value::as_u64).unwrap_or_default();
            if names.is_empty() || offset as u64 >= total {
                return Ok(minutes);
            }
        }
    }

    /// Makes the minute's consumer, where there is none. One that is there is left as it is.
    ///
    /// # Errors
    /// When the server does not answer, or refuses it.
    pub async fn open_minute(&self, minute: i64) -> Result<(), Fault> {
        let name = name(minute);
        if self.ask(&format!("CONSUMER.INFO.{STREAM}.{name}"), &Value::Null).await?.is_some() {
            return Ok(());
        }
        let config = json!({
            "durable_name": name,
            "name": name,
            "description": "The timers of one minute, sent back with delayed redelivery until they are due.",
            "filter_subject": subjects::due_in(minute),
            "deliver_policy": "all",
            "ack_policy": "explicit",
            "ack_wait": u64::try_from(ACK_WAIT.as_nanos()).unwrap_or(u64::MAX),
            "max_deliver": -1,
            "max_ack_pending": -1,
            "replay_policy": "instant",
        });
        self.make_consumer(STREAM, &name, &config).await
    }

    /// Removes the minute's consumer, with all that it knows of its timers. They stay where they are.
    ///
    /// # Errors
    /// When the server does not answer.
    pub async fn remove_minute(&self, minute: i64) -> Result<(), Fault> {
        self.remove_consumer(&name(minute)).await
    }

    /// Removes the one consumer of all timers that an earlier version had, where it is still there.
    ///
    /// # Errors
    /// When the server does not answer.
    pub async fn remove_consumer_of_all_timers(&self) -> Result<(), Fault> {
        self.remove_consumer(CONSUMER_OF_ALL).await
    }

    async fn remove_consumer(&self, name: &str) -> Result<(), Fault> {
        self.ask(&format!("CONSUMER.DELETE.{STREAM}.{name}"), &Value::Null).await?;
        Ok(())
    }

    /// Whether the minute's consumer has delivered everything, and all of it was acknowledged. A consumer that is not
    /// there says no.
    ///
    /// # Errors
    /// When the server does not answer.
    pub async fn minute_is_idle(&self, minute: i64) -> Result<bool, Fault> {
        let info = self.ask(&format!("CONSUMER.INFO.{STREAM}.{}", name(minute)), &Value::Null).await?;
        let none = |key| info.as_ref().and_then(|info| info.get(key)).and_then(Value::as_u64) == Some(0);
        Ok(none("num_pending") && none("num_ack_pending"))
    }

    /// Whether any timer lies in the minute. Its leader answers, not a copy that may lag behind.
    ///
    /// # Errors
    /// When the server does not answer.
    pub async fn minute_has_timers(&self, minute: i64) -> Result<bool, Fault> {
        Ok(self.wrapped_record(STREAM, 1, Some(&subjects::due_in(minute))).await?.is_some())
    }

    /// Whether the timer lies in DUE: in its minute, or in the one in which it was set too late for that.
    ///
    /// # Errors
    /// When the server does not answer.
    pub async fn holds_timer(&self, timer: &DueTimer) -> Result<bool, Fault> {
        let in_its_minute = subjects::due(timer.timer, timer.due.unix_minute());
        for subject in [in_its_minute, subjects::due_whenever(timer.timer)] {
            let last = self.last_wrapped_record(STREAM, &subject).await?;
            let held = last.and_then(|record| from_msgpack::<DueTimer>(&record.payload).ok());
            if held.as_ref() == Some(timer) {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Where the timer lies in its minute.
    ///
    /// # Errors
    /// When the server does not answer.
    pub async fn timer_at(&self, timer: &DueTimer) -> Result<Option<u64>, Fault> {
        let subject = subjects::due(timer.timer, timer.due.unix_minute());
        let mut from = 1;
        for _ in 0..SAME_NAME_LEN_MAX {
            let Some(record) = self.wrapped_record(STREAM, from, Some(&subject)).await? else { break };
            if from_msgpack::<DueTimer>(&record.payload).as_ref() == Ok(timer) {
                return Ok(Some(record.seq));
            }
            from = record.seq + 1;
        }
        Ok(None)
    }

    /// The first record of DUE from a sequence on, with the timer that it is, if it is one.
    ///
    /// # Errors
    /// When the server does not answer.
    pub async fn timer_from(&self, seq: u64) -> Result<Option<(u64, Option<DueTimer>)>, Fault> {
        let record = self.wrapped_record(STREAM, seq, None).await?;
        Ok(record.map(|record| (record.seq, from_msgpack(&record.payload).ok())))
    }

    /// Takes a timer out of DUE, by where it lies. One that is not there any more is none.
    ///
    /// # Errors
    /// When the server does not answer.
    pub async fn remove_timer(&self, seq: u64) -> Result<(), Fault> {
        // Its bytes need not be overwritten.
        let removed = self
            .api(&format!("STREAM.MSG.DELETE.{STREAM}"), &json!({ "seq": seq, "no_erase": true }))
            .await?;
        if let Some(error) = removed.get("error") {
            debug!(seq, %error, "a timer is not removed");
        }
        Ok(())
    }

    /// When the timer was set that has been there for the longest time.
    ///
    /// # Errors
    /// When the server does not answer.
    pub async fn oldest_timer(&self) -> Result<Option<Instant>, Fault> {
        Ok(self.wrapped_record(STREAM, 1, None).await?.map(|record| record.at))
    }

    /// Takes the minute's timers. A consumer that has vanished is made again.
    pub fn pull_minute(&self, minute: i64) -> Pull {
        Pull::of_minute(self, TIMERS, name(minute), minute)
    }
}

fn name(minute: i64) -> String {
    format!("{CONSUMER}{minute}")
}
