//! `homing bench fanout`: messages to a group of thousands who are online, beside raw publishing of the same live messages.

mod group;
mod listeners;
mod rounds;
mod storage;

use std::time::{Duration, Instant};

use super::bystander::Bystander;
use super::report::{Report, Want, percentile};
use super::throughput::mean;
use super::world::World;
use crate::cli::output::{Failure, Output};
use crate::cli::roles::ALL;
use crate::cli::settings::Settings;
use crate::sms;
use group::{Group, Sizes};
use listeners::Listeners;
use rounds::Rounds;
use storage::Storage;

/// Messages of 200 bytes to a group most of whose members are online: live deliveries, the time to the last member and what is
/// stored, beside raw core NATS publishing of the same bytes to the same subjects; and a bystander's messages meanwhile
///
/// One process holds a subscription for each online member. Rounds in the order raw, Homing, Homing, raw, of one message and of
/// several that are written at once, each until the last member has heard the last one; between two rounds nothing is under way. Whoever got
/// a message live confirms it behind the round, and is not counted in it.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Members of the group, the one who writes among them
    #[arg(long, default_value_t = 10_000, value_parser = clap::value_parser!(u16).range(2..=10_000))]
    members: u16,
    /// Those of them who are not online and have a phone
    #[arg(long, default_value_t = 900)]
    phones: u16,
    /// Those of them who are not online and have no phone
    #[arg(long, default_value_t = 100)]
    waiting: u16,
    /// Messages that are written at once
    #[arg(long, default_value_t = 10)]
    messages: usize,
    /// Rounds of each kind; the median, the least and the most are printed
    #[arg(long, default_value_t = 5)]
    rounds: usize,
    /// Connections that hold the subscriptions of those who are online; a server lets one have 1,024
    #[arg(long, default_value_t = 9)]
    connections: usize,
    /// Seconds of messages to the group that the bystander writes beside
    #[arg(long, default_value_t = 10)]
    seconds: u64,
}

/// The keys of what a kind of round found out.
struct Keys {
    about: &'static str,
    raw_per_s: &'static str,
    per_s: &'static str,
    ratio: &'static str,
    to_last_ms: &'static str,
    to_outcome_ms: &'static str,
}

const ONE: Keys = Keys {
    about: "one message",
    raw_per_s: "one_raw_per_s",
    per_s: "one_homing_per_s",
    ratio: "one_ratio_raw",
    to_last_ms: "one_to_last_ms",
    to_outcome_ms: "one_to_outcome_ms",
};
const SEVERAL: Keys = Keys {
    about: "several messages at once",
    raw_per_s: "raw_per_s",
    per_s: "homing_per_s",
    ratio: "ratio_raw",
    to_last_ms: "to_last_ms",
    to_outcome_ms: "to_outcome_ms",
};
/// That the bystander writes alone.
const ALONE: Duration = Duration::from_secs(5);
/// In which it writes once or twice.
const SHORTLY: Duration = Duration::from_millis(15);
/// Messages that are confirmed with one command.
const UNCONFIRMED_MAX: usize = 10;
/// It is not behind any more.
const CAUGHT_UP_MS: f64 = 20.0;

pub(super) async fn run(args: &Args, settings: &Settings, output: Output) -> Result<(), Failure> {
    let sizes =
        Sizes { members: args.members.into(), phones: args.phones.into(), waiting: args.waiting.into() };
    if sizes.phones + sizes.waiting + 2 > sizes.members {
        return Err(Failure::usage("two members at least are to be online".to_owned()));
    }
    let folder = tempfile::tempdir()
        .map_err(|error| Failure::failed(format!("could not make a temporary folder: {error}")))?;
    output.progress("starting nats-server and Homing …");
    let world = World::start(folder.path(), settings.sync(), &ALL, sms::Settings::default(), output).await?;
    let people = world.people(2).await?;
    let [from, to] = people.as_slice() else {
        return Err(Failure::failed("two were registered".to_owned()));
    };
    output.progress(&format!("registering {} people, who join a group …", sizes.members));
    let group = Group::make(&world, sizes).await?;
    let listeners = Listeners::open(&world, &group.online, args.connections).await?;
    group.settled().await?;
    let mut report = Report::new("fanout", world.machine(settings.sync()));
    report.figure("online", group.online.len() as f64);
    let rounds = Rounds::learn(&world, &group, &listeners).await?;
    report.figure("live_payload_bytes", rounds.bytes());
    stored(&world, &rounds, sizes, &mut report).await?;
    beside_raw(&rounds, (1, args.rounds), &ONE, &mut report, output).await?;
    beside_raw(&rounds, (args.messages, args.rounds), &SEVERAL, &mut report, output).await?;
    output.progress("a bystander, alone and beside such messages …");
    let bystander = Bystander::start(&world, [from, to]).await?;
    beside(&bystander, &rounds, args, &mut report).await?;
    drop(bystander);
    world.stop().await?;
    report.goal(ONE.ratio, Want::AtLeast(0.5));
    report.goal(SEVERAL.ratio, Want::AtLeast(0.5));
    report.goal("bystander_p99_ms", Want::AtMost(100.0));
    report.print(output);
    Ok(())
}

/// What one message adds to the streams.
async fn stored(
    world: &World,
    rounds: &Rounds<'_>,
    Sizes { phones, .. }: Sizes,
    report: &mut Report,
) -> Result<(), Failure> {
    let (log, group) = (world.connect("storage").await?, rounds.group);
    group.settled().await?;
    let before = Storage::look(&log).await?;
    let round = rounds.homing(1).await?;
    group.settled().await?;
    Storage::tell_since(&log, &before, (group.online.len(), phones), report).await?;
    group.confirm(&round.messages).await?;
    Ok(())
}

/// Rounds of so many messages, so many times.
async fn beside_raw(
    rounds: &Rounds<'_>,
    (messages, times): (usize, usize),
    keys: &Keys,
    report: &mut Report,
    output: Output,
) -> Result<(), Failure> {
    let (mut raw, mut per_s, mut ratios) = (Vec::new(), Vec::new(), Vec::new());
    let (mut to_last, mut to_outcome, mut confirmed) = (Vec::new(), Vec::new(), Vec::new());
    for time in 1..=times {
        rounds.group.settled().await?;
        let before = rounds.raw(messages).await?;
        let mut homing = Vec::with_capacity(2);
        for _ in 0..2 {
            let round = rounds.homing(messages).await?;
            to_last.push(round.to_last.as_secs_f64() * 1_000.0);
            to_outcome.push(round.to_outcome.as_secs_f64() * 1_000.0);
            homing.push(round.per_s);
            confirmed.push(
                rounds.group.online.len() as f64 / rounds.group.confirm(&round.messages).await?.as_secs_f64(),
            );
            rounds.group.settled().await?;
        }
        let raw_per_s = mean(before, rounds.raw(messages).await?);
        let homing_per_s = homing.iter().copied().reduce(mean).unwrap_or(f64::NAN);
        output.progress(&format!(
            "{} {time}: raw {raw_per_s:.0} live messages/s, Homing {homing_per_s:.0}/s, ratio {:.3}",
            keys.about,
            homing_per_s / raw_per_s
        ));
        raw.push(raw_per_s);
        per_s.push(homing_per_s);
        ratios.push(homing_per_s / raw_per_s);
    }
    let figures = [
        (keys.raw_per_s, &raw),
        (keys.per_s, &per_s),
        (keys.ratio, &ratios),
        (keys.to_last_ms, &to_last),
        (keys.to_outcome_ms, &to_outcome),
        ("confirmations_per_s", &confirmed),
    ];
    figures.into_iter().for_each(|(key, values)| report.spread(key, values));
    Ok(())
}

/// What the bystander wrote meanwhile has arrived too.
async fn caught_up(bystander: &Bystander) {
    tokio::time::sleep(SHORTLY).await;
    while bystander.last_late_ms().is_some_and(|late_ms| late_ms > CAUGHT_UP_MS) {
        tokio::time::sleep(SHORTLY).await;
    }
}

/// How late the bystander's messages are, alone, beside messages of which each leaves when the one before has arrived, and
/// beside several that are written at once; and while all of these are confirmed.
async fn beside(
    bystander: &Bystander,
    rounds: &Rounds<'_>,
    args: &Args,
    report: &mut Report,
) -> Result<(), Failure> {
    tokio::time::sleep(ALONE).await;
    let alone = bystander.late_ms();
    let mut confirming = Vec::new();
    let turn = Duration::from_secs(args.seconds);
    let one = meanwhile(bystander, rounds, (1, turn), &mut confirming).await?;
    let several = meanwhile(bystander, rounds, (args.messages, turn), &mut confirming).await?;
    confirming.sort_by(f64::total_cmp);
    let parts = [
        ("alone", &alone),
        ("bystander", &one),
        ("several_bystander", &several),
        ("confirming", &confirming),
    ];
    for (key, late) in parts {
        report.figure(format!("{key}_messages"), late.len() as f64);
        report.figure(format!("{key}_p50_ms"), percentile(late, 0.5));
        report.figure(format!("{key}_p99_ms"), percentile(late, 0.99));
        report.figure(format!("{key}_max_ms"), percentile(late, 1.0));
    }
    Ok(())
}

/// How late they are while so many messages at once are under way, for so long, sorted; and while those are confirmed.
async fn meanwhile(
    bystander: &Bystander,
    rounds: &Rounds<'_>,
    (at_once, turn): (usize, Duration),
    confirming: &mut Vec<f64>,
) -> Result<Vec<f64>, Failure> {
    let (mut late, mut spent) = (Vec::new(), Duration::ZERO);
    while spent < turn {
        rounds.group.nearly_settled().await?;
        drop(bystander.late_ms());
        let (started, mut messages) = (Instant::now(), Vec::new());
        while messages.len() < UNCONFIRMED_MAX {
            messages.extend(rounds.homing(at_once).await?.messages);
        }
        spent += started.elapsed();
        caught_up(bystander).await;
        late.extend(bystander.late_ms());
        rounds.group.confirm(&messages).await?;
        caught_up(bystander).await;
        confirming.extend(bystander.late_ms());
    }
    late.sort_by(f64::total_cmp);
    Ok(late)
}
