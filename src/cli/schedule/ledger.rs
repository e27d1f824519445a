//! `homing schedule ledger` and `lateness`: whether every planned firing ended once, and how late the fired ones were.

use serde::Serialize;
use serde_with::skip_serializing_none;

use super::recount;
use crate::cli::client::{Client, OPERATOR};
use crate::cli::output::{Failure, Output};
use crate::cli::settings::Settings;
use crate::cli::table::{or_dash, table};
use crate::log::clock;
use crate::rules::schedule::{Ledger, OccurrenceName, Sums};
use crate::wire::query::Answer;
use crate::wire::schedule_query::{AccountView, LatenessOf, LatenessView, LedgerOf, LedgerView};
use crate::words::{Instant, ScheduleId, Span};

/// Overdue firings that are named; all are counted.
const OVERDUE_LEN_MAX: usize = 20;

/// Show that every planned firing ended once: fired, skipped, missed, cancelled, or still ahead (operators)
///
/// The sums are those of the read models; --verify counts the log itself again and compares, and finds what is overdue: a
/// firing that is still ahead although its time has passed.
#[derive(Debug, clap::Args)]
#[command(verbatim_doc_comment)]
pub(super) struct Args {
    /// One schedule only
    schedule: Option<ScheduleId>,
    /// Count the log again, and compare; a firing that is overdue is an error
    #[arg(long)]
    verify: bool,
    /// How late a firing may be before it is overdue
    #[arg(long, value_name = "TIME", default_value = "30s", requires = "verify")]
    grace: Span,
}

#[skip_serializing_none]
#[derive(Serialize)]
struct Verified<'a> {
    #[serde(flatten)]
    ledger: &'a Answer<LedgerView>,
    recounted: Option<Sums>,
    agrees: Option<bool>,
    overdue: Option<Overdue>,
}

/// Firings whose time passed longer ago than the grace, and that have not ended.
#[derive(Serialize)]
struct Overdue {
    grace: Span,
    count: usize,
    /// The first of them.
    items: Vec<OverdueView>,
}

#[derive(Serialize)]
struct OverdueView {
    schedule: ScheduleId,
    occurrence: OccurrenceName,
    due: String,
    late_ms: i64,
}

impl Overdue {
    fn of(ledger: &Ledger, only: Option<ScheduleId>, grace: Span, now: Instant) -> Overdue {
        let before = now + Span::from_ms(-grace.ms());
        let overdue = ledger.overdue(before).filter(|(id, _)| only.is_none_or(|only| only == *id));
        let mut items: Vec<_> = overdue
            .map(|(schedule, occurrence)| OverdueView {
                schedule,
                occurrence: occurrence.name(),
                due: occurrence.due.brief(),
                late_ms: (now - occurrence.due).ms(),
            })
            .collect();
        let count = items.len();
        items.truncate(OVERDUE_LEN_MAX);
        Overdue { grace, count, items }
    }
}

pub(super) async fn run(args: Args, settings: &Settings, output: Output) -> Result<(), Failure> {
    let client = Client::connect(settings, OPERATOR).await?;
    let asked = LedgerOf { schedule: args.schedule, ..LedgerOf::default() };
    let answer: Answer<LedgerView> = client.answer("ledger", &asked).await?;
    let ledger = &answer.answer;
    let recount = match args.verify {
        true => Some(recount::ledger(&client.log).await?),
        false => None,
    };
    let recounted = recount.as_ref().map(|ledger| recount::sums(ledger, args.schedule));
    let overdue = recount.as_ref().map(|ledger| Overdue::of(ledger, args.schedule, args.grace, clock::now()));
    let shown_sums = match (args.schedule, ledger.page.items.first()) {
        (Some(_), Some(account)) => account.sums,
        (_, _) => ledger.total,
    };
    let agrees = recounted.map(|recounted| recounted == shown_sums.sums);
    let verified = Verified { ledger: &answer, recounted, agrees, overdue };
    output.shown(&verified, || {
        let late = verified.overdue.iter().filter(|overdue| overdue.count > 0).map(late);
        std::iter::once(accounts(ledger, agrees)).chain(late).collect::<Vec<_>>().join("\n")
    })?;
    let some_overdue = verified.overdue.is_some_and(|overdue| overdue.count > 0);
    if agrees == Some(false) || some_overdue || !shown_sums.balanced {
        return Err(Failure::failed("the ledger is not in order".to_owned()));
    }
    Ok(())
}

fn accounts(ledger: &LedgerView, agrees: Option<bool>) -> String {
    let row = |name: String, sums: &Sums, balanced: bool| {
        let Sums { planned, fired, skipped, missed, cancelled, pending, repeated } = sums;
        let numbers = [planned, fired, skipped, missed, cancelled, pending].map(ToString::to_string);
        let balanced = match (balanced, repeated) {
            (true, _) => "yes".to_owned(),
            (false, 0) => "NO".to_owned(),
            (false, repeated) => format!("NO: {repeated} fired twice"),
        };
        std::iter::once(name).chain(numbers).chain([balanced]).collect::<Vec<_>>()
    };
    let account =
        |account: &AccountView| row(account.schedule.to_string(), &account.sums.sums, account.sums.balanced);
    let total = row("all".to_owned(), &ledger.total.sums, ledger.total.balanced);
    let rows: Vec<_> = ledger.page.items.iter().map(account).chain([total]).collect();
    let head = ["schedule", "planned", "fired", "skipped", "missed", "cancelled", "pending", "balanced"];
    let more =
        ledger.page.next.as_ref().map(|_| "\n(more follow; `all` is the sum of all)").unwrap_or_default();
    let verified = match agrees {
        Some(true) => "\nThe log was counted again: it agrees.",
        Some(false) => "\nThe log was counted again: it DIFFERS.",
        None => "",
    };
    format!("{}{more}{verified}", table(&head, &rows))
}

fn late(overdue: &Overdue) -> String {
    let Overdue { grace, count, items } = overdue;
    let rows: Vec<Vec<String>> = items
        .iter()
        .map(|OverdueView { schedule, occurrence, due, late_ms }| {
            [schedule.to_string(), occurrence.to_string(), due.clone(), Span::from_ms(*late_ms).to_string()]
                .into()
        })
        .collect();
    let more = if *count > items.len() { "\n(the first of them)" } else { "" };
    let head = ["schedule", "occurrence", "due", "late"];
    format!(
        "OVERDUE by more than {grace}, and neither fired nor ended: {count}\n{}{more}",
        table(&head, &rows)
    )
}

/// Show how late firings were, of all schedules or of one (operators)
#[derive(Debug, clap::Args)]
pub(super) struct LatenessArgs {
    /// One schedule only
    schedule: Option<ScheduleId>,
}

pub(super) async fn lateness(args: LatenessArgs, settings: &Settings, output: Output) -> Result<(), Failure> {
    let client = Client::connect(settings, OPERATOR).await?;
    let shown: Answer<LatenessView> =
        client.answer("lateness", &LatenessOf { schedule: args.schedule }).await?;
    output.shown(&shown, || distribution(&shown.answer))
}

fn distribution(shown: &LatenessView) -> String {
    let LatenessView { fired, p50_ms, p90_ms, p99_ms, p999_ms, max_ms, buckets } = shown;
    if *fired == 0 {
        return "nothing has fired".to_owned();
    }
    let [p50, p90, p99, p999, max] = [p50_ms, p90_ms, p99_ms, p999_ms, max_ms].map(|ms| or_dash(ms.as_ref()));
    let mut lines = vec![format!(
        "{fired} fired; late p50 {p50} ms, p90 {p90} ms, p99 {p99} ms, p99.9 {p999} ms, max {max} ms"
    )];
    let most = buckets.iter().map(|bucket| bucket.count).max().unwrap_or(1).max(1);
    lines.extend(buckets.iter().map(|bucket| {
        let bar = "#".repeat((bucket.count * 50).div_ceil(most) as usize);
        format!("  <= {:>8} ms  {:>9}  {bar}", bucket.le_ms, bucket.count)
    }));
    lines.join("\n")
}
