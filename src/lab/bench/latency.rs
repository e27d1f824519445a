//! Latency under an open loop: messages leave at a fixed rate, whether or not the ones before have arrived.

use std::time::Duration;

use bytes::Bytes;
use futures_util::StreamExt;
use tokio::sync::mpsc;
use tokio::time::Instant;

use super::load::{self, IN_FLIGHT_MAX};
use super::world::World;
use crate::cli::output::Failure;
use crate::log::Pipeline;
use crate::wire::{MessageView, from_msgpack};
use crate::words::UserName;

const SILENCE_MAX: Duration = Duration::from_secs(20);

/// Milliseconds from the moment a message should have left to its live delivery, sorted.
pub(super) async fn of(
    world: &World,
    people: &[UserName],
    per_second: usize,
    duration: Duration,
) -> Result<Vec<f64>, Failure> {
    let recipients = world.connect("recipients").await?;
    let wrong = |error: &dyn std::fmt::Display| Failure::failed(format!("could not listen: {error}"));
    let mut live = recipients.client().subscribe("homing.to.>").await.map_err(|error| wrong(&error))?;
    recipients.client().flush().await.map_err(|error| wrong(&error))?;
    let messages = (per_second as f64 * duration.as_secs_f64()) as usize;
    let prepared: Vec<(String, Bytes)> = (0..messages).map(|number| load::message(people, number)).collect();
    let start = Instant::now() + Duration::from_millis(100);
    let planned = move |number: usize| start + Duration::from_secs_f64(number as f64 / per_second as f64);
    let listening = tokio::spawn(async move {
        let mut late = Vec::with_capacity(messages);
        while late.len() < messages {
            let Ok(Some(message)) = tokio::time::timeout(SILENCE_MAX, live.next()).await else {
                return Err(Failure::failed(format!("{} of {messages} arrived, then none", late.len())));
            };
            let arrived = Instant::now();
            let shown: Option<MessageView> = from_msgpack(&message.payload).ok();
            let number = shown.and_then(|shown| shown.text?.trim().parse().ok());
            let Some(number) = number else { continue };
            late.push(arrived.duration_since(planned(number)).as_secs_f64() * 1_000.0);
        }
        late.sort_by(f64::total_cmp);
        Ok(late)
    });
    let mut pipeline = Pipeline::new(world.connect("producer").await?, IN_FLIGHT_MAX);
    let mut pace = pace(messages, planned);
    for (subject, payload) in prepared {
        pace.recv().await;
        pipeline.publish(subject, payload).await?;
    }
    pipeline.drain().await?;
    listening.await.map_err(|error| wrong(&error))?
}

/// Says when each message is to leave. A thread of its own: the runtime's timer is only good to a millisecond.
fn pace(messages: usize, planned: impl Fn(usize) -> Instant + Send + 'static) -> mpsc::Receiver<()> {
    let (leave, pace) = mpsc::channel(messages.max(1));
    std::thread::spawn(move || {
        for number in 0..messages {
            while let Some(left) =
                planned(number).checked_duration_since(Instant::now()).filter(|left| !left.is_zero())
            {
                std::thread::park_timeout(left);
            }
            if leave.try_send(()).is_err() {
                return;
            }
        }
    });
    pace
}
