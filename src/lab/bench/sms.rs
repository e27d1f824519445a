//! `homing bench sms`: the way of a message by SMS, to an SMSC that is somebody else's.

use std::sync::atomic::Ordering;
use std::sync::{Arc, PoisonError};
use std::time::{Duration, Instant};

use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;
use tokio_util::sync::CancellationToken;

use super::load::{IN_FLIGHT_MAX, rate};
use super::raw;
use super::report::{Report, Want, median};
use super::smsc::Smsc;
use super::world::World;
use crate::cli::output::{Failure, Output};
use crate::cli::roles::ALL;
use crate::cli::settings::Settings;
use crate::log::{Follower, Log, Pipeline};
use crate::rules::attempt::{Accepted, Receipted};
use crate::rules::message::Send;
use crate::rules::presence::Encoding;
use crate::rules::{Command, Fact, Happened};
use crate::server::Sync;
use crate::smpp::link::{self, Answer, Connector};
use crate::smpp::pdu::{Address, SubmitSm};
use crate::sms::{self, Account};
use crate::wire::{command, subjects};
use crate::words::{Address as To, UserName};

/// The facts that are counted.
const READS: &[&str] = &[Accepted::NAME, Receipted::NAME];

/// Messages by SMS to an SMSC in this process (the smpp34 crate): throughput from publish to the stored submit response,
/// and to the stored receipt; the SMPP link alone; and how steady a pace is held
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Messages per round
    #[arg(long, default_value_t = 20_000)]
    messages: usize,
    /// Rounds; the median is printed
    #[arg(long, default_value_t = 3)]
    rounds: usize,
    /// Submits without a response
    #[arg(long, default_value_t = 50)]
    window: usize,
    /// Submits of the link alone, at a window of 100
    #[arg(long, default_value_t = 300_000)]
    submits: usize,
    /// Segments per second of the pace
    #[arg(long, default_value_t = 30)]
    pace: usize,
    /// Seconds for which the pace is watched
    #[arg(long, default_value_t = 10)]
    seconds: u64,
}

/// The link alone is measured at this window.
const LINK_WINDOW: usize = 100;
/// Nothing for this long means that something was lost.
const SILENCE_MAX: Duration = Duration::from_secs(30);
/// Some of the rounds of the SMS path also check the yardstick.
const TEXT: &str = "a short message, as most are";

pub(super) async fn run(args: &Args, settings: &Settings, output: Output) -> Result<(), Failure> {
    let (mut plain, mut receipted, mut yardstick) = (Vec::new(), Vec::new(), Vec::new());
    output.progress("the link alone");
    let alone = link_alone(args.submits).await?;
    let mut machine = None;
    for round in 0..args.rounds {
        for (receipts, results) in [(false, &mut plain), (true, &mut receipted)] {
            let with = if receipts { "with" } else { "without" };
            output.progress(&format!("round {}: {} messages {with} receipts", round + 1, args.messages));
            let bench = Bench::start(args, settings.sync(), receipts, None, output).await?;
            results.push(bench.per_second(args.messages).await?);
            if !receipts {
                yardstick.push(bench.raw(args.messages).await?);
            }
            machine = Some(bench.world.machine(settings.sync()));
            bench.stop().await?;
        }
    }
    output.progress(&format!("a pace of {} segments per second", args.pace));
    let (least, most) =
        Bench::start(args, settings.sync(), false, Some(args.pace), output).await?.pace(args).await?;
    let Some(machine) = machine else { return Err(Failure::usage("--rounds is 1 or more".to_owned())) };
    let mut report = Report::new("sms", machine);
    let (sms, raw) = (median(plain), median(yardstick));
    report.figure("link_submits_per_s", alone);
    report.figure("sms_per_s", sms);
    report.figure("sms_with_receipts_per_s", median(receipted));
    report.figure("raw_publish_per_s", raw);
    report.figure("ratio_raw", sms / raw);
    report.figure("pace_least_in_a_second", least);
    report.figure("pace_most_in_a_second", most);
    report.goal("link_submits_per_s", Want::AtLeast(100_000.0));
    if settings.sync() == Sync::Off {
        report.goal("sms_per_s", Want::AtLeast(4_000.0));
        report.goal("sms_with_receipts_per_s", Want::AtLeast(2_500.0));
    }
    let pace = args.pace as f64;
    report.goal("pace_least_in_a_second", Want::AtLeast(pace - 1.0));
    report.goal("pace_most_in_a_second", Want::AtMost(pace + 1.0));
    report.print(output);
    Ok(())
}

/// Submits per second of the link, with nothing behind it.
async fn link_alone(submits: usize) -> Result<f64, Failure> {
    let smsc = Smsc::start().await;
    let connector = connector(&smsc, LINK_WINDOW, "off", "")?;
    let stop = CancellationToken::new();
    let (link, _incoming, keeping) = link::start(Arc::new(connector), stop.clone());
    let mut status = link.status();
    let bound = tokio::time::timeout(SILENCE_MAX, status.wait_for(link::Status::is_bound)).await;
    if !matches!(bound, Ok(Ok(_))) {
        return Err(Failure::failed("the SMSC did not bind".to_owned()));
    }
    let pdu = SubmitSm {
        source: Address::new(3, 0, "12520"),
        dest: Address::new(1, 1, "447700900123"),
        octets: TEXT.as_bytes().to_vec(),
        ..SubmitSm::default()
    };
    let (mut waiting, mut refused) = (FuturesUnordered::new(), 0_usize);
    let mut count = |answer| refused += usize::from(!matches!(answer, Answer::Response { status: 0, .. }));
    let started = Instant::now();
    for _ in 0..submits {
        if waiting.len() >= LINK_WINDOW {
            waiting.next().await.into_iter().for_each(&mut count);
        }
        waiting.push(link.submit(pdu.clone()).await);
    }
    while let Some(answer) = waiting.next().await {
        count(answer);
    }
    let took = started.elapsed();
    stop.cancel();
    let _ = keeping.await;
    let seen = usize::try_from(smsc.probe.submits.load(Ordering::Relaxed)).unwrap_or(usize::MAX);
    smsc.stop().await;
    if refused > 0 || seen != submits {
        let wrong = format!("of {submits} submits the SMSC saw {seen}, and {refused} were not accepted");
        return Err(Failure::failed(wrong));
    }
    Ok(rate(submits, took))
}

fn connector(smsc: &Smsc, window: usize, receipts: &str, more: &str) -> Result<Connector, Failure> {
    let url = format!(
        "smpp://bench:bench@127.0.0.1:{}?name=bench&window={window}&receipts={receipts}{more}",
        smsc.port
    );
    url.parse().map_err(|error| Failure::failed(format!("{error}")))
}

/// A Homing, an SMSC, and one who sends.
struct Bench {
    _folder: tempfile::TempDir,
    world: World,
    smsc: Smsc,
    sender: UserName,
}

impl Bench {
    async fn start(
        args: &Args,
        sync: Sync,
        receipts: bool,
        pace: Option<usize>,
        output: Output,
    ) -> Result<Bench, Failure> {
        let smsc = Smsc::start().await;
        smsc.probe.sends_receipts.store(receipts, Ordering::Relaxed);
        let asked = if receipts { "final" } else { "off" };
        let pace = pace.map(|pace| format!("&rate={pace}")).unwrap_or_default();
        let account = Account::try_from(connector(&smsc, args.window, asked, &pace)?);
        let account = account.map_err(|error| Failure::failed(error.to_string()))?;
        let sms = sms::Settings { accounts: vec![Arc::new(account)], ..sms::Settings::default() };
        let folder = tempfile::tempdir().map_err(|error| Failure::failed(error.to_string()))?;
        let world = World::start(folder.path(), sync, &ALL, sms, output).await?;
        let sender =
            world.people(1).await?.pop().ok_or_else(|| Failure::failed("nobody is there".to_owned()))?;
        Ok(Bench { _folder: folder, world, smsc, sender })
    }

    /// Messages per second whose submit response, or last receipt, is stored.
    async fn per_second(&self, messages: usize) -> Result<f64, Failure> {
        let receipts = self.smsc.probe.sends_receipts.load(Ordering::Relaxed);
        let log = self.world.connect("observer").await?;
        let events =
            log.follow_all("EVENTS", subjects::events_with(READS), log.last_seq("EVENTS").await? + 1);
        let counting = tokio::spawn(count(events, messages, receipts));
        let started = Instant::now();
        self.publish(messages).await?;
        let ended = counting.await.map_err(|error| Failure::failed(error.to_string()))??;
        Ok(rate(messages, ended.duration_since(started)))
    }

    async fn publish(&self, messages: usize) -> Result<(), Failure> {
        let mut pipeline = Pipeline::new(self.world.connect("producer").await?, IN_FLIGHT_MAX);
        for number in 0..messages {
            let phone: Result<To, _> = format!("+44770{:07}", number % 10_000_000).parse();
            let to = phone.map_err(|error| Failure::failed(error.to_string()))?;
            let send = Command::from(Send { to: vec![to], text: Some(TEXT.into()), ..Send::default() });
            let subject = subjects::command(self.sender.as_str(), send.verb());
            pipeline.publish(subject, command::encode(&send, Encoding::Msgpack).into()).await?;
        }
        Ok(pipeline.drain().await?)
    }

    /// The yardstick, on the same server.
    async fn raw(&self, messages: usize) -> Result<f64, Failure> {
        let log: Log = self.world.connect("raw").await?;
        raw::streams(&log).await?;
        raw::per_second(&log, std::slice::from_ref(&self.sender), messages).await
    }

    /// The least and the most submits within any second, at the SMSC.
    async fn pace(self, args: &Args) -> Result<(f64, f64), Failure> {
        *self.smsc.probe.kept.lock().unwrap_or_else(PoisonError::into_inner) = Some(Vec::new());
        let wanted = args.pace * usize::try_from(args.seconds + 2).unwrap_or(usize::MAX);
        self.publish(wanted).await?;
        tokio::time::sleep(Duration::from_secs(args.seconds)).await;
        let kept = self.smsc.probe.kept.lock().unwrap_or_else(PoisonError::into_inner).take();
        let arrivals: Vec<Instant> = kept.unwrap_or_default().iter().map(|submit| submit.at).collect();
        self.stop().await?;
        let within = |from: &Instant| {
            let until = *from + Duration::from_secs(1);
            arrivals.iter().filter(|at| *at >= from && **at < until).count() as f64
        };
        let whole = arrivals.iter().filter(|at| {
            arrivals.last().is_some_and(|last| last.duration_since(**at) >= Duration::from_secs(1))
        });
        let counts: Vec<f64> = whole.map(within).collect();
        let least = counts.iter().copied().fold(f64::INFINITY, f64::min);
        Ok((least, counts.iter().copied().fold(0.0, f64::max)))
    }

    async fn stop(self) -> Result<(), Failure> {
        self.world.stop().await?;
        self.smsc.stop().await;
        Ok(())
    }
}

/// Follows what the bridge reports until all are accepted, or have their receipts.
async fn count(mut events: Follower, messages: usize, receipts: bool) -> Result<Instant, Failure> {
    let mut counted = 0;
    while counted < messages {
        let records = tokio::time::timeout(SILENCE_MAX, events.next()).await;
        let records =
            records.map_err(|_| Failure::failed(format!("{counted} of {messages} came, then none")))?;
        for record in records? {
            let facts = record.commit().map(|commit| commit.facts).unwrap_or_default();
            let counts = |fact: &&Fact| {
                if receipts { fact.get::<Receipted>().is_some() } else { fact.get::<Accepted>().is_some() }
            };
            counted += facts.iter().filter(counts).count();
        }
    }
    Ok(Instant::now())
}
