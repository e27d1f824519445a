//! `homing bench snapshot`: what a snapshot of a large state costs the decisions, and how soon a start stands where the log ends.

use std::thread;
use std::time::{Duration, Instant};

use super::memory::PureDecider;
use super::report::{Report, Want};
use super::startup;
use super::world::World;
use crate::cli::output::{Failure, Output};
use crate::cli::settings::Settings;
use crate::decider::{SNAPSHOT_EVERY_SHARE, Snapshots};
use crate::log::{Acks, Appender, Appending, Log};
use crate::rules::Commit;
use crate::sms;
use crate::wire::commit;
use crate::wire::headers::Trace;
use crate::words::EventSeq;

/// A snapshot of many users and open deliveries: the longest pause that it makes between two decisions, and the start-up from it
///
/// The decisions are messages to users all over the state and their confirmations, one behind the other, while the snapshot is
/// encoded and written; without it they are measured first. The start-up is measured with nothing to be read behind the snapshot,
/// as after a clean stop, and with as much as there can be after a kill.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Registered users, with phone and zone
    #[arg(long, default_value_t = 1_000_000)]
    users: usize,
    /// Open deliveries
    #[arg(long, default_value_t = 300_000)]
    open: usize,
    /// Snapshots, one behind the other
    #[arg(long, default_value_t = 3)]
    rounds: usize,
}

/// Appends under way: as many as wait for one sync, and more.
const AT_ONCE: usize = 500;
/// Decisions without a snapshot, for comparison.
const ALONE_FOR: Duration = Duration::from_secs(2);
/// Steps from one user to the next: no two decisions in a row are about neighbours.
const STRIDE: usize = 7_919;

pub(super) async fn run(args: &Args, settings: &Settings, output: Output) -> Result<(), Failure> {
    let folder = tempfile::tempdir()
        .map_err(|error| Failure::failed(format!("could not make a temporary folder: {error}")))?;
    let world = World::start(folder.path(), settings.sync(), &[], sms::Settings::default(), output).await?;
    let log = world.connect("filler").await?;
    let (mut decider, mut events) = (PureDecider::default(), Filling::of(&log).await?);
    output.progress(&format!("registering {} users, opening {} deliveries …", args.users, args.open));
    for number in 0..args.users {
        events.take(decider.register_one(number)).await?;
    }
    for number in 0..args.open {
        events.take(decider.send(step(number, args.users), step(number + 1, args.users))).await?;
    }
    events.settle().await?;
    let mut report = Report::new("snapshot", world.machine(settings.sync()));
    let created = log.ends("EVENTS").await?.created;
    let snapshots = Snapshots::at(world.data())?;
    snapshots.store(decider.mark(Some(created)), decider.state())?;
    let size = std::fs::metadata(world.data().join("decider/snapshot")).map_or(0, |file| file.len());
    report.figure("snapshot_mb", size as f64 / 1e6);
    report.figure("startup_s", startup::seconds(&world).await?);
    let behind = decider.state().kept_len() / SNAPSHOT_EVERY_SHARE;
    output.progress(&format!("{behind} commits behind it …"));
    for number in 0..behind as usize / 2 {
        let to = step(number + 1, args.users);
        events.take(decider.send(step(number, args.users), to)).await?;
        events.take(decider.receive(to)).await?;
    }
    events.settle().await?;
    report.figure("startup_after_kill_s", startup::seconds(&world).await?);
    world.stop().await?;
    output.progress("deciding, alone and beside snapshots …");
    pauses(&mut decider, &snapshots, args, &mut report)?;
    report.goal("pause_ms", Want::AtMost(20.0));
    report.goal("startup_s", Want::AtMost(2.0));
    report.goal("startup_after_kill_s", Want::AtMost(2.0));
    report.print(output);
    Ok(())
}

fn step(number: usize, users: usize) -> usize {
    number * STRIDE % users.max(1)
}

fn pauses(
    decider: &mut PureDecider,
    snapshots: &Snapshots,
    args: &Args,
    report: &mut Report,
) -> Result<(), Failure> {
    let mut pace = Pace { decider, users: args.users, decided: 0 };
    let started = Instant::now();
    let alone = pace.longest(|| started.elapsed() >= ALONE_FOR);
    report.figure("alone_longest_gap_ms", alone);
    report.figure("alone_decisions_per_s", pace.decided as f64 / started.elapsed().as_secs_f64());
    let (mut pause, mut longest, mut encoding, mut decided) = (0.0_f64, 0.0_f64, Duration::ZERO, 0);
    for _ in 0..args.rounds {
        let began = Instant::now();
        let (mark, state) = (pace.decider.mark(None), pace.decider.state().to_keep());
        let copied = ms(began.elapsed());
        let (snapshots, before) = (snapshots.clone(), pace.decided);
        let storing = thread::spawn(move || snapshots.store(mark, &state));
        let gap = pace.longest(|| storing.is_finished());
        storing.join().map_err(|_| Failure::failed("storing a snapshot panicked".to_owned()))??;
        encoding += began.elapsed();
        decided += pace.decided - before;
        (pause, longest) = (pause.max(copied), longest.max(gap));
    }
    report.figure("pause_ms", pause);
    report.figure("beside_longest_gap_ms", longest);
    report.figure("encoding_s", encoding.as_secs_f64() / args.rounds.max(1) as f64);
    report.figure("beside_decisions_per_s", decided as f64 / encoding.as_secs_f64().max(f64::MIN_POSITIVE));
    Ok(())
}

/// Decisions as quick as they come.
struct Pace<'a> {
    decider: &'a mut PureDecider,
    users: usize,
    decided: usize,
}

impl Pace<'_> {
    /// The longest time from one decision to the next, in milliseconds.
    fn longest(&mut self, ends: impl Fn() -> bool) -> f64 {
        let (mut longest, mut before) = (Duration::ZERO, Instant::now());
        while !ends() {
            let to = step(self.decided + 1, self.users);
            self.decider.send(step(self.decided, self.users), to);
            self.decider.receive(to);
            self.decided += 2;
            let now = Instant::now();
            longest = longest.max(now - before);
            before = now;
        }
        ms(longest)
    }
}

fn ms(time: Duration) -> f64 {
    time.as_secs_f64() * 1_000.0
}

/// EVENTS as the decider would have filled it.
struct Filling {
    appender: Appender,
    acks: Acks,
    under_way: Vec<Appending>,
}

impl Filling {
    async fn of(log: &Log) -> Result<Filling, Failure> {
        let (appender, acks) = log.appender(EventSeq::default()).await?;
        Ok(Filling { appender, acks, under_way: Vec::new() })
    }

    async fn take(&mut self, parts: Vec<Commit>) -> Result<(), Failure> {
        for part in parts {
            let outgoing = commit::outgoing(&part, &Trace::default());
            self.under_way.push(self.appender.append(outgoing).await?);
        }
        if self.under_way.len() >= AT_ONCE { self.settle().await } else { Ok(()) }
    }

    async fn settle(&mut self) -> Result<(), Failure> {
        for appending in self.under_way.drain(..) {
            self.acks.stored(appending).await?;
        }
        Ok(())
    }
}
