//! `homing events`: the log in readable lines, as it was and as it goes on.

use std::str::FromStr;

use serde::Serialize;
use tokio::signal::ctrl_c;

use super::output::{Failure, Output};
use super::settings::Settings;
use super::source::Source;
use crate::debug::{Pick, first_answering};
use crate::log::{History, Record, clock};
use crate::rules::{Commit, Fact};
use crate::wire::told;
use crate::words::{Instant, MessageId, Span, UserName};

/// The latest commits, where nothing says which.
const LAST_DEFAULT: u64 = 100;
/// A message to a thousand names them all.
const LINE_CHARS_MAX: usize = 400;

/// Show what happened: each decision with its facts, oldest first; without a choice the last 100
///
/// A line begins with the commit's sequence in EVENTS, its time, the number of the command that it answers, and who said it.
///
/// Examples:
///   homing events --follow
///   homing events --user bob --since 2h
///   homing events --message m42
///   homing events --kind delivery.failed --since 2026-12-01T00:00:00Z --json
#[derive(Debug, clap::Args)]
#[command(verbatim_doc_comment)]
pub(super) struct Args {
    /// What this person did, and what names them
    #[arg(long, value_name = "NAME")]
    user: Option<UserName>,
    /// What became of this message
    #[arg(long, value_name = "ID")]
    message: Option<MessageId>,
    /// Facts of one area, or of one name: delivery, delivery.failed
    #[arg(long, value_parser = kind)]
    kind: Option<String>,
    /// From then on: a time (2026-12-01T09:00:00Z), so long ago (2h), or a commit's sequence (1234)
    #[arg(long, value_name = "WHEN")]
    since: Option<Since>,
    /// At most this many of the newest commits, whatever is in them
    #[arg(long, value_name = "N", conflicts_with_all = ["since", "message"])]
    last: Option<u64>,
    /// Go on with what happens, until Ctrl-C
    #[arg(long, short, conflicts_with = "file")]
    follow: bool,
    #[command(flatten)]
    source: Source,
}

#[derive(Debug, Clone, Copy)]
enum Since {
    Time(Instant),
    Ago(Span),
    Commit(u64),
}

impl FromStr for Since {
    type Err = String;
    fn from_str(text: &str) -> Result<Since, String> {
        let commit = || text.trim_start_matches('#').parse().map(Since::Commit).ok();
        let ago = || text.parse().map(Since::Ago).ok();
        let time = || text.parse().map(Since::Time).ok();
        let wrong =
            || format!("{text:?} is no time (2026-12-01T09:00:00Z), no span (2h) and no sequence (1234)");
        commit().or_else(ago).or_else(time).ok_or_else(wrong)
    }
}

fn kind(text: &str) -> Result<String, String> {
    let is_one = |name: &str| name == text || name.split_once('.').is_some_and(|(area, _)| area == text);
    if Fact::ROWS.iter().any(|row| is_one(row.name)) {
        return Ok(text.to_owned());
    }
    let mut areas: Vec<_> = Fact::ROWS.iter().filter_map(|row| row.name.split_once('.')).collect();
    areas.dedup_by_key(|(area, _)| *area);
    let areas: Vec<_> = areas.into_iter().map(|(area, _)| area).collect();
    Err(format!(
        "there is no such fact; areas are {}, and a fact is named as in delivery.failed",
        areas.join(", ")
    ))
}

pub(super) async fn run(args: Args, settings: &Settings, output: Output) -> Result<(), Failure> {
    settings.start_client_log();
    let log = args.source.open(settings, "events").await?;
    if let (true, History::Recorded(_)) = (args.follow, &log) {
        return Err(Failure::usage(
            "nothing more happens in what was imported: leave --follow out".to_owned(),
        ));
    }
    let last = log.ends("EVENTS").await?.last;
    let first = first(&args, &log, last).await?;
    let Args { user, message, kind, follow, .. } = args;
    let pick = Pick { user, message, kind };
    let all = show(&log, (first, last), follow, &pick, output);
    tokio::select! {
        shown = all => shown,
        pressed = ctrl_c() => pressed.map_err(|error| Failure::failed(error.to_string())),
    }
}

/// Where to begin.
async fn first(args: &Args, log: &History, last: u64) -> Result<u64, Failure> {
    Ok(match (args.since, args.message) {
        (Some(Since::Commit(seq)), _) => seq,
        (Some(Since::Time(time)), _) => log.first_since("EVENTS", time).await?,
        (Some(Since::Ago(span)), _) => {
            let ago = Instant::from_unix_ms(clock::now().unix_ms().saturating_sub(span.ms()));
            log.first_since("EVENTS", ago).await?
        }
        (None, Some(message)) => first_answering(log, message.command()).await?,
        (None, None) => match (args.last, args.user.is_some() || args.kind.is_some()) {
            (None, true) => 1,
            (Some(newest), _) => (last + 1).saturating_sub(newest),
            (None, false) => (last + 1).saturating_sub(LAST_DEFAULT),
        },
    })
}

async fn show(
    log: &History,
    (first, last): (u64, u64),
    follow: bool,
    pick: &Pick,
    output: Output,
) -> Result<(), Failure> {
    if (first > last || last == 0) && !follow {
        return Ok(());
    }
    let mut records = log.read("EVENTS", Vec::new(), first);
    loop {
        let read = if follow { records.next().await? } else { records.next_up_to(last).await? };
        if read.is_empty() {
            output.progress("No more of it can be read: `homing verify` says more.");
            return Ok(());
        }
        for record in read {
            show_one(&record, pick, output)?;
            if record.seq >= last && !follow {
                return Ok(());
            }
        }
    }
}

/// A commit as a program reads it.
#[derive(Serialize)]
struct Line<'a> {
    seq: u64,
    time: String,
    #[serde(flatten)]
    commit: &'a Commit,
}

/// A commit as its line.
pub(super) fn shown(seq: u64, commit: &Commit, output: Output) -> Result<(), Failure> {
    let line = Line { seq, time: commit.at.to_string(), commit };
    output.shown(&line, || person(seq, commit))
}

fn show_one(record: &Record, pick: &Pick, output: Output) -> Result<(), Failure> {
    let seq = record.seq;
    match record.commit() {
        Ok(mut commit) => {
            let Some(facts) = pick.of(&commit) else { return Ok(()) };
            commit.facts = facts;
            shown(seq, &commit, output)
        }
        Err(why) => {
            output.progress(&format!("#{seq} is no commit of Homing's: {why}"));
            Ok(())
        }
    }
}

fn person(seq: u64, commit: &Commit) -> String {
    let Commit { command, at, by, .. } = commit;
    let facts = commit.facts.iter().map(|fact| cut(told::shown(fact, Instant::brief)));
    let facts: Vec<String> = facts.collect();
    let facts = if facts.is_empty() { "nothing changed".to_owned() } else { facts.join("\n        ") };
    format!("{:<7} {at} c{} {by}\n        {facts}", format!("#{seq}"), command.0)
}

fn cut(line: String) -> String {
    match line.char_indices().nth(LINE_CHARS_MAX) {
        Some((end, _)) => format!("{} … (--json shows all)", line.get(..end).unwrap_or_default()),
        None => line,
    }
}
