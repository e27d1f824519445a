//! `homing schedule pause`, `resume`, `cancel`, `run-now`, `skip`, `unskip`, `replace`: a schedule is changed.

use super::home;
use super::when_args::WhenArgs;
use crate::cli::client::Speaker;
use crate::cli::output::{Failure, Output};
use crate::cli::settings::Settings;
use crate::cli::table::or_dash;
use crate::rules::Command;
use crate::rules::command::Send;
use crate::rules::schedule::{OccurrenceName, OneOccurrence, OneSchedule, Replace};
use crate::words::{Address, ScheduleId};

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[command(flatten)]
    speaker: Speaker,
    /// The schedule's id, as `schedule add` printed it
    schedule: ScheduleId,
}

pub(super) async fn pause(args: Args, settings: &Settings, output: Output) -> Result<(), Failure> {
    let one = OneSchedule::from(args.schedule);
    say(&args.speaker, Command::PauseSchedule(one), "paused", settings, output).await
}

pub(super) async fn resume(args: Args, settings: &Settings, output: Output) -> Result<(), Failure> {
    let one = OneSchedule::from(args.schedule);
    say(&args.speaker, Command::ResumeSchedule(one), "resumed", settings, output).await
}

pub(super) async fn cancel(args: Args, settings: &Settings, output: Output) -> Result<(), Failure> {
    let one = OneSchedule::from(args.schedule);
    say(&args.speaker, Command::CancelSchedule(one), "cancelled", settings, output).await
}

pub(super) async fn run_now(args: Args, settings: &Settings, output: Output) -> Result<(), Failure> {
    let client = args.speaker.connect(settings).await?;
    let command = Command::RunSchedule(args.schedule.into());
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
    let command = Command::SkipOccurrence(OneOccurrence { schedule, occurrence });
    say(&speaker, command, "will be skipped", settings, output).await
}

pub(super) async fn unskip(args: SkipArgs, settings: &Settings, output: Output) -> Result<(), Failure> {
    let SkipArgs { speaker, schedule, occurrence } = args;
    let command = Command::UnskipOccurrence(OneOccurrence { schedule, occurrence });
    say(&speaker, command, "will not be skipped", settings, output).await
}

/// Give it another message or another rule; what is not named stays
///
/// Examples:
///   homing schedule replace s42 --every day --time 10:00 --user alice
///   homing schedule replace s42 --to bob,carol --text "the new plan" --user alice
#[derive(Debug, clap::Args)]
#[command(verbatim_doc_comment)]
pub(super) struct ReplaceArgs {
    #[command(flatten)]
    speaker: Speaker,
    /// The schedule's id
    schedule: ScheduleId,
    /// The new message's recipients
    #[arg(long, value_name = "TO", value_delimiter = ',', requires = "text")]
    to: Vec<Address>,
    /// The new message's text
    #[arg(long, requires = "to")]
    text: Option<String>,
    #[command(flatten)]
    when: WhenArgs,
}

pub(super) async fn replace(args: ReplaceArgs, settings: &Settings, output: Output) -> Result<(), Failure> {
    let ReplaceArgs { speaker, schedule, to, text, when } = args;
    let client = speaker.connect(settings).await?;
    let message = text.map(|text| Send { to, text: Some(text), ..Send::default() });
    let when = if when.is_empty() {
        None
    } else {
        let zone = home::zone(when.zone(), &client).await?;
        Some(when.when(zone)?)
    };
    let command = Command::ReplaceSchedule(Box::new(Replace { schedule, message, when, id: None }));
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
