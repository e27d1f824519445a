//! Throughput: direct messages to online users, from publish to live delivery and recorded outcome.

use std::time::{Duration, Instant};

use bytes::Bytes;
use futures_util::StreamExt;

use super::load::{IN_FLIGHT_MAX, message, rate};
use super::world::World;
use crate::cli::output::Failure;
use crate::log::{Log, Pipeline};
use crate::words::UserName;

/// Nothing for this long means that something was lost.
const SILENCE_MAX: Duration = Duration::from_secs(20);

/// Messages per second, all of them live at their recipients and their outcomes told.
pub(super) async fn per_second(world: &World, people: &[UserName], messages: usize) -> Result<f64, Failure> {
    let (recipients, senders) = (world.connect("recipients").await?, world.connect("senders").await?);
    let live = count(&recipients, "homing.to.>", messages).await?;
    let outcomes = count(&senders, "homing.outcome.>", messages).await?;
    let mut pipeline = Pipeline::new(world.connect("producer").await?, IN_FLIGHT_MAX);
    let prepared: Vec<(String, Bytes)> = (0..messages).map(|number| message(people, number)).collect();
    let started = Instant::now();
    for (subject, payload) in prepared {
        pipeline.publish(subject, payload).await?;
    }
    pipeline.drain().await?;
    let ended = counted(live).await?.max(counted(outcomes).await?);
    Ok(rate(messages, ended.duration_since(started)))
}

type Counting = tokio::task::JoinHandle<Result<Instant, Failure>>;

async fn counted(counting: Counting) -> Result<Instant, Failure> {
    counting.await.map_err(|error| Failure::failed(error.to_string()))?
}

/// Counts messages on a subject; ends when the last one came, with its time.
async fn count(log: &Log, subject: &'static str, messages: usize) -> Result<Counting, Failure> {
    let wrong =
        |error: &dyn std::fmt::Display| Failure::failed(format!("could not count {subject}: {error}"));
    let mut subscription = log.client().subscribe(subject).await.map_err(|error| wrong(&error))?;
    log.client().flush().await.map_err(|error| wrong(&error))?;
    Ok(tokio::spawn(async move {
        for counted in 0..messages {
            let next = tokio::time::timeout(SILENCE_MAX, subscription.next()).await;
            if !matches!(next, Ok(Some(_))) {
                return Err(Failure::failed(format!("{counted} of {messages} came on {subject}, then none")));
            }
        }
        Ok(Instant::now())
    }))
}
