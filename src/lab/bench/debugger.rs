//! `homing bench debugger`: how long `why` takes on a long log, with its index and without, and how fast `verify` and `replay` go through it.

use std::time::Duration;

use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::read_models::ReadModels;
use super::recorded::recorded;
use super::report::{Report, Want, percentile};
use super::world::World;
use super::{latency, memory, seed};
use crate::cli::client::{Client, OPERATOR};
use crate::cli::output::{Failure, Output};
use crate::cli::roles::Role;
use crate::cli::settings::Settings;
use crate::debug::verify::{Progress, Verify};
use crate::log::{Fault, Log};
use crate::query::why_from_log;
use crate::sms;
use crate::wire::query::Answer;
use crate::wire::why::{Story, WhyOf};
use crate::words::UserName;

/// The debugger on a long log of direct messages that were confirmed: why, with its index and by reading, also under load; and
/// verify beside a plain read of the same stream; a recording of it replayed, and decided again
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Messages in the log
    #[arg(long, default_value_t = 1_000_000)]
    messages: usize,
    /// Users who write to each other
    #[arg(long, default_value_t = 1_000)]
    people: usize,
    /// Stories that are asked for with the index, of messages from all over the log
    #[arg(long, default_value_t = 2_000)]
    stories: usize,
    /// The same by reading the log
    #[arg(long, default_value_t = 10)]
    readings: usize,
    /// Messages per second while stories are asked for under load
    #[arg(long, default_value_t = 1_000)]
    rate: usize,
}

pub(super) async fn run(args: &Args, settings: &Settings, output: Output) -> Result<(), Failure> {
    let folder = tempfile::tempdir()
        .map_err(|error| Failure::failed(format!("could not make a temporary folder: {error}")))?;
    output.progress("starting nats-server and Homing …");
    let roles = [Role::Decider, Role::Fanout];
    let world =
        World::start(folder.path(), settings.sync(), &roles, sms::Settings::default(), output).await?;
    let people = world.people(args.people).await?;
    let mut report = Report::new("debugger", world.machine(settings.sync()));
    seed::fill(&world, &people, args.messages, output).await?;
    let log = world.connect("debugger").await?;
    report.figure("commits", log.last_seq("EVENTS").await? as f64);
    output.progress("waiting for the read models …");
    let models = ReadModels::start(&world).await?;
    models.caught_up().await?;
    why(args, &world, &log, &people, &mut report, output).await?;
    models.stop().await?;
    reading(&log, &mut report, output).await?;
    recorded(&log, folder.path(), &mut report, output).await?;
    world.stop().await?;
    report.goal("why_p99_ms", Want::AtMost(50.0));
    report.goal("why_loaded_p99_ms", Want::AtMost(50.0));
    report.goal("from_log_max_ms", Want::AtMost(1_000.0));
    report.goal("verify_per_s", Want::AtLeast(100_000.0));
    report.goal("replay_per_s", Want::AtLeast(100_000.0));
    report.print(output);
    Ok(())
}

async fn why(
    args: &Args,
    world: &World,
    log: &Log,
    people: &[UserName],
    report: &mut Report,
    output: Output,
) -> Result<(), Failure> {
    let client = Client::at(&world.url().parse()?, OPERATOR).await?;
    output.progress("asking why …");
    let ids = ids(log, args.stories).await?;
    let took = asked(&client, &ids).await?;
    report.figure("why_p50_ms", percentile(&took, 0.5));
    report.figure("why_p99_ms", percentile(&took, 0.99));
    output.progress(&format!("and beside {} messages a second …", args.rate));
    let seconds = Duration::from_secs(20);
    let (late, took) = tokio::join!(latency::of(world, people, args.rate, seconds), asked(&client, &ids));
    let (late, took) = (late?, took?);
    report.figure("why_loaded_p50_ms", percentile(&took, 0.5));
    report.figure("why_loaded_p99_ms", percentile(&took, 0.99));
    report.figure("messages_beside_p99_ms", percentile(&late, 0.99));
    output.progress("and by reading the log …");
    let mut took = Vec::new();
    for id in ids.iter().step_by((ids.len() / args.readings.max(1)).max(1)).take(args.readings) {
        let began = Instant::now();
        let asked = WhyOf { id: id.clone(), ..WhyOf::default() };
        why_from_log(&log.into(), asked, |_, _| {}).await?;
        took.push(began.elapsed().as_secs_f64() * 1_000.0);
    }
    took.sort_by(f64::total_cmp);
    report.figure("from_log_p50_ms", percentile(&took, 0.5));
    report.figure("from_log_max_ms", percentile(&took, 1.0));
    Ok(())
}

/// Messages from all over the log.
async fn ids(log: &Log, count: usize) -> Result<Vec<String>, Fault> {
    let (last, mut ids) = (log.last_seq("EVENTS").await?, Vec::with_capacity(count));
    for place in 0..count as u64 {
        let seq = (place * last / count as u64).max(1);
        let accepted = log.wrapped_record("EVENTS", seq, Some("homing.evt.message.accepted")).await?;
        let commit = accepted.and_then(|record| record.commit().ok());
        let message = commit.and_then(|commit| commit.facts.iter().find_map(|fact| fact.message()));
        ids.extend(message.map(|message| message.to_string()));
    }
    Ok(ids)
}

/// Milliseconds of each, sorted.
async fn asked(client: &Client, ids: &[String]) -> Result<Vec<f64>, Failure> {
    let mut took = Vec::with_capacity(ids.len());
    for id in ids {
        let began = Instant::now();
        let asked = WhyOf { id: id.clone(), ..WhyOf::default() };
        let story: Answer<Story> = client.answer("why", &asked).await?;
        if story.answer.recipients.is_empty() {
            return Err(Failure::failed(format!("the story of {id} tells of nobody")));
        }
        took.push(began.elapsed().as_secs_f64() * 1_000.0);
    }
    took.sort_by(f64::total_cmp);
    Ok(took)
}

/// A plain read in order, each commit decoded, and a verification.
async fn reading(log: &Log, report: &mut Report, output: Output) -> Result<(), Failure> {
    output.progress("reading the log …");
    let last = log.last_seq("EVENTS").await?;
    let (began, mut records, mut read) = (Instant::now(), log.follow("EVENTS", None, 1), 0);
    while read < last {
        read = records.next().await?.last().map_or(last, |record| record.seq);
    }
    report.figure("read_per_s", last as f64 / began.elapsed().as_secs_f64());
    output.progress("verifying it …");
    let verified = Verify::default().run(log, &Progress::default(), &CancellationToken::new()).await?;
    if verified.wrong() > 0 || !verified.complete {
        return Err(Failure::failed(format!("{} things do not fit", verified.wrong())));
    }
    report.figure("verify_per_s", verified.read as f64 / verified.seconds);
    report.figure("verify_commits", verified.commits as f64);
    if let (Some(verify), Some(read)) = (report.value("verify_per_s"), report.value("read_per_s")) {
        report.figure("verify_share_of_read", verify / read);
    }
    report.figure("memory_mib", memory::resident() / 1_048_576.0);
    Ok(())
}
