//! `homing ledger`: what was accepted and planned on each day, against what became of it; and who has fallen silent.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;
use serde_with::skip_serializing_none;

use super::client::{Client, OPERATOR};
use super::output::{Failure, Output};
use super::recount;
use super::settings::Settings;
use super::table::table;
use crate::log::clock;
use crate::rules::days::{DaySums, Days};
use crate::rules::silence::{Silence, Silences};
use crate::wire::query::Answer;
use crate::wire::schedule_query::{DAYS_LEN_MAX, DayView, LedgerOf, LedgerView, SumsView};
use crate::words::{Day, EventSeq, Span};

/// Shown where no day is named: a month.
const DAYS_SHOWN: u32 = 30;
/// Where there are more days than one answer has, all answers must be of one moment: so often they are asked for.
const ASKED_MAX: usize = 5;

/// Show what was accepted and planned on each day, and what became of it (operators)
///
/// A delivery counts on the day, in UTC, on which its message was accepted, an occurrence of a schedule on that of its planned
/// time. Each must come to one end, or be open (pending) still: a day on which it is not so does not balance, and the exit code
/// is 1. The sums are those of the read models; --verify counts them again in the log, and a difference is an error too. What is
/// open is in memory meanwhile, about 150 bytes each.
///
/// --silences lists the schedules, groups and senders whose messages used to arrive and have stopped: at least 5 have arrived,
/// and since the last one more time has passed than 3 times the longest of the last 8 gaps between two (an hour at least). A
/// schedule that ended or is paused, a group that was closed and a user who is suspended are none. It is no error.
///
/// Examples:
///   homing ledger
///   homing ledger --since 2026-11-01 --verify
///   homing ledger --silences --json
#[derive(Debug, clap::Args)]
#[command(verbatim_doc_comment)]
pub(super) struct Args {
    /// From this day on, as in 2026-12-01 [default: 29 days ago]
    #[arg(long, value_name = "DAY")]
    since: Option<Day>,
    /// Count the log again, and compare
    #[arg(long)]
    verify: bool,
    /// Count the log again, and list who has fallen silent
    #[arg(long)]
    silences: bool,
}

#[skip_serializing_none]
#[derive(Serialize)]
struct Shown {
    days: Vec<DayView>,
    /// Of all occurrences, whatever their day.
    occurrences: SumsView,
    as_of: Option<EventSeq>,
    agrees: Option<bool>,
    /// The days that were counted otherwise in the log, as they were.
    differing: Option<Vec<DayView>>,
    silences: Option<Vec<SilenceView>>,
}

#[derive(Serialize)]
struct SilenceView {
    kind: &'static str,
    name: String,
    last: String,
    usual_gap: Span,
    silent_for: Span,
}

impl SilenceView {
    fn of(silence: &Silence) -> SilenceView {
        let Silence { source, last, usual_gap, silent_for } = silence;
        let (kind, name) = (source.kind(), source.to_string());
        SilenceView { kind, name, last: last.brief(), usual_gap: *usual_gap, silent_for: *silent_for }
    }
}

pub(super) async fn run(args: Args, settings: &Settings, output: Output) -> Result<(), Failure> {
    settings.start_client_log();
    let now = clock::now();
    let since = args.since.unwrap_or_else(|| Day::of(now).before(DAYS_SHOWN - 1));
    let client = Client::connect(settings, OPERATOR).await?;
    let mut shown = kept(&client, since).await?;
    if args.verify || args.silences {
        let (mut days, mut silences) = (Days::default(), Silences::default());
        let until = match shown.as_of {
            Some(as_of) => as_of.0,
            None => client.log.last_seq("EVENTS").await?,
        };
        recount::pass(&client.log, until, |commit| {
            days.take(commit, |origin, at| silences.arrived(origin, at));
            silences.take(commit);
        })
        .await?;
        if args.verify {
            let differing = differing(&shown.days, days.days().filter(|(day, _)| *day >= since));
            (shown.agrees, shown.differing) = (Some(differing.is_empty()), Some(differing));
        }
        shown.silences = args.silences.then(|| silences.at(now).map(|it| SilenceView::of(&it)).collect());
    }
    output.shown(&shown, || person(&shown))?;
    let balanced = shown.occurrences.balanced && shown.days.iter().all(|day| day.balanced);
    if shown.agrees == Some(false) || !balanced {
        return Err(Failure::failed("the ledger is not in order".to_owned()));
    }
    Ok(())
}

/// The days of the read models, all of one moment.
async fn kept(client: &Client, since: Day) -> Result<Shown, Failure> {
    for _ in 0..ASKED_MAX {
        let (mut days, mut from, mut moments) = (Vec::new(), since, BTreeSet::new());
        let occurrences = loop {
            let asked = LedgerOf { limit: Some(1), days_from: Some(from), ..LedgerOf::default() };
            let answer: Answer<LedgerView> = client.answer("ledger", &asked).await?;
            let some = answer.answer.days.unwrap_or_default();
            moments.insert(answer.as_of);
            let is_last = some.len() < DAYS_LEN_MAX;
            from = some.last().map_or(from, |last| Day::from_number(last.day.number().saturating_add(1)));
            days.extend(some);
            if is_last {
                break answer.answer.total;
            }
        };
        if moments.len() <= 1 {
            let as_of = moments.pop_first().flatten();
            return Ok(Shown { days, occurrences, as_of, agrees: None, differing: None, silences: None });
        }
    }
    Err(Failure::failed("the log goes on while so many days are read; ask --since a later one".to_owned()))
}

/// The days as they were counted again, of those that are others.
fn differing(kept: &[DayView], recounted: impl Iterator<Item = (Day, DaySums)>) -> Vec<DayView> {
    let kept: BTreeMap<Day, DaySums> = kept.iter().map(|view| (view.day, view.sums)).collect();
    let again: BTreeMap<Day, DaySums> = recounted.collect();
    let days: BTreeSet<Day> = kept.keys().chain(again.keys()).copied().collect();
    let of = |days: &BTreeMap<Day, DaySums>, day: &Day| days.get(day).copied().unwrap_or_default();
    let others = days.iter().filter(|day| of(&kept, day) != of(&again, day));
    others.map(|day| DayView::of((*day, of(&again, day)))).collect()
}

fn person(shown: &Shown) -> String {
    let mut blocks = vec![days(&shown.days)];
    if !shown.occurrences.balanced {
        blocks.push(
            "The occurrences of all schedules DO NOT BALANCE: see `homing schedule ledger`.".to_owned(),
        );
    }
    match (shown.agrees, &shown.differing) {
        (Some(true), _) => blocks.push("The log was counted again: it agrees.".to_owned()),
        (Some(false), Some(differing)) => {
            blocks.push(format!("The log was counted again: it DIFFERS on these days:\n{}", days(differing)));
        }
        (Some(false), None) | (None, _) => {}
    }
    blocks.extend(shown.silences.as_deref().map(silent));
    blocks.join("\n")
}

fn days(days: &[DayView]) -> String {
    let row = |view: &DayView| {
        let (deliveries, occurrences) = (view.sums.deliveries, view.sums.occurrences);
        let numbers = [
            deliveries.accepted,
            deliveries.delivered,
            deliveries.filtered,
            deliveries.recalled,
            deliveries.expired,
            deliveries.failed,
            deliveries.open,
            occurrences.planned,
            occurrences.fired,
            occurrences.skipped,
            occurrences.missed,
            occurrences.cancelled,
            occurrences.pending,
        ];
        let balanced = match (view.balanced, deliveries.repeated) {
            (true, _) => "yes".to_owned(),
            (false, 0) => "NO".to_owned(),
            (false, repeated) => format!("NO: {repeated} ended twice"),
        };
        let numbers = numbers.iter().map(ToString::to_string);
        std::iter::once(view.day.to_string()).chain(numbers).chain([balanced]).collect::<Vec<_>>()
    };
    let head = [
        "day",
        "accepted",
        "delivered",
        "filtered",
        "recalled",
        "expired",
        "failed",
        "open",
        "planned",
        "fired",
        "skipped",
        "missed",
        "cancelled",
        "pending",
        "balanced",
    ];
    table(&head, &days.iter().map(row).collect::<Vec<_>>())
}

fn silent(silences: &[SilenceView]) -> String {
    if silences.is_empty() {
        return "Nobody has fallen silent.".to_owned();
    }
    let row = |it: &SilenceView| {
        let SilenceView { kind, name, last, usual_gap, silent_for } = it;
        vec![(*kind).to_owned(), name.clone(), last.clone(), usual_gap.to_string(), silent_for.to_string()]
    };
    let head = ["silent", "name", "last arrived", "usual gap", "silent for"];
    table(&head, &silences.iter().map(row).collect::<Vec<_>>())
}
