//! `homing bench pipeline`: the way of a direct message, beside raw publishing.

use std::time::Duration;

use super::report::{Report, Want, median, percentile};
use super::world::World;
use super::{flow, latency, memory, raw, scratch, startup};
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
/// Two durable writes a message (the command, the commit) bound the share at 0.5.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Messages per round of throughput
    #[arg(long, default_value_t = 50_000)]
    messages: usize,
    /// Rounds, raw and Homing in turn; the median is printed
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
    /// Messages in the log for the start-up; 0 leaves it out
    #[arg(long, default_value_t = 1_000_000)]
    startup: usize,
}

pub(super) async fn run(args: &Args, settings: &Settings, output: Output) -> Result<(), Failure> {
    // First, while the process is small and its memory not fragmented.
    output.progress("measuring the decider's memory …");
    let bytes = memory::measure(args.users);
    let folder = tempfile::tempdir()
        .map_err(|error| Failure::failed(format!("could not make a temporary folder: {error}")))?;
    output.progress("starting nats-server and Homing …");
    let mut world =
        World::start(folder.path(), settings.sync(), &args.roles, sms::Settings::default(), output).await?;
    let people = world.people(args.people).await?;
    let mut report = Report::new("pipeline", world.machine(settings.sync()));
    report.figure("bytes_per_user", bytes.per_user);
    report.figure("bytes_per_open_delivery", bytes.per_open_delivery);
    throughput(args, &world, &people, &mut report, output).await?;
    output.progress(&format!("{} messages/s for {} s …", args.rate, args.seconds));
    let seen = world.connect("subjects").await?.subjects("EVENTS", subjects::EVENTS).await?;
    report.figure("subjects_of_events", seen.len() as f64);
    let late = latency::of(&world, &people, args.rate, Duration::from_secs(args.seconds)).await?;
    report.figure("p50_ms", percentile(&late, 0.5));
    report.figure("p99_ms", percentile(&late, 0.99));
    report.figure("max_ms", percentile(&late, 1.0));
    if args.startup > 0 {
        output.progress(&format!("filling the log to {} messages, for the start-up …", args.startup));
        let so_far = args.messages * args.rounds + args.rate * args.seconds as usize;
        flow::per_second(&world, &people, args.startup.saturating_sub(so_far).max(1)).await?;
        world.halt().await;
        report.figure("startup_s", startup::seconds(&world).await?);
    }
    world.stop().await?;
    let share = if settings.sync() == Sync::Always { 0.30 } else { 0.20 };
    report.goal("ratio_raw", Want::AtLeast(share));
    report.goal("p50_ms", Want::AtMost(1.5));
    report.goal("p99_ms", Want::AtMost(5.0));
    report.goal("bytes_per_user", Want::AtMost(500.0));
    report.goal("bytes_per_open_delivery", Want::AtMost(200.0));
    report.goal("subjects_of_events", Want::AtMost(200.0));
    report.goal("startup_s", Want::AtMost(2.0));
    report.print(output);
    Ok(())
}

async fn throughput(
    args: &Args,
    world: &World,
    people: &[UserName],
    report: &mut Report,
    output: Output,
) -> Result<(), Failure> {
    let producer = world.connect("raw").await?;
    scratch::stream(&producer, raw::STREAM, raw::SUBJECTS, false).await?;
    // Once without counting: caches, connections, the server's own growth.
    flow::per_second(world, people, args.messages / 10 + 1).await?;
    let (mut raw_rates, mut rates, mut ratios) = (Vec::new(), Vec::new(), Vec::new());
    for round in 1..=args.rounds {
        let raw = raw::per_second(&producer, people, args.messages).await?;
        let homing = flow::per_second(world, people, args.messages).await?;
        output.progress(&format!(
            "round {round}: raw {raw:.0}/s, Homing {homing:.0}/s, ratio {:.3}",
            homing / raw
        ));
        raw_rates.push(raw);
        rates.push(homing);
        ratios.push(homing / raw);
    }
    report.figure("raw_per_s", median(raw_rates));
    report.figure("homing_per_s", median(rates));
    report.figure("ratio_raw", median(ratios));
    Ok(())
}
