//! `homing bench campaign`: a bystander's live messages behind commands to very many.

use std::time::{Duration, Instant};

use super::bystander::Bystander;
use super::load::IN_FLIGHT_MAX;
use super::report::{Report, Want, percentile};
use super::world::World;
use crate::cli::output::{Failure, Output};
use crate::cli::roles::ALL;
use crate::cli::settings::Settings;
use crate::log::Pipeline;
use crate::rules::Command;
use crate::rules::attempt::Adapter;
use crate::rules::message::{Route, Send};
use crate::rules::presence::Encoding;
use crate::server::Sync;
use crate::sms;
use crate::wire::{command, subjects};
use crate::words::Address;

/// A bystander's live messages while others send to very many: how late they are, alone and behind commands to a thousand
/// phones each
///
/// Each of those commands becomes a thousand items on OUTBOX. A message's lateness counts from the moment it should have left.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Commands to many
    #[arg(long, default_value_t = 30)]
    commands: usize,
    /// Phones that each of them is to
    #[arg(long, default_value_t = 1_000, value_parser = clap::value_parser!(u16).range(1..=1_000))]
    phones: u16,
    /// Seconds that the bystander writes alone, for comparison
    #[arg(long, default_value_t = 10)]
    seconds: u64,
}

/// All items of a campaign are on OUTBOX within this time, or something is lost.
const HANDED_OVER_WITHIN: Duration = Duration::from_secs(300);
const LOOK_EVERY: Duration = Duration::from_millis(50);

pub(super) async fn run(args: &Args, settings: &Settings, output: Output) -> Result<(), Failure> {
    let folder = tempfile::tempdir()
        .map_err(|error| Failure::failed(format!("could not make a temporary folder: {error}")))?;
    output.progress("starting nats-server and Homing …");
    let world = World::start(folder.path(), settings.sync(), &ALL, sms::Settings::default(), output).await?;
    let people = world.people(3).await?;
    let [sender, from, to] = people.as_slice() else {
        return Err(Failure::failed("three were registered".to_owned()));
    };
    let mut report = Report::new("campaign", world.machine(settings.sync()));
    let bystander = Bystander::start(&world, [from, to]).await?;
    output.progress(&format!("a bystander alone for {} s …", args.seconds));
    tokio::time::sleep(Duration::from_secs(args.seconds)).await;
    let alone = bystander.late_ms();
    report.figure("alone_p50_ms", percentile(&alone, 0.5));
    report.figure("alone_p99_ms", percentile(&alone, 0.99));
    output.progress(&format!("the same beside {} commands to {} phones each …", args.commands, args.phones));
    let log = world.connect("campaign").await?;
    let handed_over = log.last_seq("OUTBOX").await? + args.commands as u64 * u64::from(args.phones);
    let mut pipeline = Pipeline::new(log.clone(), IN_FLIGHT_MAX);
    let started = Instant::now();
    for number in 0..args.commands {
        let to =
            (0..args.phones).map(|phone| format!("+8613{number:04}{phone:05}").parse().map(Address::Phone));
        let to = to.collect::<Result<Vec<_>, _>>().map_err(|error| Failure::failed(format!("{error}")))?;
        let send = Send {
            to,
            text: Some("Lights out at ten.".into()),
            route: Route::By(Adapter::Sms),
            ..Send::default()
        };
        let send = Command::from(send);
        let subject = subjects::command(sender.as_str(), send.verb());
        pipeline.publish(subject, command::encode(&send, Encoding::Msgpack).into()).await?;
    }
    pipeline.drain().await?;
    while log.last_seq("OUTBOX").await? < handed_over {
        if started.elapsed() > HANDED_OVER_WITHIN {
            let missing = handed_over - log.last_seq("OUTBOX").await?;
            return Err(Failure::failed(format!("{missing} items never came to OUTBOX")));
        }
        tokio::time::sleep(LOOK_EVERY).await;
    }
    report.figure("campaign_s", started.elapsed().as_secs_f64());
    let beside = bystander.late_ms();
    report.figure("bystander_messages", beside.len() as f64);
    report.figure("bystander_p50_ms", percentile(&beside, 0.5));
    report.figure("bystander_p99_ms", percentile(&beside, 0.99));
    report.figure("bystander_max_ms", percentile(&beside, 1.0));
    drop(bystander);
    world.stop().await?;
    let most = if settings.sync() == Sync::Always { 250.0 } else { 100.0 };
    report.goal("bystander_p99_ms", Want::AtMost(most));
    report.print(output);
    Ok(())
}
