//! `homing bench pipeline`: the way of a direct message, beside raw publishing.

use std::time::Duration;

use super::behind_gate::{self, Sizes};
use super::flow::{self, Until};
use super::read_models::ReadModels;
use super::report::{Report, Want, median, percentile};
use super::throughput::{Keys, Rounds};
use super::world::World;
use super::{latency, memory, raw, startup};
use crate::cli::output::{Failure, Output};
use crate::cli::roles::{ALL, Role};
use crate::cli::settings::Settings;
use crate::server::Sync;
use crate::sms;
use crate::wire::subjects;
use crate::words::UserName;

/// Direct messages of 200 bytes to online users: throughput as a share of raw JetStream publishing, latency, the
/// decider's memory, and its start-up
///
/// Rounds of three kinds: as Homing runs; each message confirmed by its recipient; and with the read models at the priority of
/// everything else, waited for. Beside them raw publishing to one stream, and to two at once: two durable writes a message are the
/// least that Homing needs.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Messages per round of throughput
    #[arg(long, default_value_t = 50_000)]
    messages: usize,
    /// Rounds of each kind, in the order raw, Homing, Homing, raw; the median, the least and the most are printed
    #[arg(long, default_value_t = 3)]
    rounds: usize,
    /// Users who write to each other
    #[arg(long, default_value_t = 50)]
    people: usize,
    /// Messages per second of the open loop
    #[arg(long, default_value_t = 1_000)]
    rate: usize,
    /// Seconds of the open loop
    #[arg(long, default_value_t = 20)]
    seconds: u64,
    /// Registered users, and open deliveries, for the decider's memory
    #[arg(long, default_value_t = 200_000)]
    users: usize,
    /// Which parts of Homing run; fewer show what the others cost
    #[arg(long, value_enum, value_delimiter = ',', default_values_t = ALL)]
    roles: Vec<Role>,
    /// Messages sent before the start-up; 0 leaves it out
    #[arg(long, default_value_t = 1_000_000)]
    startup: usize,
    /// Instead: people who come in through the gate, as users beside the same as producers in the account of the streams
    #[arg(long)]
    gate: bool,
}

const LIVE: Keys = Keys { about: "round", per_s: "homing_per_s", ratio: "ratio_raw" };
const CONFIRMED: Keys =
    Keys { about: "confirmed, round", per_s: "confirmed_per_s", ratio: "confirmed_ratio_raw" };
const PROJECTED: Keys =
    Keys { about: "with the read models, round", per_s: "projected_per_s", ratio: "projected_ratio_raw" };
/// Under load, before it is killed: some hundred thousand commits, and snapshots among them.
const KILLED_AFTER: Duration = Duration::from_secs(5);

pub(super) async fn run(args: &Args, settings: &Settings, output: Output) -> Result<(), Failure> {
    if args.gate {
        let Args { messages, rounds, people, rate, seconds, ref roles, .. } = *args;
        let seconds = Duration::from_secs(seconds);
        let sizes = Sizes { messages, rounds, people, rate, seconds };
        return behind_gate::run(&sizes, roles, settings, output).await;
    }
    // First, while the process is small and its memory not fragmented.
    output.progress("measuring the decider's memory …");
    let bytes = memory::measure(args.users);
    let folder = tempfile::tempdir()
        .map_err(|error| Failure::failed(format!("could not make a temporary folder: {error}")))?;
    output.progress("starting nats-server and Homing …");
    let mut world =
        World::start(folder.path(), settings.sync(), &args.roles, sms::Settings::default(), output).await?;
    let people = world.people(args.people).await?;
    raw::streams(&world.connect("raw").await?).await?;
    let mut report = Report::new("pipeline", world.machine(settings.sync()));
    bytes.tell(&mut report);
    as_it_runs(args, &world, &people, &mut report, output).await?;
    if args.roles.contains(&Role::Query) {
        with_read_models(args, &mut world, &people, &mut report, output).await?;
    }
    if args.startup > 0 {
        start_ups(args, &mut world, &people, &mut report, output).await?;
    }
    world.stop().await?;
    let share = if settings.sync() == Sync::Always { 0.30 } else { 0.20 };
    for ratio in [LIVE.ratio, CONFIRMED.ratio, PROJECTED.ratio] {
        report.goal(ratio, Want::AtLeast(share));
    }
    report.goal("p50_ms", Want::AtMost(1.5));
    report.goal("p99_ms", Want::AtMost(5.0));
    report.goal("bytes_per_user", Want::AtMost(500.0));
    report.goal("bytes_per_open_delivery", Want::AtMost(200.0));
    report.goal("subjects_of_events", Want::AtMost(200.0));
    report.goal("startup_s", Want::AtMost(2.0));
    report.goal("startup_after_kill_s", Want::AtMost(2.0));
    report.print(output);
    Ok(())
}

/// Homing as it runs: the read models give way.
async fn as_it_runs(
    args: &Args,
    world: &World,
    people: &[UserName],
    report: &mut Report,
    output: Output,
) -> Result<(), Failure> {
    let rounds = Rounds { world, people, messages: args.messages, rounds: args.rounds, output };
    let raw = rounds.beside_raw(report, &LIVE, Until::Live).await?;
    report.spread("raw_per_s", &raw);
    rounds.beside_raw(report, &CONFIRMED, Until::Confirmed).await?;
    let two = rounds.two_streams().await?;
    report.spread("two_raw_per_s", &two);
    if let Some(homing) = report.value(LIVE.per_s) {
        report.figure("ratio_two_raw", homing / median(two));
    }
    let seen = world.connect("subjects").await?.subjects("EVENTS", subjects::EVENTS).await?;
    report.figure("subjects_of_events", seen.len() as f64);
    let seconds = Duration::from_secs(args.seconds);
    output.progress(&format!("{} messages/s for {} s, raw and by Homing …", args.rate, args.seconds));
    let raw = latency::of_raw(world, people, args.rate, seconds).await?;
    report.figure("raw_p50_ms", percentile(&raw, 0.5));
    report.figure("raw_p99_ms", percentile(&raw, 0.99));
    let late = latency::of(world, people, args.rate, seconds).await?;
    report.figure("p50_ms", percentile(&late, 0.5));
    report.figure("p99_ms", percentile(&late, 0.99));
    report.figure("max_ms", percentile(&late, 1.0));
    Ok(())
}

/// From a snapshot, after a clean stop and killed under load.
async fn start_ups(
    args: &Args,
    world: &mut World,
    people: &[UserName],
    report: &mut Report,
    output: Output,
) -> Result<(), Failure> {
    output.progress(&format!("filling the log by {} messages, for the start-up …", args.startup));
    flow::per_second(world, people, args.startup, Until::Live).await?;
    world.halt().await;
    report.figure("startup_s", startup::seconds(world).await?);
    world.run(&args.roles).await?;
    output.progress("and once more, killed under load …");
    tokio::select! {
        ended = flow::per_second(world, people, args.startup, Until::Live) => drop(ended?),
        () = tokio::time::sleep(KILLED_AFTER) => {}
    }
    world.kill();
    report.figure("startup_after_kill_s", startup::seconds(world).await?);
    Ok(())
}

/// The read models are as important as everything else, and a round ends when they hold it too.
async fn with_read_models(
    args: &Args,
    world: &mut World,
    people: &[UserName],
    report: &mut Report,
    output: Output,
) -> Result<(), Failure> {
    let others: Vec<Role> = args.roles.iter().copied().filter(|role| *role != Role::Query).collect();
    world.halt().await;
    world.run(&others).await?;
    let models = ReadModels::start(world).await?;
    output.progress("waiting for the read models …");
    models.caught_up().await?;
    let rounds = Rounds { world, people, messages: args.messages, rounds: args.rounds, output };
    rounds.beside_raw(report, &PROJECTED, Until::Projected(&models)).await?;
    models.stop().await?;
    world.halt().await;
    world.run(&args.roles).await
}
