//! `homing schedule ls` and `show`: what is planned, and how it went so far.

use serde_json::json;

use crate::cli::client::{Client, OPERATOR, Speaker};
use crate::cli::output::{Failure, Output};
use crate::cli::pages::{Paging, Place};
use crate::cli::settings::Settings;
use crate::cli::table::{one_line, or_dash, table};
use crate::rules::schedule::{Every, OneOrMany, When};
use crate::wire::query::Items;
use crate::wire::schedule_query::{OccurrenceView, ScheduleView, SchedulesOf};
use crate::words::ScheduleId;

/// List schedules, oldest first
///
/// Examples:
///   homing schedule ls --user alice
///   homing schedule ls --everyone --all
#[derive(Debug, clap::Args)]
#[command(verbatim_doc_comment)]
pub(super) struct Args {
    #[command(flatten)]
    speaker: Speaker,
    /// Those of all users, as the operator
    #[arg(long)]
    everyone: bool,
    #[command(flatten)]
    paging: Paging,
}

pub(super) async fn ls(args: Args, settings: &Settings, output: Output) -> Result<(), Failure> {
    let client = match args.everyone {
        true => Client::connect(settings, OPERATOR).await?,
        false => args.speaker.connect(settings).await?,
    };
    let question = |Place { limit, after }| SchedulesOf { limit, after, ..SchedulesOf::default() };
    args.paging.each(&client, "schedules", question, async |page| output.page(page, listed)).await
}

fn listed(schedules: &[ScheduleView]) -> String {
    let row = |shown: &ScheduleView| {
        vec![
            shown.schedule.to_string(),
            shown.from.to_string(),
            shown.to.iter().map(ToString::to_string).collect::<Vec<_>>().join(","),
            serde_word(&shown.state),
            or_dash(shown.next.as_ref().map(|next| next.nominal)),
            rule(&shown.when),
            said(shown),
        ]
    };
    let head = ["schedule", "from", "to", "state", "next", "rule", "text"];
    table(&head, &schedules.iter().map(row).collect::<Vec<_>>())
}

/// Show one schedule: its rule, its message, what comes next, and how its last firings ended
///
/// Example: homing schedule show s42 --user alice
#[derive(Debug, clap::Args)]
#[command(verbatim_doc_comment)]
pub(super) struct ShowArgs {
    #[command(flatten)]
    speaker: Speaker,
    /// The schedule's id
    schedule: ScheduleId,
}

pub(super) async fn show(args: ShowArgs, settings: &Settings, output: Output) -> Result<(), Failure> {
    let client = args.speaker.connect(settings).await?;
    let asked = json!({ "schedule": args.schedule });
    let answer: Items<ScheduleView> = client.ask("schedules", &asked).await?;
    let shown = answer.items.into_iter().next();
    let shown = shown.ok_or_else(|| Failure::failed(format!("there is no {}", args.schedule)))?;
    output.shown(&shown, || whole(&shown))
}

fn whole(shown: &ScheduleView) -> String {
    let ScheduleView { fired, skipped, missed, cancelled, pending, run_now, .. } = shown;
    let to = shown.to.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
    let to = if shown.as_group { format!("{to} (group SMS)") } else { to };
    let next = shown.next.as_ref().map(|next| format!("{} ({})", next.nominal, next.due));
    let skips = shown.skips.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
    let mut lines = vec![
        format!("{} from {} to {to}: {}", shown.schedule, shown.from, said(shown)),
        format!("  rule    {}", rule(&shown.when)),
        format!("  state   {}", serde_word(&shown.state)),
        format!("  next    {}", or_dash(next)),
        format!(
            "  so far  {fired} fired, {skipped} skipped, {missed} missed, {cancelled} cancelled, {pending} pending; \
             {run_now} sent beside"
        ),
    ];
    if !skips.is_empty() {
        lines.push(format!("  skips   {skips}"));
    }
    let ended = shown.occurrences.as_deref().unwrap_or_default();
    if !ended.is_empty() {
        let head = ["occurrence", "state", "late", "reason", "message"];
        lines.push(table(&head, &ended.iter().map(occurrence).collect::<Vec<_>>()));
    }
    lines.join("\n")
}

fn occurrence(shown: &OccurrenceView) -> Vec<String> {
    vec![
        format!("{}{}", shown.nominal, if shown.second { " (again)" } else { "" }),
        shown.state.clone(),
        late(shown),
        or_dash(shown.reason.as_deref()),
        or_dash(shown.message),
    ]
}

/// One that did not fire was not late.
fn late(shown: &OccurrenceView) -> String {
    or_dash((shown.state == "fired").then(|| format!("{} ms", shown.late_ms)))
}

fn said(shown: &ScheduleView) -> String {
    let parts = shown.parts.as_ref().map(|parts| format!("[{} parts]", parts.len()));
    shown.text.as_deref().map(one_line).or(parts).unwrap_or_default()
}

/// A rule in a line, as people say it.
fn rule(when: &When) -> String {
    let list = |words: &Option<Vec<String>>| words.as_ref().map(|words| words.join(","));
    let every = when.every.as_ref().map(|every| match (every, &when.unit) {
        (Every::Unit(unit), _) => format!("every {unit}"),
        (Every::Number(1), unit) => format!("every {}", unit.as_deref().unwrap_or_default()),
        (Every::Number(number), unit) => {
            format!("every {number} {}s", unit.as_deref().unwrap_or_default().trim_end_matches('s'))
        }
    });
    let at = when.at.as_ref().map(|at| match at {
        OneOrMany::One(one) => format!("at {one}"),
        OneOrMany::Many(many) => format!("at {}", many.join(",")),
    });
    let days = when.days.as_ref().map(|days| {
        let day = |day: &i64| if *day == -1 { "last".to_owned() } else { day.to_string() };
        format!("on {}", days.iter().map(day).collect::<Vec<_>>().join(","))
    });
    let cron = when.cron.as_ref().map(|cron| format!("cron {}", one_line(cron)));
    let weekdays = list(&when.weekdays).map(|days| format!("on {days}"));
    let times = list(&when.times).map(|times| format!("at {times}"));
    [at, every, cron, weekdays, days, times, when.zone.clone()]
        .into_iter()
        .flatten()
        .collect::<Vec<_>>()
        .join(" ")
}

fn serde_word(value: &impl serde::Serialize) -> String {
    serde_json::to_value(value).ok().and_then(|word| word.as_str().map(str::to_owned)).unwrap_or_default()
}
