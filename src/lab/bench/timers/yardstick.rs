//! The yardsticks: the same timers through JetStream's message schedules, and through delayed redelivery alone.

use std::time::Duration;

use bytes::Bytes;
use tokio::sync::watch;
use tokio::task::JoinHandle;

use super::firing::Load;
use super::lateness::Lateness;
use crate::cli::output::Failure;
use crate::lab::bench::load::IN_FLIGHT_MAX;
use crate::lab::bench::scratch;
use crate::lab::bench::world::World;
use crate::log::{Log, Pipeline, Source, Taken, Verdict, clock};
use crate::words::{Instant, Span};

const FAR: Span = Span::from_secs(30 * 86_400);
/// The text of a schedule that is one of Homing's, so that the same bytes are stored.
const TEXT_LEN: usize = 128;

const SCHEDULES: &str = "YARD_AT";
const ONE: Source = Source { stream: "YARD_NAK", durable: "all", batch_len_max: 1_000 };
/// Longer than it takes to send back everything once, so that nothing returns meanwhile.
const ACK_WAIT: Duration = Duration::from_secs(300);
/// Taken and not yet sent back.
const BACK_LEN_MAX: usize = 20_000;
/// As Homing does it: a steady trickle would starve the server's timer.
const BURSTS_APART: Duration = Duration::from_millis(100);

/// A message whose text begins with its due time.
fn payload(due: Instant) -> Bytes {
    format!("{:<TEXT_LEN$}", due.unix_ms()).into()
}

fn due_ms(payload: &[u8]) -> Option<i64> {
    std::str::from_utf8(payload).ok()?.trim().parse().ok()
}

fn late_ms(due_ms: i64) -> f64 {
    (clock::unix_us() - due_ms * 1_000) as f64 / 1_000.0
}

/// `Nats-Schedule: @at …` (ADR-51), read where the server publishes them.
pub(super) async fn schedules(pending: usize, load: Load, world: &World) -> Result<Lateness, Failure> {
    let log = world.connect("yardstick").await?;
    scratch::stream(&log, SCHEDULES, "yard.at.>", true).await?;
    let mut pipeline = Pipeline::new(log.clone(), IN_FLIGHT_MAX);
    let far = clock::now() + FAR;
    for number in 0..pending {
        set(&mut pipeline, "far", number, far + Span::from_ms(number as i64)).await?;
    }
    pipeline.drain().await?;
    let start = load.start();
    for number in 0..load.due {
        set(&mut pipeline, "near", number, load.due_at(start, number)).await?;
    }
    pipeline.drain().await?;
    let mut fired = log.follow(SCHEDULES, Some("yard.at.fired.>"), 1);
    let mut late = Vec::with_capacity(load.due);
    while late.len() < load.due {
        for record in fired.next().await? {
            late.extend(due_ms(&record.payload).map(late_ms));
        }
    }
    Ok(Lateness::of(late))
}

async fn set(pipeline: &mut Pipeline, kind: &str, number: usize, due: Instant) -> Result<(), Failure> {
    let headers = [
        ("Nats-Schedule", format!("@at {due}")),
        ("Nats-Schedule-Target", format!("yard.at.fired.{kind}.{number}")),
    ];
    Ok(pipeline.publish_with(format!("yard.at.set.{kind}.{number}"), &headers, payload(due)).await?)
}

/// One durable consumer; what is not due is sent back with its delay, in bursts.
pub(super) async fn delayed_redelivery(
    pending: usize,
    load: Load,
    world: &World,
) -> Result<Lateness, Failure> {
    let log = world.connect("yardstick").await?;
    scratch::stream(&log, ONE.stream, "yard.nak.>", false).await?;
    scratch::consumer(&log, ONE, ACK_WAIT, 1).await?;
    let redelivering = Redelivering::start(log.clone(), load.due);
    let mut pipeline = Pipeline::new(log.clone(), IN_FLIGHT_MAX);
    let far = clock::now() + FAR;
    for number in 0..pending {
        let due = far + Span::from_ms(number as i64);
        pipeline.publish(format!("yard.nak.far.{number}"), payload(due)).await?;
    }
    pipeline.drain().await?;
    let mut sent_back = redelivering.sent_back;
    let all = sent_back.wait_for(|sent_back| *sent_back >= pending).await;
    all.map_err(|_| Failure::failed("the consumer has ended".to_owned()))?;
    let start = load.start();
    for number in 0..load.due {
        let due = load.due_at(start, number);
        pipeline.publish(format!("yard.nak.near.{number}"), payload(due)).await?;
    }
    pipeline.drain().await?;
    let late = redelivering.task.await.map_err(|error| Failure::failed(error.to_string()))?;
    Ok(Lateness::of(late?))
}

/// The consumer at work.
struct Redelivering {
    /// How many times something was sent back.
    sent_back: watch::Receiver<usize>,
    task: JoinHandle<Result<Vec<f64>, Failure>>,
}

impl Redelivering {
    /// Ends when so many have come at their time.
    fn start(log: Log, due: usize) -> Redelivering {
        let (count, sent_back) = watch::channel(0);
        let task = tokio::spawn(async move {
            let (mut pull, mut late, mut back) = (log.pull(ONE), Vec::with_capacity(due), Vec::new());
            let mut burst = tokio::time::interval(BURSTS_APART);
            while late.len() < due {
                tokio::select! {
                    batch = pull.next(), if back.len() < BACK_LEN_MAX => {
                        for taken in batch? {
                            take(&log, taken, &mut late, &mut back).await?;
                        }
                    }
                    _ = burst.tick() => {
                        count.send_modify(|count| *count += back.len());
                        for (taken, due) in back.drain(..) {
                            let left = (due - clock::now()).duration();
                            log.settle(ONE, &taken, Verdict::Again(left)).await?;
                        }
                    }
                }
            }
            Ok(late)
        });
        Redelivering { sent_back, task }
    }
}

async fn take(
    log: &Log,
    taken: Taken,
    late: &mut Vec<f64>,
    back: &mut Vec<(Taken, Instant)>,
) -> Result<(), Failure> {
    let Some(due_ms) = due_ms(&taken.record.payload) else { return Ok(()) };
    let due = Instant::from_unix_ms(due_ms);
    if due > clock::now() {
        back.push((taken, due));
        return Ok(());
    }
    late.push(late_ms(due_ms));
    Ok(log.settle(ONE, &taken, Verdict::Done).await?)
}
