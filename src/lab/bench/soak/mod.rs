//! `homing bench soak`: a day's mixture of work in minutes, and what it leaves behind in memory and on disk.

mod minute;
mod mixture;
mod people;
mod recipients;

use std::time::Duration;

use tokio::time::{Instant, MissedTickBehavior, interval, sleep};

use super::apart::Apart;
use super::bystander::Bystander;
use super::lags::{fanout_lag, models_lag};
use super::load::IN_FLIGHT_MAX;
use super::report::{Report, Want};
use super::world::World;
use crate::cli::output::{Failure, Output};
use crate::cli::settings::Settings;
use crate::log::{Log, Pipeline};
use crate::server::Sync;
use crate::sms;
use minute::{Course, Minute};
use mixture::Mixture;
use recipients::Recipients;

/// Mixed traffic for minutes, each minute's memory, disk and lateness printed: direct messages with ids, people who come and
/// go (half of them without a word), recipients who confirm, messages to a thousand and to groups of fifty, schedules, refusals
///
/// First the mixture is sent for four minutes as fast as it is decided, performed and projected, to learn what this machine can do; then
/// at a share of that.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Minutes at an even pace
    #[arg(long, default_value_t = 30)]
    minutes: usize,
    /// Registered users
    #[arg(long, default_value_t = 100_000)]
    users: usize,
    /// Groups of fifty of them, to which one command in two hundred is written
    #[arg(long, default_value_t = 1_000)]
    groups: usize,
    /// Share of the machine's own pace, in percent
    #[arg(long, default_value_t = 70, value_parser = clap::value_parser!(u8).range(1..=100))]
    share: u8,
    /// Commands per second, instead of a share
    #[arg(long)]
    rate: Option<f64>,
}

/// The machine's own pace is that of the last of these minutes. Before that many people are offline who have nothing waiting
/// for them, and to come online costs them less than later.
const MINUTES_AT_FULL_PACE: u32 = 4;
/// Commits that fan-out may have before it at full pace: some tenths of a second of work.
const FANOUT_LAG_MAX: u64 = 4_000;
/// Commands leave in handfuls: the runtime's timer is good to a millisecond.
const HANDFUL_EVERY: Duration = Duration::from_millis(10);
/// The same for the read models, which yield to the others: what they cannot follow is more than the machine can do.
const MODELS_LAG_MAX: u64 = 20_000;
const LOOK_EVERY: Duration = Duration::from_millis(20);
const MINUTE: Duration = Duration::from_secs(60);

pub(super) async fn run(args: &Args, settings: &Settings, output: Output) -> Result<(), Failure> {
    let folder = tempfile::tempdir()
        .map_err(|error| Failure::failed(format!("could not make a temporary folder: {error}")))?;
    output.progress("starting nats-server and Homing …");
    let world = World::start(folder.path(), settings.sync(), &[], sms::Settings::default(), output).await?;
    let homing = Apart::start(&world, "decider,fanout,scheduler,presence,query").await?;
    let mut report = Report::new("soak", world.machine(settings.sync()));
    let [from, to] =
        world.people(2).await?.try_into().map_err(|_| Failure::failed("two were registered".to_owned()))?;
    output.progress(&format!("registering {} users …", args.users));
    people::register(&world, args.users).await?;
    let groups = args.groups.min(args.users / people::IN_A_GROUP);
    output.progress(&format!("making {groups} groups …"));
    people::groups(&world, groups).await?;
    let recipients = Recipients::listen(&world).await?;
    let looks = world.connect("looks").await?;
    let mut sending = Sending {
        mixture: Mixture::new(args.users, groups),
        pipeline: Pipeline::new(world.connect("producer").await?, IN_FLIGHT_MAX),
        sent: 0,
    };
    let pace = match args.rate {
        Some(rate) => rate,
        None => {
            output.progress("the mixture as fast as it is decided, performed and projected …");
            let full = sending.at_full_pace(&recipients, &looks, output).await?;
            report.figure("full_pace_per_s", full);
            full * f64::from(args.share) / 100.0
        }
    };
    report.figure("pace_per_s", pace);
    let bystander = Bystander::start(&world, [&from, &to]).await?;
    let mut course = Course::default();
    output.progress(&format!("{pace:.0} commands/s for {} minutes …", args.minutes));
    output.progress(Minute::HEADINGS);
    for number in 1..=args.minutes {
        sending.for_a_minute(pace).await?;
        let undecided = recipients.undecided(sending.sent);
        let minute = Minute::look(number, &world, &homing, &looks, &bystander)
            .await?
            .with(undecided, recipients.arrived());
        output.progress(&minute.to_string());
        course.add(minute);
    }
    drop(bystander);
    homing.stop().await;
    world.stop().await?;
    course.tell(&mut report);
    let most = if settings.sync() == Sync::Always { 250.0 } else { 100.0 };
    report.goal("bystander_worst_p99_ms", Want::AtMost(most));
    report.goal("homing_growth", Want::AtMost(1.1));
    report.goal("server_growth", Want::AtMost(1.1));
    report.print(output);
    Ok(())
}

struct Sending {
    mixture: Mixture,
    pipeline: Pipeline,
    sent: u64,
}

impl Sending {
    /// Commands per second, without confirmations, when they are sent as fast as all are decided, performed and projected.
    async fn at_full_pace(
        &mut self,
        recipients: &Recipients,
        looks: &Log,
        output: Output,
    ) -> Result<f64, Failure> {
        let mut per_second = f64::NAN;
        for minute in 1..=MINUTES_AT_FULL_PACE {
            let (started, before) = (Instant::now(), self.sent);
            let mut looked = started;
            while started.elapsed() < MINUTE {
                self.one().await?;
                if looked.elapsed() > LOOK_EVERY {
                    while started.elapsed() < MINUTE
                        && (fanout_lag(looks).await? > FANOUT_LAG_MAX
                            || models_lag(looks).await? > MODELS_LAG_MAX)
                    {
                        sleep(LOOK_EVERY).await;
                    }
                    looked = Instant::now();
                }
                while recipients.undecided(self.sent) > IN_FLIGHT_MAX as u64 && started.elapsed() < MINUTE {
                    sleep(Duration::from_millis(1)).await;
                }
            }
            per_second = (self.sent - before) as f64 / started.elapsed().as_secs_f64();
            output
                .progress(&format!("minute {minute} of {MINUTES_AT_FULL_PACE}: {per_second:.0} commands/s"));
        }
        Ok(per_second)
    }

    async fn for_a_minute(&mut self, pace: f64) -> Result<(), Failure> {
        let started = Instant::now();
        let mut ticks = interval(HANDFUL_EVERY);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Skip);
        let mut sent = 0.0;
        while started.elapsed() < MINUTE {
            ticks.tick().await;
            let due = pace * started.elapsed().as_secs_f64();
            while sent < due {
                self.one().await?;
                sent += 1.0;
            }
        }
        Ok(())
    }

    async fn one(&mut self) -> Result<(), Failure> {
        let (subject, payload) = self.mixture.next();
        self.sent += 1;
        Ok(self.pipeline.publish(subject, payload).await?)
    }
}
