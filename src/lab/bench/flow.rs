//! Throughput: direct messages to online users, from publish to live delivery and recorded outcome.

use std::time::Duration;

use bytes::Bytes;
use futures_util::StreamExt;
use tokio::time::{Instant, timeout};

use super::load::{IN_FLIGHT_MAX, message, rate};
use super::read_models::ReadModels;
use super::world::World;
use crate::cli::output::Failure;
use crate::log::{Log, Pipeline};
use crate::rules::Command;
use crate::rules::message::{Confirm, Received};
use crate::rules::presence::Encoding;
use crate::wire::{command, subjects};
use crate::words::UserName;

/// Nothing for this long means that something was lost.
const SILENCE_MAX: Duration = Duration::from_secs(20);

/// When a round is over.
#[derive(Clone, Copy)]
pub(super) enum Until<'a> {
    /// All messages are live at their recipients, and their outcomes told.
    Live,
    /// Their recipients have confirmed them too, and the outcomes of that are told.
    Confirmed,
    /// The read models hold all of it.
    Projected(&'a ReadModels),
}

/// Messages per second of a round.
pub(super) async fn per_second(
    world: &World,
    people: &[UserName],
    messages: usize,
    until: Until<'_>,
) -> Result<f64, Failure> {
    let (recipients, senders) = (world.connect("recipients").await?, world.connect("senders").await?);
    let confirming = match until {
        Until::Confirmed => Some(Pipeline::new(world.connect("confirmations").await?, IN_FLIGHT_MAX)),
        Until::Live | Until::Projected(_) => None,
    };
    let told = if confirming.is_some() { 2 * messages } else { messages };
    let live = count(&recipients, "homing.to.>", messages, confirming).await?;
    let outcomes = count(&senders, "homing.outcome.>", told, None).await?;
    let mut pipeline = Pipeline::new(world.connect("producer").await?, IN_FLIGHT_MAX);
    let prepared: Vec<(String, Bytes)> = (0..messages).map(|number| message(people, number)).collect();
    let started = Instant::now();
    for (subject, payload) in prepared {
        pipeline.publish(subject, payload).await?;
    }
    pipeline.drain().await?;
    let mut ended = counted(live).await?.max(counted(outcomes).await?);
    if let Until::Projected(models) = until {
        ended = ended.max(models.caught_up().await?);
    }
    Ok(rate(messages, ended.duration_since(started)))
}

type Counting = tokio::task::JoinHandle<Result<Instant, Failure>>;

async fn counted(counting: Counting) -> Result<Instant, Failure> {
    counting.await.map_err(|error| Failure::failed(error.to_string()))?
}

/// Counts messages on a subject, and confirms them where that is wanted; ends when the last one came, with its time.
async fn count(
    log: &Log,
    subject: &'static str,
    messages: usize,
    mut confirming: Option<Pipeline>,
) -> Result<Counting, Failure> {
    let wrong =
        |error: &dyn std::fmt::Display| Failure::failed(format!("could not count {subject}: {error}"));
    let mut subscription = log.client().subscribe(subject).await.map_err(|error| wrong(&error))?;
    log.client().flush().await.map_err(|error| wrong(&error))?;
    Ok(tokio::spawn(async move {
        for counted in 0..messages {
            let Ok(Some(message)) = timeout(SILENCE_MAX, subscription.next()).await else {
                return Err(Failure::failed(format!("{counted} of {messages} came on {subject}, then none")));
            };
            if let (Some(pipeline), Some((subject, payload))) =
                (&mut confirming, confirmation(&message.subject))
            {
                pipeline.publish(subject, payload).await?;
            }
        }
        let ended = Instant::now();
        if let Some(mut pipeline) = confirming {
            pipeline.drain().await?;
        }
        Ok(ended)
    }))
}

/// What the recipient of a live message says.
pub(super) fn confirmation(live: &str) -> Option<(String, Bytes)> {
    let mut tokens = live.split('.').skip(2);
    let (user, message) = (tokens.next()?, tokens.next()?.parse().ok()?);
    let confirm = Command::from(Received(Confirm { message: Some(message), messages: None }));
    let subject = subjects::command(user, confirm.verb());
    Some((subject, command::encode(&confirm, Encoding::Msgpack).into()))
}
