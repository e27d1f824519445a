//! `homing verify`: COMMANDS decided again and held against EVENTS, the first difference shown with both decisions.
//!
//! And what a data folder keeps of the log, held against it.

mod folders;

use std::num::NonZeroU32;
use std::sync::atomic::Ordering;
use std::time::Duration;

use serde::Serialize;
use tokio::time::{MissedTickBehavior, interval};
use tokio_util::sync::CancellationToken;

use super::output::{Failure, Output};
use super::settings::Settings;
use super::told_to_stop;
use crate::debug::verify::{Finding, KeptState, Kind, Progress, Report, Verify};
use crate::log::{Fault, Log, Lost};
use folders::Folders;

/// Between two words on how far it is.
const TOLD_EVERY: Duration = Duration::from_secs(1);
/// Lines of one decision that are shown; --json has all of them.
const LINES_MAX: usize = 40;
/// Lines that both decisions have, shown before the first that they have not.
const CONTEXT_LINES: usize = 3;
const LINE_CHARS_MAX: usize = 400;

/// Decide the commands again, and hold each decision against the one in the log, byte for byte
///
/// What Homing decides follows from the commands before it alone. This reads EVENTS from its beginning and COMMANDS from the
/// oldest one that is kept, judges each command again by what stood on EVENTS before it, and compares payload, subject and
/// headers. It also finds commands without a commit, commits without a command, and what a stream has lost: nats-server passes over
/// a record whose checksum does not fit. It writes to no stream, and may run beside a Homing that works; it ends where the log
/// ended when it began. Ids that were used wait in a temporary folder (below TMPDIR), some 100 bytes each. A new version of
/// Homing is tried by it before it decides: what it would decide otherwise is shown.
///
/// What the data folder keeps of the log is compared with what the log comes to: the decider's snapshot and checkpoints, and row
/// by row the read models and the SMS bridge's folder, of a copy beside rows that are made anew (both below TMPDIR; the folder
/// itself is not touched). A folder that a process has open is not compared: stop that process first.
///
/// Where something does not fit, the first such command is shown, and the exit code is 1. A line that begins with < stands on
/// EVENTS, one with > is decided again, one with = is in both.
///
/// Examples:
///   homing verify
///   homing verify --rate 5000 --data /var/lib/homing
///   homing verify --nats nats://127.0.0.1:4222 --json
#[derive(Debug, clap::Args)]
#[command(verbatim_doc_comment)]
pub(super) struct Args {
    /// Read so many events a second at most, to leave the server to others [default: as fast as it goes]
    #[arg(long, value_name = "N")]
    rate: Option<NonZeroU32>,
}

pub(super) async fn run(args: Args, settings: &Settings, output: Output) -> Result<(), Failure> {
    settings.start_client_log();
    let log = Log::at(&settings.as_client()?, "verify").await?;
    let how = Verify { data: settings.data().ok(), rate: args.rate };
    let progress = Progress::default();
    let stop = CancellationToken::new();
    let verifying = all(&how, &log, &progress, &stop);
    tokio::pin!(verifying);
    let verified = tokio::select! {
        verified = &mut verifying => verified?,
        never = tells(&progress, output) => match never {},
        told = told_to_stop() => {
            told?;
            stop.cancel();
            verifying.await?
        }
    };
    output.shown(&verified, || person(&verified))?;
    match (verified.wrong(), verified.report.complete) {
        (0, true) => Ok(()),
        (0, false) => Err(Failure::failed("it was stopped before the end of the log".to_owned())),
        (1, _) => Err(Failure::failed("one thing does not fit".to_owned())),
        (wrong, _) => Err(Failure::failed(format!("{wrong} things do not fit"))),
    }
}

/// What was verified.
#[derive(Serialize)]
struct Verified {
    #[serde(flatten)]
    report: Report,
    #[serde(flatten)]
    folders: Folders,
}

impl Verified {
    fn wrong(&self) -> u64 {
        self.report.wrong() + self.folders.wrong()
    }
}

async fn all(
    how: &Verify,
    log: &Log,
    progress: &Progress,
    stop: &CancellationToken,
) -> Result<Verified, Fault> {
    let report = how.run(log, progress, stop).await?;
    let folders = match &how.data {
        Some(data) => stop.run_until_cancelled(Folders::of(log, data, how.rate, report.read)).await,
        None => None,
    };
    Ok(Verified { report, folders: folders.transpose()?.unwrap_or_default() })
}

/// Says each second how far it is.
async fn tells(progress: &Progress, output: Output) -> std::convert::Infallible {
    let mut ticks = interval(TOLD_EVERY);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    ticks.tick().await;
    let mut before = 0;
    loop {
        ticks.tick().await;
        let Progress { read, last, commands, commits } = progress;
        let [read, last, commands, commits] =
            [read, last, commands, commits].map(|told| told.load(Ordering::Relaxed));
        let share = (read * 100).checked_div(last).unwrap_or(100);
        output.progress(&format!(
            "{share} %: {read} of {last} events, {} a second; {commands} commands decided again, {commits} commits compared",
            read - before
        ));
        before = read;
    }
}

fn person(verified: &Verified) -> String {
    let Verified { report, folders } = verified;
    let Report { commits, commands, since, read, last, seconds, per_second, .. } = report;
    let since = since
        .map_or_else(String::new, |since| format!(", from command {} of {} on", since.command, since.at));
    let mut lines: Vec<String> = report.first.iter().flat_map(first).collect();
    let compared = format!("{commits} commits compared, {commands} commands decided again{since}");
    lines.push(match (verified.wrong(), report.complete) {
        (0, true) => format!("All is as it is decided: {compared}."),
        (_, true) => format!("{compared}."),
        (_, false) => format!("{compared}; it ended at #{read} of {last}."),
    });
    let others = others(report).into_iter().chain(kept(report)).chain(folders.lines());
    lines.extend(others.map(|line| format!("  {line}")));
    lines.push(format!("  {read} events read in {seconds} s, {per_second} a second"));
    lines.join("\n")
}

/// What there was besides, each where there was any.
fn others(report: &Report) -> Vec<String> {
    let Report { before, left, undecided, none_of_ours, torn, .. } = report;
    let Report { differ, no_commit, no_command, missing_parts, lost_commands, gap, .. } = report;
    let Report { torn_at, cut_off, .. } = report;
    let counts = [
        (differ, "decisions that differ"),
        (no_commit, "decisions that are not on EVENTS"),
        (no_command, "decisions on EVENTS whose commands are not in COMMANDS"),
        (missing_parts, "decisions that have lost their last parts, with nothing behind compared"),
        (lost_commands, "commands that COMMANDS has lost, and that EVENTS does not answer"),
        (gap, "events that EVENTS has lost, with nothing behind compared"),
        (torn, "records on EVENTS like a decider's that are torn, of another version, or not the next"),
        (none_of_ours, "records on EVENTS that are none of Homing's"),
        (before, "commits taken in and not compared, for their commands left COMMANDS long ago"),
        (left, "commits taken in and not compared, for their commands left COMMANDS meanwhile"),
        (undecided, "commands behind the last commit, not decided yet or without an effect"),
    ];
    let counts = counts.into_iter().filter(|(count, _)| **count > 0);
    let half =
        report.half.map(|command| format!("the decision of command {command} has not all of its parts yet"));
    let mut lines: Vec<String> = counts.map(|(count, what)| format!("{what}: {count}")).chain(half).collect();
    lines.extend(torn_at.map(|seq| format!("the first record that is torn: #{seq}")));
    lines.extend(cut_off.iter().map(|Lost { stream, bytes, records }| {
        let records = records.map_or_else(String::new, |records| format!(" ({records} records)"));
        format!("nats-server found {stream} torn when it started, and has cut off {bytes} bytes{records}")
    }));
    lines
}

/// What the decider has kept.
fn kept(report: &Report) -> Vec<String> {
    let checkpoints = report.checkpoints.iter();
    let checkpoints = checkpoints.map(|it| (format!("checkpoint of command {}", it.command), &it.state));
    let all = [("snapshot".to_owned(), &report.snapshot)].into_iter().chain(checkpoints);
    all.filter_map(|(name, state)| state_of(&name, state)).collect()
}

fn state_of(name: &str, state: &KeptState) -> Option<String> {
    let loud = name.to_uppercase();
    Some(match state {
        KeptState::None => return None,
        KeptState::Equal { commit } => format!("the {name} is what the log comes to at #{commit}"),
        KeptState::Differs { commit, tables } => {
            format!("THE {loud} DIFFERS from the log at #{commit}, in {}", tables.join(", "))
        }
        KeptState::Torn => format!("THE {loud} IS TORN: its checksum does not fit"),
        KeptState::OtherVersion => format!("the {name} is of another version, and was not compared"),
        KeptState::OtherLog => format!("the {name} is of another log, and was not compared"),
        KeptState::LogLost { commit } => {
            format!(
                "EVENTS HAS LOST #{commit}, at which the {name} stands: what was decided there is decided again, or restored"
            )
        }
        KeptState::NotReached { commit } => {
            format!("the {name} stands at #{commit}, which was not reached, and was not compared")
        }
    })
}

fn first(finding: &Finding) -> Vec<String> {
    let Finding { kind, command, subject, by, at, commit, torn, stands, decided } = finding;
    let what = match kind {
        Kind::Differs => "another decision stands on EVENTS",
        Kind::NoCommit => "its decision does not stand on EVENTS",
        Kind::NoCommand => "it is not in COMMANDS, and EVENTS answers it",
        Kind::MissingParts => "its decision has lost its last parts",
        Kind::LostCommand => "it is not in COMMANDS any more, and EVENTS does not answer it",
        Kind::Gap => "EVENTS has lost what stood there",
    };
    let commit = commit.map_or_else(String::new, |commit| format!(" (#{commit})"));
    let subject = subject.as_ref().map_or_else(String::new, |subject| format!(", {subject}"));
    let said = by.iter().zip(at).map(|(by, at)| format!(", by {by} at {at}")).collect::<String>();
    let mut lines = vec![format!("First: command {command}{subject}{said}: {what}{commit}")];
    lines.extend(torn.iter().map(|why| format!("    {why}")));
    lines.extend(beside(stands, decided));
    lines
}

/// Both decisions: what is alike before and behind is left out but for a little.
fn beside(stands: &[String], decided: &[String]) -> Vec<String> {
    let alike = stands.iter().zip(decided).take_while(|(one, other)| one == other).count();
    let behind = |lines: &[String]| lines.get(alike..).unwrap_or_default().to_vec();
    let (mut stands_only, mut decided_only) = (behind(stands), behind(decided));
    let mut after = Vec::new();
    while stands_only.last().is_some() && stands_only.last() == decided_only.last() {
        after.extend(stands_only.pop());
        decided_only.pop();
    }
    after.reverse();
    let same = stands.get(alike.saturating_sub(CONTEXT_LINES)..alike).unwrap_or_default();
    let mut lines = shown('=', same);
    if stands_only.is_empty() && decided_only.is_empty() && !stands.is_empty() {
        lines.push("    the same, in other bytes".to_owned());
    }
    lines.extend(shown('<', &stands_only));
    lines.extend(shown('>', &decided_only));
    lines.extend(shown('=', after.get(..CONTEXT_LINES).unwrap_or(&after)));
    lines
}

fn shown(mark: char, lines: &[String]) -> Vec<String> {
    let cut = |line: &String| match line.char_indices().nth(LINE_CHARS_MAX) {
        Some((end, _)) => format!("  {mark} {} … (--json shows all)", line.get(..end).unwrap_or_default()),
        None => format!("  {mark} {line}"),
    };
    let more = lines.len().saturating_sub(LINES_MAX);
    let more = (more > 0).then(|| format!("  {mark} and {more} lines more (--json shows all)"));
    lines.iter().take(LINES_MAX).map(cut).chain(more).collect()
}
