//! `homing whatif`: whose message would have gone another way, had something been otherwise; the gate before a release.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use serde::{Deserialize, Serialize};
use tokio::process::Command as Program;

use super::meter::Meter;
use super::output::{Failure, Output};
use super::settings::Settings;
use super::source::{Sealed, Source};
use super::table::table;
use crate::debug::whatif::{ClockOffset, Difference, Found, Outcome, Patch, WhatIf};

/// Differences that a person is shown; --json has all.
const SHOWN_LEN_MAX: usize = 100;

/// Decide the commands again with something changed, and list whose message would have gone another way
///
/// The log is read into a temporary file first, or comes from --file; the commands in it are decided again by this program, or by
/// the one that --with names, and for each recipient what became of the message is held against what would have. Without a
/// change it tells whether this program decides as the one did that wrote the log: that is the gate before a release. It begins
/// with the oldest command that COMMANDS keeps. Confirmations of clients count only where the message went to a client in both
/// cases; what an SMSC would have said to an SMS that was not sent nobody knows, and it stays planned.
///
/// The exit code is 1 where an outcome differs. --approve FILE writes the differences down; --approved FILE takes those in FILE
/// for intended, and fails only where there are others, or one of them is gone.
///
/// Examples:
///   homing whatif --set bob.presence=offline
///   homing whatif --set alice.day=10 --set bob.sms=off
///   homing whatif --drop c42
///   homing whatif --add 'c42 bob contact.block {"who":"alice"}'
///   homing whatif --file week.recording --with ./target/release/homing --approved intended.json
#[derive(Debug, clap::Args)]
#[command(verbatim_doc_comment)]
pub(super) struct Args {
    /// Of a user, from when there is such a one: bob.presence=online|offline, bob.sms=on|off, bob.suspended=true|false, bob.day=N|none, bob.month=N|none
    #[arg(long, value_name = "WHAT", value_parser = Patch::set)]
    set: Vec<Patch>,
    /// A command that was not said: SENDER VERB JSON, behind "c42 " (before that one) or "@TIME " where it is not at the beginning
    #[arg(long, value_name = "COMMAND", value_parser = Patch::add)]
    add: Vec<Patch>,
    /// A command that was said, as if it had not been: c42
    #[arg(long, value_name = "COMMAND", value_parser = Patch::drop)]
    drop: Vec<Patch>,
    /// All clocks of the time, wrong by so much: +2h, -30m
    #[arg(long, value_name = "OFFSET", allow_hyphen_values = true)]
    clock: Option<ClockOffset>,
    /// Let this program decide instead: another version of Homing
    #[arg(long, value_name = "PROGRAM", conflicts_with_all = ["set", "add", "drop", "clock"])]
    with: Option<PathBuf>,
    /// Write the differences into this file, as intended
    #[arg(long, value_name = "FILE", conflicts_with = "approved")]
    approve: Option<PathBuf>,
    /// The differences that are intended
    #[arg(long, value_name = "FILE")]
    approved: Option<PathBuf>,
    #[command(flatten)]
    source: Source,
}

pub(super) async fn run(args: Args, settings: &Settings, output: Output) -> Result<(), Failure> {
    settings.start_client_log();
    let Args { set, add, drop, clock, with, approve, approved, source } = args;
    let intended = approved.as_deref().map(read).transpose()?;
    if let Some(file) = approve.as_deref().filter(|file| file.exists()) {
        read(file).map_err(|_| {
            Failure::failed(format!("{} holds something else; name another file", file.display()))
        })?;
    }
    let sealed = source.sealed(settings, false, true, output).await?;
    let found = match &with {
        Some(program) => by(program, &source, &sealed).await?,
        None => {
            let patches = set.into_iter().chain(add).chain(drop).collect();
            let what = WhatIf { patches, clock: clock.unwrap_or_default() };
            let meter = Meter::of("commands decided again", output);
            what.run(sealed.recording.clone(), |done, all| meter.at(done, all)).await?
        }
    };
    if let Some(file) = &approve {
        write(file, &found.differences)?;
        output.progress(&format!("{} written down in {}", count(found.differences.len()), file.display()));
    }
    let judged = Judged::of(found, intended.as_deref());
    output.shown(&judged, || person(&judged))?;
    if let Some(patch) = judged.found.unused.first() {
        return Err(Failure::failed(format!(
            "{patch} changes nothing: there is no such user or command in this log"
        )));
    }
    if let Some(refused) = judged.found.refused.first() {
        return Err(Failure::failed(format!("what was to be added is refused: {refused}")));
    }
    match (judged.new.len() + judged.gone.len(), approve) {
        (0, _) | (_, Some(_)) => Ok(()),
        (_, None) if intended.is_some() => {
            Err(Failure::failed("not the differences that are intended".to_owned()))
        }
        (_, None) => Err(Failure::failed(format!("{} in what becomes of messages", count(judged.new.len())))),
    }
}

/// What was found, against what is intended.
#[derive(Serialize)]
struct Judged {
    #[serde(flatten)]
    found: Found,
    /// Those that nobody has approved, and those approved ones that are no more.
    new: Vec<Difference>,
    gone: Vec<Difference>,
}

impl Judged {
    fn of(found: Found, intended: Option<&[Difference]>) -> Judged {
        let intended = intended.unwrap_or_default();
        let key = |one: &Difference| serde_json::to_string(one).unwrap_or_default();
        let beyond = |all: &[Difference], known: &[Difference]| {
            let known: BTreeSet<String> = known.iter().map(key).collect();
            all.iter().filter(|one| !known.contains(&key(one))).cloned().collect::<Vec<_>>()
        };
        let (new, gone) = (beyond(&found.differences, intended), beyond(intended, &found.differences));
        Judged { found, new, gone }
    }
}

/// What another program finds in the same file.
async fn by(program: &Path, source: &Source, sealed: &Sealed) -> Result<Found, Failure> {
    #[derive(Deserialize)]
    struct Told {
        commands: u64,
        differences: Vec<Difference>,
        #[serde(default)]
        not_followed: u64,
    }
    let place = source.file.as_deref().unwrap_or(sealed.recording.path());
    let ran = Program::new(program)
        .args(["whatif", "--json", "--file"])
        .arg(place)
        .stdin(Stdio::null())
        .stderr(Stdio::inherit())
        .kill_on_drop(true)
        .output()
        .await;
    let failed = |why: String| Failure::failed(format!("{}: {why}", program.display()));
    let ran = ran.map_err(|error| failed(format!("it could not be run: {error}")))?;
    let line = ran.stdout.split(|byte| *byte == b'\n').next().unwrap_or_default();
    let told: Told = serde_json::from_slice(line).map_err(|_| {
        let said = String::from_utf8_lossy(&ran.stdout);
        failed(format!("it does not know `whatif`, or could not do it: {}", said.trim()))
    })?;
    let Told { commands, differences, not_followed } = told;
    Ok(Found { commands, differences, not_followed, ..Found::default() })
}

fn read(file: &Path) -> Result<Vec<Difference>, Failure> {
    let failed = |why: String| Failure::failed(format!("could not read {}: {why}", file.display()));
    let text = fs::read_to_string(file).map_err(|error| failed(error.to_string()))?;
    let lines = text.lines().filter(|line| !line.trim().is_empty());
    lines.map(|line| serde_json::from_str(line).map_err(|error| failed(error.to_string()))).collect()
}

/// A line each, so that a change of what is intended is read like any other.
fn write(file: &Path, differences: &[Difference]) -> Result<(), Failure> {
    let lines: Vec<String> =
        differences.iter().map(|one| serde_json::to_string(one).unwrap_or_default()).collect();
    let text = lines.into_iter().map(|line| line + "\n").collect::<String>();
    fs::write(file, text)
        .map_err(|error| Failure::failed(format!("could not write {}: {error}", file.display())))
}

fn count(len: usize) -> String {
    match len {
        0 => "no difference".to_owned(),
        1 => "one difference".to_owned(),
        _ => format!("{len} differences"),
    }
}

fn person(judged: &Judged) -> String {
    let Judged { found, new, gone } = judged;
    let mut lines = vec![format!("{} commands decided again.", found.commands)];
    let row = |one: &Difference| {
        let Difference { message, to, was, would_be } = one;
        vec![message.to_string(), to.to_string(), outcome(was), outcome(would_be)]
    };
    let rows = |all: &[Difference]| all.iter().take(SHOWN_LEN_MAX).map(row).collect::<Vec<_>>();
    if new.is_empty() {
        lines.push("What becomes of each message is the same.".to_owned());
    } else {
        lines.push(table(&["message", "to", "was", "would be"], &rows(new)));
    }
    if new.len() > SHOWN_LEN_MAX {
        lines.push(format!("and {} more (--json shows all)", new.len() - SHOWN_LEN_MAX));
    }
    let approved = found.differences.len() - new.len();
    if approved > 0 {
        lines.push(format!("{} as intended", count(approved)));
    }
    if !gone.is_empty() {
        lines.push("Intended, and not so any more:".to_owned());
        lines.push(table(&["message", "to", "was", "would be"], &rows(gone)));
    }
    if found.not_followed > 0 {
        lines.push(format!("{} deliveries more take another way, and were not followed", found.not_followed));
    }
    lines.join("\n")
}

fn outcome(outcome: &Outcome) -> String {
    let Outcome { state, channel, reason, at } = outcome;
    let way = channel.as_ref().map_or_else(String::new, |channel| format!(", {channel}"));
    let why = reason.as_ref().map_or_else(String::new, |reason| format!(" ({reason})"));
    let at = at.as_ref().map_or_else(String::new, |at| format!(" {at}"));
    format!("{state}{way}{why}{at}")
}
