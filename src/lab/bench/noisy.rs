//! `homing bench noisy`: a bystander's live messages while one user does all that they may, as fast as they can.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use async_nats::connection::State;
use futures_util::StreamExt;
use tokio::task::JoinHandle;

use super::bystander::Bystander;
use super::crowd;
use super::ears::Ears;
use super::ends::{Messages, hears};
use super::load::{self, IN_FLIGHT_MAX};
use super::report::{Report, Want, percentile};
use super::world::World;
use crate::cli::client::Client;
use crate::cli::output::{Failure, Output};
use crate::cli::roles::ALL;
use crate::cli::settings::Settings;
use crate::log::{Log, Pipeline};
use crate::wire::subjects;
use crate::words::UserName;

/// A bystander's live messages beside a user with many connections that hear all they may, to whom another writes as fast as
/// they can
///
/// In the order quiet, noisy, noisy, quiet. A message's lateness counts from the moment it should have left. The noise is over when
/// all that was said is decided and the bystander's messages are no longer late. A writer whom the gate shuts out is quiet from then on.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Connections of the user who listens; a user has 64 at most
    #[arg(long, default_value_t = 64)]
    connections: usize,
    /// Seconds of each of the four parts
    #[arg(long, default_value_t = 10)]
    seconds: u64,
    /// Publishes of the writer that are not acknowledged yet; 0 does not wait for any
    #[arg(long, default_value_t = IN_FLIGHT_MAX)]
    in_flight: usize,
    /// Messages per second that the writer does not exceed; 1,000 are what everybody may send in the long run
    #[arg(long)]
    rate: Option<u32>,
}

/// All that was said is decided within this time, or something is lost.
const DECIDED_WITHIN: Duration = Duration::from_secs(600);
/// The bystander's messages are not behind the noise any more.
const CAUGHT_UP_MS: f64 = 500.0;
const LOOK_EVERY: Duration = Duration::from_millis(100);
/// Of a writer that waits for nothing: this many leave before others have a turn in this process.
const AT_ONCE: u32 = 64;

pub(super) async fn run(args: &Args, settings: &Settings, output: Output) -> Result<(), Failure> {
    let folder = tempfile::tempdir()
        .map_err(|error| Failure::failed(format!("could not make a temporary folder: {error}")))?;
    output.progress("starting nats-server and Homing, with the gate …");
    let world = World::gated(folder.path(), settings.sync(), &ALL, output).await?;
    let people = world.people(4).await?;
    let [from, to, writer, listener] = people.as_slice() else {
        return Err(Failure::failed("four were registered".to_owned()));
    };
    crowd::known(&world, people.len()).await?;
    let ears = Ears::open(&world, listener, args.connections).await?;
    let bystander = Bystander::start(&world, [from, to]).await?;
    let pair = [writer.clone(), listener.clone()];
    let (mut quiet, mut noisy, mut said, mut longest_s) = (Vec::new(), Vec::new(), Vec::new(), 0.0);
    let part = Duration::from_secs(args.seconds);
    // What comes first is not counted.
    tokio::time::sleep(part / 4).await;
    drop(bystander.late_ms());
    for is_noisy in [false, true, true, false] {
        output.progress(if is_noisy { "beside the noise …" } else { "alone …" });
        if is_noisy {
            let noise = Noise::start(&world, pair.clone(), (args.in_flight, args.rate)).await;
            tokio::time::sleep(part).await;
            let ended = Instant::now();
            // Who was shut out in the part before does not come in.
            match noise {
                Ok(noise) => said.push(noise.end().await?),
                Err(_) if said.iter().any(|said: &Said| said.out_after.is_some()) => {}
                Err(failure) => return Err(failure),
            }
            while bystander.last_late_ms().is_none_or(|late_ms| late_ms > CAUGHT_UP_MS) {
                if ended.elapsed() > DECIDED_WITHIN {
                    return Err(Failure::failed("the bystander's messages stay late".to_owned()));
                }
                tokio::time::sleep(LOOK_EVERY).await;
            }
            longest_s = ended.elapsed().as_secs_f64().max(longest_s);
            noisy.extend(bystander.late_ms());
        } else {
            tokio::time::sleep(part).await;
            quiet.extend(bystander.late_ms());
        }
    }
    let (heard_mb, open_still) = (ears.mb(), ears.open_still());
    drop(bystander);
    let mut report = Report::new("noisy", world.machine(settings.sync()));
    world.stop().await?;
    for (key, late) in [("quiet", &mut quiet), ("noisy", &mut noisy)] {
        late.sort_by(f64::total_cmp);
        report.figure(format!("{key}_messages"), late.len() as f64);
        report.figure(format!("{key}_p50_ms"), percentile(late, 0.5));
        report.figure(format!("{key}_p99_ms"), percentile(late, 0.99));
    }
    report.figure("ratio_p99", percentile(&noisy, 0.99) / percentile(&quiet, 0.99));
    report.figure("said", said.iter().map(|said| f64::from(said.commands)).sum());
    if let Some(out_after) = said.iter().find_map(|said| said.out_after) {
        report.figure("writer_out_after_s", out_after.as_secs_f64());
    }
    report.figure("heard_mb", heard_mb);
    report.figure("connections_open_still", open_still as f64);
    report.figure("over_after_s", longest_s);
    report.goal("ratio_p99", Want::AtMost(2.0));
    report.print(output);
    Ok(())
}

/// One who writes to another without a pause.
struct Noise {
    log: Log,
    outcomes: Messages,
    writer: UserName,
    pair: [UserName; 2],
    ends: Arc<AtomicBool>,
    writing: JoinHandle<Result<Said, Failure>>,
}

/// What the writer has said.
#[derive(Default)]
struct Said {
    commands: u32,
    /// Since they began.
    out_after: Option<Duration>,
}

impl Noise {
    async fn start(world: &World, pair: [UserName; 2], pace: Pace) -> Result<Noise, Failure> {
        let writer = pair.first().cloned().ok_or_else(|| Failure::failed("nobody writes".to_owned()))?;
        let log = Client::at(&world.address_of(&writer), writer.as_str()).await?.log;
        // Heard where nothing is held back, so that what is counted is the bystander's.
        let outcomes =
            hears(&world.connect("outcomes").await?, subjects::outcome_of(writer.as_str())).await?;
        let ends = Arc::new(AtomicBool::new(false));
        let writing = write(log.clone(), pair.clone(), pace, Arc::clone(&ends));
        Ok(Noise { log, outcomes, writer, pair, ends, writing: tokio::spawn(writing) })
    }

    /// Stops, and waits until all that was said is decided.
    async fn end(mut self) -> Result<Said, Failure> {
        self.ends.store(true, Ordering::Relaxed);
        let said = self.writing.await.map_err(|error| Failure::failed(error.to_string()))??;
        if said.out_after.is_some() {
            return Ok(said);
        }
        let failed =
            |why: &dyn std::fmt::Display| Failure::failed(format!("the last one was not stored: {why}"));
        let (subject, payload) = load::message(&self.pair, 0);
        let js = async_nats::jetstream::new(self.log.client().clone());
        let stored = js.publish(subject, payload).await.map_err(|error| failed(&error))?;
        let last = stored.await.map_err(|error| failed(&error))?.sequence;
        let wanted = subjects::outcome(self.writer.as_str(), crate::words::CommandSeq(last));
        let decided =
            async { while self.outcomes.next().await.is_some_and(|told| told.subject.as_str() != wanted) {} };
        let decided = tokio::time::timeout(DECIDED_WITHIN, decided).await;
        decided.map_err(|_| Failure::failed("what was said is not decided".to_owned()))?;
        Ok(said)
    }
}

/// How many publishes may be without an acknowledgement, none being any number; and how many leave in a second.
type Pace = (usize, Option<u32>);

async fn write(
    log: Log,
    pair: [UserName; 2],
    (in_flight, rate): Pace,
    ends: Arc<AtomicBool>,
) -> Result<Said, Failure> {
    let (mut pipeline, mut said, started) =
        (Pipeline::new(log.clone(), in_flight), Said::default(), Instant::now());
    while !ends.load(Ordering::Relaxed) {
        // The first of the two writes, whatever the number.
        let (subject, payload) = load::message(&pair, 2 * said.commands as usize);
        let publish = async {
            if in_flight > 0 {
                return Ok(pipeline.publish(subject, payload).await?);
            }
            let sent = log.client().publish(subject, payload).await;
            sent.map_err(|error| Failure::failed(format!("could not publish: {error}")))
        };
        tokio::select! {
            published = publish => published?,
            () = is_out(&log) => {
                said.out_after = Some(started.elapsed());
                return Ok(said);
            }
        }
        said.commands += 1;
        match rate {
            Some(rate) => {
                let next = started + Duration::from_secs_f64(f64::from(said.commands) / f64::from(rate));
                tokio::time::sleep_until(next.into()).await;
            }
            None if said.commands % AT_ONCE == 0 => tokio::task::yield_now().await,
            None => {}
        }
    }
    pipeline.drain().await?;
    log.flush().await?;
    Ok(said)
}

/// Waits until the connection has ended.
async fn is_out(log: &Log) {
    while log.client().connection_state() == State::Connected {
        tokio::time::sleep(LOOK_EVERY).await;
    }
}
