//! `homing bench timers`: how late schedules fire, with a million others pending, beside JetStream's own ways.

mod fill;
mod firing;
mod lateness;
mod memory;
mod yardstick;

use super::apart::Apart;
use super::report::{Report, Want};
use super::world::World;
use crate::cli::output::{Failure, Output};
use crate::cli::roles::{ALL, Role};
use crate::cli::settings::Settings;
use crate::sms;
use crate::words::Span;
use lateness::Lateness;

/// Scheduled messages to online users: how late they reach them, with others pending far ahead; what a pending one
/// costs; and the same load through JetStream's message schedules (@at) and through one consumer with delayed redelivery
///
/// Lateness is from the due time to the live delivery at the recipient: through timer, command, decision and fan-out.
/// The part of the timer wheel alone (to the command's place in the log) is printed beside it.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Schedules that are due far ahead
    #[arg(long, default_value_t = 1_000_000)]
    pending: usize,
    /// Schedules that are due within the window
    #[arg(long, default_value_t = 50_000)]
    due: usize,
    /// How long the window is
    #[arg(long, default_value = "20s")]
    window: Span,
    /// Schedules that are due in the same millisecond; 0 leaves it out
    #[arg(long, default_value_t = 20_000)]
    burst: usize,
    /// Users who write to each other
    #[arg(long, default_value_t = 50)]
    people: usize,
    /// Schedules for the decider's memory
    #[arg(long, default_value_t = 200_000)]
    schedules: usize,
    /// Leave out JetStream's own ways
    #[arg(long)]
    alone: bool,
}

/// The first figure of the scheduler's memory.
const FEW: usize = 10_000;
/// A load above this is the larger one of the two that have a goal.
const LARGE_PER_S: f64 = 2_600.0;

pub(super) async fn run(args: &Args, settings: &Settings, output: Output) -> Result<(), Failure> {
    // First, while the process is small and its memory not fragmented.
    output.progress("measuring the decider's memory …");
    let bytes = memory::measure(args.schedules);
    let folder = tempfile::tempdir()
        .map_err(|error| Failure::failed(format!("could not make a temporary folder: {error}")))?;
    output.progress("starting nats-server and Homing …");
    let roles: Vec<Role> = ALL.into_iter().filter(|role| *role != Role::Scheduler).collect();
    let mut world =
        World::start(folder.path(), settings.sync(), &roles, sms::Settings::default(), output).await?;
    let scheduler = Apart::start(&world, "scheduler").await?;
    let people = world.people(args.people).await?;
    let mut report = Report::new("timers", world.machine(settings.sync()));
    report.figure("decider_bytes_per_schedule_once", bytes.once);
    report.figure("decider_bytes_per_schedule_daily", bytes.daily);
    fill::pending(args.pending, FEW, &world, &people, &scheduler, &mut report, output).await?;
    output.progress(&format!("{} due within {} …", args.due, args.window));
    let window = firing::Load { due: args.due, window: args.window };
    let (whole, wheel) = firing::measure(window, &world, &people).await?;
    report.figure("scheduler_mib_after", scheduler.mib());
    figures(&mut report, ["p50_ms", "p90_ms", "p99_ms", "p999_ms", "max_ms"], &whole);
    let keys = ["wheel_p50_ms", "wheel_p90_ms", "wheel_p99_ms", "wheel_p999_ms", "wheel_max_ms"];
    figures(&mut report, keys, &wheel);
    if args.burst > 0 {
        output.progress(&format!("{} due in the same millisecond …", args.burst));
        let (burst, _) =
            firing::measure(firing::Load { due: args.burst, window: Span::default() }, &world, &people)
                .await?;
        report.figure("burst_s", burst.max() / 1_000.0);
    }
    world.halt().await;
    scheduler.stop().await;
    if !args.alone {
        beside(args, &world, &mut report, output).await?;
    }
    world.stop().await?;
    goals(args, &mut report);
    report.print(output);
    Ok(())
}

async fn beside(args: &Args, world: &World, report: &mut Report, output: Output) -> Result<(), Failure> {
    let load = firing::Load { due: args.due, window: args.window };
    output.progress("the same through JetStream's own message schedules …");
    let at = yardstick::schedules(args.pending, load, world).await?;
    figures(report, ["at_p50_ms", "at_p90_ms", "at_p99_ms", "at_p999_ms", "at_max_ms"], &at);
    output.progress("the same through one consumer with delayed redelivery …");
    let nak = yardstick::delayed_redelivery(args.pending, load, world).await?;
    figures(report, ["nak_p50_ms", "nak_p90_ms", "nak_p99_ms", "nak_p999_ms", "nak_max_ms"], &nak);
    if let (Some(at), Some(homing)) = (report.value("at_p50_ms"), report.value("p50_ms")) {
        report.figure("ratio_at_p50", at / homing);
    }
    Ok(())
}

fn figures(report: &mut Report, keys: [&'static str; 5], lateness: &Lateness) {
    for (key, value) in keys.into_iter().zip(lateness.five()) {
        report.figure(key, value);
    }
}

fn goals(args: &Args, report: &mut Report) {
    let per_s = args.due as f64 * 1_000.0 / args.window.ms().max(1) as f64;
    report.goal("p50_ms", Want::AtMost(3.0));
    report.goal("p99_ms", Want::AtMost(if per_s > LARGE_PER_S { 250.0 } else { 50.0 }));
    report.goal("burst_s", Want::AtMost(3.0));
    report.goal("ratio_at_p50", Want::AtLeast(20.0));
    report.goal("decider_bytes_per_schedule_once", Want::AtMost(300.0));
    report.goal("decider_bytes_per_schedule_daily", Want::AtMost(300.0));
}
