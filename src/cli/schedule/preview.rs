//! `homing schedule preview`: when a rule, or a schedule, fires next.

use super::home;
use super::when_args::WhenArgs;
use crate::cli::client::Speaker;
use crate::cli::output::{Failure, Output};
use crate::cli::settings::Settings;
use crate::wire::query::Answer;
use crate::wire::schedule_query::{Preview, PreviewOf, PreviewView};
use crate::words::ScheduleId;

/// Show when a schedule fires next, or when a rule would
///
/// Examples:
///   homing schedule preview s42 --user alice
///   homing schedule preview --every month --on 31 --time 9:00 --zone Europe/London --count 12 --user alice
///   homing schedule preview --every day --time 2:30 --zone America/New_York --after 2026-03-07T00:00:00Z --user alice
#[derive(Debug, clap::Args)]
#[command(verbatim_doc_comment)]
pub(super) struct Args {
    #[command(flatten)]
    speaker: Speaker,
    /// The schedule's id; without it the rule that is named
    schedule: Option<ScheduleId>,
    /// How many
    #[arg(long, value_name = "N", default_value_t = 5, value_parser = clap::value_parser!(u16).range(1..=1000))]
    show: u16,
    /// From this moment on, which may lie in the past (RFC 3339)
    #[arg(long, value_name = "TIME")]
    after: Option<String>,
    #[command(flatten)]
    when: WhenArgs,
}

pub(super) async fn run(args: Args, settings: &Settings, output: Output) -> Result<(), Failure> {
    let Args { speaker, schedule, show, after, when } = args;
    let client = speaker.connect(settings).await?;
    let when = match schedule {
        Some(_) if !when.is_empty() => {
            return Err(Failure::usage("name a schedule or a rule, not both".to_owned()));
        }
        Some(_) => None,
        None => {
            let zone = home::zone(when.zone(), &client).await?;
            Some(when.when(zone)?)
        }
    };
    let asked = PreviewOf { when, schedule, count: Some(show.into()), after };
    let preview: Answer<Preview> = client.answer("preview", &asked).await?;
    output.shown(&preview, || people(&preview.answer))
}

fn people(Preview { occurrences: shown, paused }: &Preview) -> String {
    let shown = occurrences(shown);
    match paused {
        true => format!("It is paused: these are skipped, unless it is resumed before.\n{shown}"),
        false => shown,
    }
}

/// A line each: the local time, the weekday, and the moment.
pub(in crate::cli) fn occurrences(shown: &[PreviewView]) -> String {
    let line = |shown: &PreviewView| {
        let again = if shown.second { " (the second time)" } else { "" };
        let becomes = match (&shown.due, &shown.omitted) {
            (Some(due), _) => due.clone(),
            (None, omitted) => format!("left out: {}", omitted.as_deref().unwrap_or_default()),
        };
        format!("  {} {}{again}  {becomes}", shown.nominal.date_time().format("%a"), shown.nominal)
    };
    shown.iter().map(line).collect::<Vec<_>>().join("\n")
}
