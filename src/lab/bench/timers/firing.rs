//! Schedules that are due soon: how late each reaches its recipient.

use std::time::Duration;

use async_nats::Subscriber;
use bytes::Bytes;
use futures_util::StreamExt;

use super::fill::{create, created};
use super::lateness::Lateness;
use crate::cli::output::Failure;
use crate::lab::bench::world::World;
use crate::log::{Log, clock};
use crate::rules::Verb;
use crate::rules::timer::Fired;
use crate::wire::{MessageView, from_msgpack, subjects};
use crate::words::{Instant, Span, UserName};

/// Time to create them, and for the wheel to open their minute as it does in ordinary life.
const BEFORE: Span = Span::from_secs(30);
/// As slow as a machine may be at creating schedules.
const CREATED_PER_S_MIN: i64 = 1_500;
/// Nothing for this long means that something was lost.
const SILENCE_MAX: Duration = Duration::from_secs(60);

/// How many are due, evenly spread over how long.
#[derive(Debug, Clone, Copy)]
pub(super) struct Load {
    pub(super) due: usize,
    pub(super) window: Span,
}

impl Load {
    /// When they begin to be due, if their setting begins now.
    pub(super) fn start(self) -> Instant {
        clock::now() + BEFORE + Span::from_secs(self.due as i64 / CREATED_PER_S_MIN)
    }

    pub(super) fn due_at(self, start: Instant, number: usize) -> Instant {
        start + Span::from_ms(self.window.ms() * number as i64 / self.due.max(1) as i64)
    }
}

/// The whole way, and the wheel's part of it.
pub(super) async fn measure(
    load: Load,
    world: &World,
    people: &[UserName],
) -> Result<(Lateness, Lateness), Failure> {
    let start = load.start();
    let recipients = world.connect("recipients").await?;
    let wrong = |error: &dyn std::fmt::Display| Failure::failed(format!("could not listen: {error}"));
    let live = recipients.client().subscribe("homing.to.>").await.map_err(|error| wrong(&error))?;
    recipients.client().flush().await.map_err(|error| wrong(&error))?;
    let arrived = tokio::spawn(arrivals(live, load.due));
    let commands = recipients.last_seq("COMMANDS").await?;
    let schedules: Vec<(String, Bytes)> =
        (0..load.due).map(|number| create(people, number, load.due_at(start, number))).collect();
    created(world, schedules).await?;
    if clock::now() + Span::from_secs(5) > start {
        return Err(Failure::failed("this machine is too slow to set so many in time".to_owned()));
    }
    let whole = Lateness::of(arrived.await.map_err(|error| wrong(&error))??);
    Ok((whole, wheel(&recipients, commands + 1, load.due).await?))
}

/// Milliseconds from the due time, which the text holds, to the arrival.
async fn arrivals(mut live: Subscriber, due: usize) -> Result<Vec<f64>, Failure> {
    let mut late = Vec::with_capacity(due);
    let mut first = true;
    while late.len() < due {
        // The first one comes when its time has come.
        let within = if first { SILENCE_MAX * 4 } else { SILENCE_MAX };
        let Ok(Some(message)) = tokio::time::timeout(within, live.next()).await else {
            return Err(Failure::failed(format!("{} of {due} arrived, then none", late.len())));
        };
        first = false;
        let now_us = clock::unix_us();
        let shown: Option<MessageView> = from_msgpack(&message.payload).ok();
        let due_ms: Option<i64> = shown.and_then(|shown| shown.text?.trim().parse().ok());
        late.extend(due_ms.map(|due_ms| (now_us - due_ms * 1_000) as f64 / 1_000.0));
    }
    Ok(late)
}

/// From the due time to the command's place in the log.
async fn wheel(log: &Log, first: u64, due: usize) -> Result<Lateness, Failure> {
    let firings = subjects::command("_clock", Fired::NAME);
    let mut fired = log.follow("COMMANDS", Some(&firings), first);
    let mut late = Vec::with_capacity(due);
    while late.len() < due {
        for record in fired.next().await? {
            let timer: Result<Fired, _> = from_msgpack(&record.payload);
            late.extend(timer.map(|timer| (record.at - timer.due).ms() as f64));
        }
    }
    Ok(Lateness::of(late))
}
