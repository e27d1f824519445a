//! The timer wheel's open minutes: the present one, the next one shortly before it begins, and those before that are not empty.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use futures_util::future::try_join_all;
use futures_util::stream::{self, StreamExt, TryStreamExt};
use tokio_util::sync::CancellationToken;
use tokio_util::task::AbortOnDropHandle;
use tracing::{debug, info, warn};

use super::bucket::Bucket;
use crate::log::{Fault, Log, Retry, clock};
use crate::words::{Instant, Span};

/// The next minute opens this long before it begins: time to take in a hundred thousand timers, and to send them back.
const AHEAD: Span = Span::from_secs(20);
/// A minute that passed this long ago is closed when it is empty. A timer may be laid into a minute that has just passed.
const CLOSED_AFTER_MINUTES: i64 = 3;
/// Where nothing tells the position: a timer lay in no minute before the one in which it was set, on any clock.
const SET_BEFORE: Span = Span::from_secs(3_600);
/// After downtime: each open minute has a consumer and a task.
const PASSED_OPEN_MAX: usize = 16;
/// Minutes that are looked at in one turn: a second of work, while the present one has to be opened in time.
const LOOKED_AT_MAX: i64 = 4_096;
/// Questions to the server at the same time.
const ASKED_AT_ONCE: usize = 64;
const TURN_EVERY: Duration = Duration::from_secs(1);
/// While minutes wait to be opened.
const CATCH_UP_EVERY: Duration = Duration::from_millis(50);

/// Turns until `stop`; then every open minute is left in order. While the server is away it waits for it.
pub(super) async fn turn(log: &Log, stop: &CancellationToken) -> Result<(), Fault> {
    let mut wheel = None;
    while !stop.is_cancelled() {
        match stop.run_until_cancelled(go_on(log, &mut wheel)).await {
            None => break,
            Some(Ok(())) => {}
            Some(Err(fault)) if fault.retry == Retry::Never => return Err(fault),
            Some(Err(fault)) => warn!(%fault, "the wheel of timers turns again in a second"),
        }
        let catching_up = wheel.as_ref().is_some_and(|wheel: &Wheel| wheel.undealt().is_some());
        let pause = if catching_up { CATCH_UP_EVERY } else { TURN_EVERY };
        stop.run_until_cancelled(tokio::time::sleep(pause)).await;
    }
    if let Some(wheel) = wheel {
        wheel.leave().await;
    }
    Ok(())
}

async fn go_on(log: &Log, wheel: &mut Option<Wheel>) -> Result<(), Fault> {
    let wheel = match wheel {
        Some(wheel) => wheel,
        None => wheel.insert(Wheel::at_its_position(log, clock::now()).await?),
    };
    wheel.turn(clock::now()).await
}

struct Wheel {
    log: Log,
    /// Each has a consumer, and a task that fires its timers.
    open: BTreeMap<i64, Open>,
    /// They have passed and are to be opened, the earliest first.
    waiting: BTreeSet<i64>,
    /// Of the minutes that have passed, those from here on were not looked at yet.
    unseen: i64,
    present: i64,
}

struct Open {
    stop: CancellationToken,
    task: AbortOnDropHandle<Result<(), Fault>>,
}

impl Wheel {
    /// Where it stood when the last scheduler stopped.
    async fn at_its_position(log: &Log, now: Instant) -> Result<Wheel, Fault> {
        log.remove_consumer_of_all_timers().await?;
        let present = now.unix_minute();
        let consumers = log.minutes().await?;
        let earliest = match consumers.first() {
            Some(minute) => *minute,
            None => earliest_without_a_position(log.oldest_timer().await?, present),
        };
        let earliest = earliest.min(present);
        // It is the position, also if this process dies before it has looked at all minutes since.
        log.open_minute(earliest).await?;
        let passed = consumers.into_iter().chain([earliest]).filter(|minute| *minute < present);
        if earliest < present {
            info!(minutes = present - earliest, "looking for timers in the minutes that have passed");
        }
        let (log, open) = (log.clone(), BTreeMap::new());
        Ok(Wheel { log, open, waiting: passed.collect(), unseen: earliest, present })
    }

    async fn turn(&mut self, now: Instant) -> Result<(), Fault> {
        self.end_where_one_has_failed().await?;
        self.present = now.unix_minute();
        for minute in self.present..=(now + AHEAD).unix_minute() {
            self.open(minute).await?;
        }
        self.look().await?;
        while self.open.range(..self.present).count() < PASSED_OPEN_MAX
            && let Some(minute) = self.waiting.first().copied()
        {
            self.open(minute).await?;
        }
        self.close().await
    }

    /// The earliest minute of which it is not known whether it is empty, and that has no consumer for sure.
    fn undealt(&self) -> Option<i64> {
        let unseen = (self.unseen < self.present).then_some(self.unseen);
        self.waiting.first().copied().into_iter().chain(unseen).min()
    }

    async fn open(&mut self, minute: i64) -> Result<(), Fault> {
        if !self.open.contains_key(&minute) {
            self.log.open_minute(minute).await?;
            let stop = CancellationToken::new();
            let bucket = Bucket::run(self.log.clone(), minute, stop.clone());
            let task = AbortOnDropHandle::new(tokio::spawn(bucket));
            self.open.insert(minute, Open { stop, task });
            debug!(minute, "a minute of timers is open");
        }
        self.waiting.remove(&minute);
        Ok(())
    }

    /// Looks for timers in the minutes that have passed and are not open: after downtime, or a step of the clock.
    async fn look(&mut self) -> Result<(), Fault> {
        let until = self.present.min(self.unseen + LOOKED_AT_MAX);
        let unknown = |minute: &i64| !self.open.contains_key(minute) && !self.waiting.contains(minute);
        let unknown: Vec<i64> = (self.unseen..until).filter(unknown).collect();
        let log = &self.log;
        let looked =
            unknown.into_iter().map(async |minute| Ok((minute, log.minute_has_timers(minute).await?)));
        let found: Vec<(i64, bool)> =
            stream::iter(looked).buffer_unordered(ASKED_AT_ONCE).try_collect().await?;
        self.waiting.extend(found.iter().filter(|(_, has_timers)| *has_timers).map(|(minute, _)| *minute));
        if found.len() > 1 {
            let left = self.present - until;
            info!(
                looked_at = found.len(),
                left,
                with_timers = self.waiting.len(),
                "looked at minutes that have passed"
            );
        }
        self.unseen = self.unseen.max(until);
        Ok(())
    }

    /// Closes what passed long enough ago and is empty.
    async fn close(&mut self) -> Result<(), Fault> {
        let log = &self.log;
        let passed = self.open.range(..self.present - CLOSED_AFTER_MINUTES).map(|(minute, _)| *minute);
        let idle = passed.map(async |minute| Ok((minute, log.minute_is_idle(minute).await?)));
        let idle = try_join_all(idle).await?.into_iter().filter(|(_, idle)| *idle);
        for (minute, _) in idle.collect::<Vec<_>>() {
            let others = self.log.minutes().await?;
            if is_held_without(minute, others, self.undealt()) {
                self.close_one(minute).await?;
            }
        }
        Ok(())
    }

    async fn close_one(&mut self, minute: i64) -> Result<(), Fault> {
        let Some(open) = self.open.remove(&minute) else { return Ok(()) };
        // Until it is closed indeed.
        self.waiting.insert(minute);
        open.leave().await;
        let has_timers = self.log.minute_has_timers(minute).await?;
        self.log.remove_minute(minute).await?;
        if has_timers {
            warn!(minute, "a minute's consumer did not know of all its timers, and is made again");
            return self.open(minute).await;
        }
        self.waiting.remove(&minute);
        debug!(minute, "a minute of timers is closed");
        Ok(())
    }

    async fn end_where_one_has_failed(&mut self) -> Result<(), Fault> {
        let ended = self.open.iter().find(|(_, open)| open.task.is_finished()).map(|(minute, _)| *minute);
        let Some((minute, open)) = ended.and_then(|minute| self.open.remove_entry(&minute)) else {
            return Ok(());
        };
        let why = match open.task.await {
            Ok(Ok(())) => return Err(Fault::never(format!("go on with minute {minute}: it has ended"))),
            Ok(Err(fault)) => return Err(fault),
            Err(error) => error,
        };
        Err(Fault::never(format!("go on with minute {minute}")).because(why))
    }

    async fn leave(mut self) {
        self.open.values().for_each(|open| open.stop.cancel());
        while let Some((_, open)) = self.open.pop_first() {
            open.leave().await;
        }
    }
}

impl Open {
    async fn leave(self) {
        self.stop.cancel();
        if let Ok(Err(fault)) = self.task.await {
            warn!(%fault, "a minute of timers did not end in order");
        }
    }
}

fn earliest_without_a_position(oldest_timer: Option<Instant>, present: i64) -> i64 {
    let before = Span::from_ms(-SET_BEFORE.ms());
    oldest_timer.map_or(present, |set| (set + before).unix_minute())
}

/// Whether the other consumers hold the position without this minute's: none is passed over that may not be empty, and
/// this is not the newest.
fn is_held_without(minute: i64, consumers: BTreeSet<i64>, undealt: Option<i64>) -> bool {
    let newest = consumers.last().copied();
    let next = consumers.into_iter().find(|other| *other != minute);
    newest.is_some_and(|newest| newest > minute)
        && next.is_some_and(|next| undealt.is_none_or(|undealt| next <= undealt))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_minute_is_closed_where_the_next_one_holds_the_position() {
        for (minute, consumers, undealt, closed) in [
            (10, &[10, 20][..], None, true),
            (10, &[10], None, false),
            (20, &[10, 20], None, false),
            (10, &[20], None, true),
            (10, &[10, 20], Some(15), false),
            (10, &[10, 15, 20], Some(15), true),
            (10, &[10, 12, 20], Some(15), true),
            (12, &[10, 12, 20], Some(15), true),
        ] {
            let consumers_set = consumers.iter().copied().collect();
            let is = is_held_without(minute, consumers_set, undealt);
            assert_eq!(is, closed, "{minute} of {consumers:?}, undealt {undealt:?}");
        }
    }

    #[test]
    fn without_a_position_it_begins_an_hour_before_the_oldest_timer_was_set() {
        let minute = |minutes: i64| Instant::from_unix_ms(minutes * 60_000 + 1);
        assert_eq!(earliest_without_a_position(None, 1_000), 1_000);
        assert_eq!(earliest_without_a_position(Some(minute(500)), 1_000), 440);
    }
}
