//! `homing schedule pause`, `resume`, `cancel`, `run-now`, `skip`, `unskip`, `replace`: a schedule is changed.

use super::home;
use super::when_args::WhenArgs;
use crate::cli::client::Speaker;
use crate::cli::output::{Failure, Output};
use crate::cli::send::address;
use crate::cli::settings::Settings;
use crate::cli::table::or_dash;
use crate::rules::message::Send;
use crate::rules::schedule::{OccurrenceName, Replace};
use crate::rules::{Command, schedule};
use crate::words::{Address, ScheduleId};

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[command(flatten)]
    speaker: Speaker,
    /// The schedule's id, as `schedule add` printed it
    schedule: ScheduleId,
}

pub(super) async fn pause(args: Args, settings: &Settings, output: Output) -> Result<(), Failure> {
    let pause = schedule::Pause::from(args.schedule);
    say(&args.speaker, pause.into(), "paused", settings, output).await
}

pub(super) async fn resume(args: Args, settings: &Settings, output: Output) -> Result<(), Failure> {
    let resume = schedule::Resume::from(args.schedule);
    say(&args.speaker, resume.into(), "resumed", settings, output).await
}

pub(super) async fn cancel(args: Args, settings: &Settings, output: Output) -> Result<(), Failure> {
    let cancel = schedule::Cancel::from(args.schedule);
    say(&args.speaker, cancel.into(), "cancelled", settings, output).await
}

pub(super) async fn run_now(args: Args, settings: &Settings, output: Output) -> Result<(), Failure> {
    let client = args.speaker.connect(settings).await?;
    let command = Command::from(schedule::RunNow::from(args.schedule));
    let outcome = client.accepted(&command).await?;
    output.result(&outcome, || format!("sent {}", or_dash(outcome.message)));
    Ok(())
}

/// Skip one occurrence
///
/// Example: homing schedule skip s42 2026-12-24T09:00:00 --user alice
#[derive(Debug, clap::Args)]
#[command(verbatim_doc_comment)]
pub(super) struct SkipArgs {
    #[command(flatten)]
    speaker: Speaker,
    /// The schedule's id
    schedule: ScheduleId,
    /// Its nominal local time, as `schedule preview` shows it
    occurrence: OccurrenceName,
}

pub(super) async fn skip(args: SkipArgs, settings: &Settings, output: Output) -> Result<(), Failure> {
    let SkipArgs { speaker, schedule, occurrence } = args;
    let command = Command::from(schedule::Skip { schedule, occurrence });
    say(&speaker, command, "will be skipped", settings, output).await
}

pub(super) async fn unskip(args: SkipArgs, settings: &Settings, output: Output) -> Result<(), Failure> {
    let SkipArgs { speaker, schedule, occurrence } = args;
    let command = Command::from(schedule::Unskip { schedule, occurrence });
    say(&speaker, command, "will not be skipped", settings, output).await
}

/// Give it another message or another rule; what is not named stays
///
/// Examples:
///   homing schedule replace s42 --every day --time 10:00 --user alice
///   homing schedule replace s42 --text "the new plan" --user alice
///   homing schedule replace s42 --to bob,carol --text "the new plan" --user alice
#[derive(Debug, clap::Args)]
#[command(verbatim_doc_comment)]
pub(super) struct ReplaceArgs {
    #[command(flatten)]
    speaker: Speaker,
    /// The schedule's id
    schedule: ScheduleId,
    /// The new message's recipients, with its text; without them those stay that it has
    #[arg(long, value_name = "TO", value_delimiter = ',', value_parser = address)]
    to: Vec<Address>,
    /// The new message's text
    #[arg(long)]
    text: Option<String>,
    #[command(flatten)]
    when: WhenArgs,
}

pub(super) async fn replace(args: ReplaceArgs, settings: &Settings, output: Output) -> Result<(), Failure> {
    let ReplaceArgs { speaker, schedule, to, text, when } = args;
    if text.is_none() && !to.is_empty() {
        let why = "name the text too, with --text: a schedule keeps recipients and text together";
        return Err(Failure::usage(why.to_owned()));
    }
    let client = speaker.connect(settings).await?;
    let message = text.map(|text| Send { to, text: Some(text.into()), ..Send::default() });
    let when = if when.is_empty() {
        None
    } else {
        let zone = home::zone_of(when.zone(), schedule, &client).await?;
        Some(when.when(zone)?)
    };
    let command = Command::from(Replace { schedule, message, when, id: None });
    let outcome = client.accepted(&command).await?;
    output.result(&outcome, || "replaced".to_owned());
    Ok(())
}

async fn say(
    speaker: &Speaker,
    command: Command,
    said: &str,
    settings: &Settings,
    output: Output,
) -> Result<(), Failure> {
    let client = speaker.connect(settings).await?;
    let outcome = client.accepted(&command).await?;
    output.result(&outcome, || said.to_owned());
    Ok(())
}
