//! Throughput: direct messages to online users, from publish to live delivery and recorded outcome.

use std::time::Duration;

use bytes::Bytes;
use futures_util::StreamExt;
use tokio::time::{Instant, timeout};

use super::ends::{Ends, Messages};
use super::load::{IN_FLIGHT_MAX, message, rate};
use super::read_models::ReadModels;
use super::world::World;
use crate::cli::output::Failure;
use crate::log::Pipeline;
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
    let ends = Ends::of_all(world).await?;
    let confirming = match until {
        Until::Confirmed => Some(Pipeline::new(world.connect("confirmations").await?, IN_FLIGHT_MAX)),
        Until::Live | Until::Projected(_) => None,
    };
    let (started, mut ended) = between(ends, people, messages, confirming).await?;
    if let Until::Projected(models) = until {
        ended = ended.max(models.caught_up().await?);
    }
    Ok(rate(messages, ended.duration_since(started)))
}

/// The same between other ends, until all messages are live.
pub(super) async fn per_second_between(
    ends: Ends,
    people: &[UserName],
    messages: usize,
) -> Result<f64, Failure> {
    let (started, ended) = between(ends, people, messages, None).await?;
    Ok(rate(messages, ended.duration_since(started)))
}

/// When the first one left, and when the last one and its outcome had come.
async fn between(
    Ends { mut producers, live, outcomes }: Ends,
    people: &[UserName],
    messages: usize,
    confirming: Option<Pipeline>,
) -> Result<(Instant, Instant), Failure> {
    let told = if confirming.is_some() { 2 * messages } else { messages };
    let live = count("live messages", live, messages, confirming);
    let outcomes = count("outcomes", outcomes, told, None);
    let prepared: Vec<(String, Bytes)> = (0..messages).map(|number| message(people, number)).collect();
    let started = Instant::now();
    for (number, message) in prepared.into_iter().enumerate() {
        producers.publish(number, message).await?;
    }
    producers.drain().await?;
    Ok((started, counted(live).await?.max(counted(outcomes).await?)))
}

type Counting = tokio::task::JoinHandle<Result<Instant, Failure>>;

async fn counted(counting: Counting) -> Result<Instant, Failure> {
    counting.await.map_err(|error| Failure::failed(error.to_string()))?
}

/// Counts messages, and confirms them where that is wanted; ends when the last one came, with its time.
fn count(
    what: &'static str,
    mut heard: Messages,
    messages: usize,
    mut confirming: Option<Pipeline>,
) -> Counting {
    tokio::spawn(async move {
        for counted in 0..messages {
            let Ok(Some(message)) = timeout(SILENCE_MAX, heard.next()).await else {
                return Err(Failure::failed(format!("{counted} of {messages} {what} came, then none")));
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
    })
}

/// What the recipient of a live message says.
pub(super) fn confirmation(live: &str) -> Option<(String, Bytes)> {
    let mut tokens = live.split('.').skip(2);
    let (user, message) = (tokens.next()?, tokens.next()?.parse().ok()?);
    let confirm = Command::from(Received(Confirm { message: Some(message), messages: None }));
    let subject = subjects::command(user, confirm.verb());
    Some((subject, command::encode(&confirm, Encoding::Msgpack).into()))
}
