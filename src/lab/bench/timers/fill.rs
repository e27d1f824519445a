//! Schedules that wait: what setting them takes, and what a pending one costs.

use std::path::Path;
use std::time::{Duration, Instant};

use async_nats::Subscriber;
use bytes::Bytes;
use futures_util::StreamExt;

use crate::cli::output::{Failure, Output};
use crate::lab::bench::apart::Apart;
use crate::lab::bench::load::{IN_FLIGHT_MAX, rate};
use crate::lab::bench::memory::resident_of;
use crate::lab::bench::report::Report;
use crate::lab::bench::world::World;
use crate::log::{Pipeline, clock};
use crate::rules::Command;
use crate::rules::message::Send;
use crate::rules::presence::Encoding;
use crate::rules::schedule::{Create, OneOrMany, When};
use crate::wire::outcome::OutcomeBody;
use crate::wire::{command, from_msgpack, subjects};
use crate::words::{Address, Span, UserName, Zone};

/// From a month ahead on, spread over half a year.
const FAR: Span = Span::from_secs(30 * 86_400);
const FAR_SPREAD_MS: i64 = 180 * 86_400_000;
/// Set at once, so that what is prepared takes little memory.
const CHUNK: usize = 50_000;
const SILENCE_MAX: Duration = Duration::from_secs(60);
const LOOK_EVERY: Duration = Duration::from_millis(20);

/// The `number`-th schedule, whose text is its due time.
pub(super) fn create(people: &[UserName], number: usize, due: crate::words::Instant) -> (String, Bytes) {
    let person = |number: usize| people.get(number % people.len().max(1)).cloned();
    let to = person(number + 1).map(Address::User).into_iter().collect();
    let message = Send { to, text: Some(format!("{:>40}", due.unix_ms()).into()), ..Send::default() };
    let at = Some(OneOrMany::One(Zone::UTC.local(due).to_string()));
    let when = When { at, zone: Some("UTC".to_owned()), ..When::default() };
    let create = Command::from(Create { message, when, id: None });
    let from = person(number).map(|name| name.to_string()).unwrap_or_default();
    (subjects::command(&from, create.verb()), command::encode(&create, Encoding::Msgpack).into())
}

/// Publishes them, and waits until all are accepted and their timers stand on DUE.
pub(super) async fn created(world: &World, schedules: Vec<(String, Bytes)>) -> Result<(), Failure> {
    let log = world.connect("producer").await?;
    let set = log.last_seq("DUE").await? + schedules.len() as u64;
    let wrong =
        |error: &dyn std::fmt::Display| Failure::failed(format!("could not subscribe to outcomes: {error}"));
    let listening = world.connect("outcomes").await?;
    let outcomes = listening.client().subscribe("homing.outcome.>").await.map_err(|error| wrong(&error))?;
    listening.client().flush().await.map_err(|error| wrong(&error))?;
    let accepted = tokio::spawn(accepted(outcomes, schedules.len()));
    let mut pipeline = Pipeline::new(log.clone(), IN_FLIGHT_MAX);
    for (subject, payload) in schedules {
        pipeline.publish(subject, payload).await?;
    }
    pipeline.drain().await?;
    accepted.await.map_err(|error| wrong(&error))??;
    while log.last_seq("DUE").await? < set {
        tokio::time::sleep(LOOK_EVERY).await;
    }
    Ok(())
}

/// Counts outcomes; a refused one ends it.
async fn accepted(mut outcomes: Subscriber, schedules: usize) -> Result<(), Failure> {
    for heard in 0..schedules {
        let Ok(Some(message)) = tokio::time::timeout(SILENCE_MAX, outcomes.next()).await else {
            return Err(Failure::failed(format!(
                "{heard} of {schedules} schedules were accepted, then none"
            )));
        };
        let outcome: OutcomeBody = from_msgpack(&message.payload).map_err(Failure::failed)?;
        if !outcome.accepted {
            return Err(Failure::failed(outcome.text.unwrap_or_default()));
        }
    }
    Ok(())
}

/// Sets `pending` schedules far ahead; the scheduler's memory is looked at when there are `few`, and when there are all.
pub(super) async fn pending(
    pending: usize,
    few: usize,
    world: &World,
    people: &[UserName],
    scheduler: &Apart,
    report: &mut Report,
    output: Output,
) -> Result<(), Failure> {
    let folder = world.data().to_owned();
    set(0..few.min(pending), pending, world, people).await?;
    report.figure("scheduler_mib_few", scheduler.mib());
    let (server, disk) = (resident_of(world.server_pid()), bytes_in(&folder));
    let (rest, began) = (pending.saturating_sub(few), Instant::now());
    for first in (few..pending).step_by(CHUNK) {
        set(first..(first + CHUNK).min(pending), pending, world, people).await?;
        output.progress(&format!("{} of {pending} schedules wait …", (first + CHUNK).min(pending)));
    }
    if rest == 0 {
        return Ok(());
    }
    report.figure("created_per_s", rate(rest, began.elapsed()));
    report.figure("scheduler_mib_all", scheduler.mib());
    let per = |bytes: f64| bytes / rest as f64;
    report.figure("server_bytes_per_pending", per(resident_of(world.server_pid()) - server));
    report.figure("disk_bytes_per_pending", per(bytes_in(&folder) - disk));
    Ok(())
}

async fn set(
    numbers: std::ops::Range<usize>,
    of: usize,
    world: &World,
    people: &[UserName],
) -> Result<(), Failure> {
    let start = clock::now() + FAR;
    let due = |number: usize| start + Span::from_ms(FAR_SPREAD_MS * number as i64 / of.max(1) as i64);
    created(world, numbers.map(|number| create(people, number, due(number))).collect()).await
}

/// All bytes of the files below a folder.
fn bytes_in(folder: &Path) -> f64 {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let bytes = entries.map(|entry| match entry.metadata() {
        Ok(about) if about.is_dir() => bytes_in(&entry.path()),
        Ok(about) => about.len() as f64,
        // Gone in the meantime.
        Err(_) => 0.0,
    });
    bytes.sum()
}
