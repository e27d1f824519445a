//! Latency under an open loop: messages leave at a fixed rate, whether or not the ones before have arrived.

use std::pin::pin;
use std::time::Duration;

use bytes::Bytes;
use futures_util::{Stream, StreamExt, stream};
use tokio::sync::mpsc;
use tokio::time::Instant;

use super::ends::{Ends, Producers};
use super::load;
use super::world::World;
use super::{raw, scratch};
use crate::cli::output::Failure;
use crate::log::{Source, Taken, Verdict};
use crate::wire::{MessageView, from_msgpack};
use crate::words::UserName;

const SILENCE_MAX: Duration = Duration::from_secs(20);
/// Nothing is delivered twice for want of time.
const ACK_WAIT: Duration = Duration::from_secs(30);

/// Milliseconds from the moment a message should have left to its live delivery, sorted.
pub(super) async fn of(
    world: &World,
    people: &[UserName],
    per_second: usize,
    duration: Duration,
) -> Result<Vec<f64>, Failure> {
    between(Ends::of_all(world).await?, people, per_second, duration).await
}

/// The same between other ends.
pub(super) async fn between(
    Ends { producers, live, outcomes: _ }: Ends,
    people: &[UserName],
    per_second: usize,
    duration: Duration,
) -> Result<Vec<f64>, Failure> {
    let numbers = live.filter_map(async |message| {
        let shown: Option<MessageView> = from_msgpack(&message.payload).ok();
        shown.and_then(|shown| shown.text?.trim().parse().ok())
    });
    let prepared = prepare(per_second, duration, |number| load::message(people, number));
    late(producers, prepared, per_second, numbers).await
}

/// The yardstick: the same through a raw publish, a file stream and a durable consumer that acknowledges each.
pub(super) async fn of_raw(
    world: &World,
    people: &[UserName],
    per_second: usize,
    duration: Duration,
) -> Result<Vec<f64>, Failure> {
    let log = world.connect("raw-recipients").await?;
    let source = Source { stream: raw::SECOND, durable: "latency", batch_len_max: 256 };
    let before = log.last_seq(source.stream).await?;
    scratch::consumer(&log, source, ACK_WAIT, before + 1).await?;
    let prepared = prepare(per_second, duration, |number| raw::message(people, number, source.stream));
    let pull = log.pull(source);
    // One producer writes to it: they stand there in the order of their numbers.
    let numbers = stream::unfold((pull, log), move |(mut pull, log)| async move {
        let batch = pull.next().await.ok()?;
        for taken in &batch {
            log.settle(source, taken, Verdict::Done).await.ok()?;
        }
        Some((batch, (pull, log)))
    });
    let numbers = numbers.flat_map(move |batch| {
        let place = move |taken: &Taken| usize::try_from(taken.record.seq - before - 1).ok();
        stream::iter(batch.iter().filter_map(place).collect::<Vec<_>>())
    });
    let producers = Producers::over([world.connect("producer").await?].into_iter());
    late(producers, prepared, per_second, numbers).await
}

fn prepare(
    per_second: usize,
    duration: Duration,
    message: impl Fn(usize) -> (String, Bytes),
) -> Vec<(String, Bytes)> {
    (0..(per_second as f64 * duration.as_secs_f64()) as usize).map(message).collect()
}

/// Sends at an even pace; how late each number came, sorted.
async fn late(
    mut producers: Producers,
    prepared: Vec<(String, Bytes)>,
    per_second: usize,
    numbers: impl Stream<Item = usize> + Send + 'static,
) -> Result<Vec<f64>, Failure> {
    let messages = prepared.len();
    let start = Instant::now() + Duration::from_millis(100);
    let planned = move |number: usize| start + Duration::from_secs_f64(number as f64 / per_second as f64);
    let listening = tokio::spawn(async move {
        let (mut late, mut numbers) = (Vec::with_capacity(messages), pin!(numbers));
        while late.len() < messages {
            let Ok(Some(number)) = tokio::time::timeout(SILENCE_MAX, numbers.next()).await else {
                return Err(Failure::failed(format!("{} of {messages} arrived, then none", late.len())));
            };
            late.push(Instant::now().duration_since(planned(number)).as_secs_f64() * 1_000.0);
        }
        late.sort_by(f64::total_cmp);
        Ok(late)
    });
    let mut pace = pace(messages, planned);
    for (number, message) in prepared.into_iter().enumerate() {
        pace.recv().await;
        producers.publish(number, message).await?;
    }
    producers.drain().await?;
    listening.await.map_err(|error| Failure::failed(error.to_string()))?
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
