//! `homing export`: what led to what, for any id, in one file that holds neither texts nor phone numbers.

use std::path::{Path, PathBuf};

use serde_json::json;

use super::meter::Meter;
use super::output::{Failure, Output};
use super::settings::Settings;
use super::source::{Source, in_a_shell};
use crate::debug::{self, Bundled, Redaction, Take, Tale, bundle, record};
use crate::log::History;
use crate::query::closure;

/// Write into one file what led to what, for any id, without texts and phone numbers, to look at elsewhere or to send along
///
/// The id is whatever `homing why` takes: a message (m42), a schedule (s42), a command (c42), a group ('#3001'), a user, an IM
/// number, a phone, or what the SMSC calls a message. The file holds the decisions that `homing why` tells of, and their commands
/// as far as COMMANDS keeps them; `homing why --file` reads it, and `homing import` makes a data folder of it. The log is read
/// through for it, as by `homing why --from-log`.
///
/// Replaced are: texts, attachments, nicknames, moods, pictures, aliases, the names of groups, what people wrote by SMS, the ids
/// that commands happened once under, headers of others, and phone numbers; a text by as many characters which take the same room
/// in an SMS, a phone by a number that is nobody's, the same one everywhere in the file. Passwords are replaced in any case.
/// Names of users and devices, IM numbers, group numbers, times, and what SMSCs call messages stay.
///
/// With --as-test it is a story in the notation of tests/stories/: the commands of these decisions, and those before them that made
/// people, groups and schedules as they were, with numbers of their own. What could not be carried is said.
///
/// Examples:
///   homing export m42
///   homing export m42 --with-texts --out m42.recording
///   homing export m42 --as-test --out tests/stories/late.story
///   homing export --all --out whole.recording
#[derive(Debug, clap::Args)]
#[command(verbatim_doc_comment)]
pub(super) struct Args {
    /// What it is about
    #[arg(required_unless_present = "all", conflicts_with = "all")]
    id: Option<String>,
    /// The whole log instead, with all texts, names, numbers and hashes of passwords
    #[arg(long)]
    all: bool,
    /// The file to make [default: homing-<ID>.recording, or .story]
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// A story for tests/stories/ instead: the commands that led to it, decided anew from an empty log
    #[arg(long, conflicts_with = "all")]
    as_test: bool,
    /// Leave texts and names as they are, in which there may be phone numbers too
    #[arg(long)]
    with_texts: bool,
    /// Leave phone numbers as they are
    #[arg(long)]
    with_numbers: bool,
    #[command(flatten)]
    source: Source,
}

pub(super) async fn run(args: Args, settings: &Settings, output: Output) -> Result<(), Failure> {
    settings.start_client_log();
    let log = args.source.open(settings, "export").await?;
    let Args { id, out, as_test, with_texts, with_numbers, .. } = args;
    let Some(id) = id else { return whole(&log, out, output).await };
    let mut redaction = Redaction::new(with_texts, with_numbers);
    let about = redaction.id_asked(&id);
    let path = out.unwrap_or_else(|| default_name(&about, if as_test { "story" } else { "recording" }));
    must_be_new(&path)?;
    output.progress("Reading the log, without an index …");
    let commits = closure(&log, &id, progress("commits read", output)).await?;
    if as_test {
        let tale = debug::as_test(&log, &id, &commits, redaction).await?;
        return write(&path, &tale, output);
    }
    let of = (about.clone(), commits);
    let bundled = bundle(&log, &path, of, redaction, progress("commits written", output)).await?;
    let Bundled { commits, commands, commands_gone } = bundled;
    let value = json!({
        "file": path, "about": about, "commits": commits, "commands": commands, "commands_gone": commands_gone,
    });
    output.shown(&value, || {
        let gone = match commands_gone {
            0 => String::new(),
            gone => format!("; COMMANDS does not keep {gone} others any more"),
        };
        let name = path.display();
        let ask = format!("homing why {} --file {name}", in_a_shell(&about));
        format!("{name} holds {commits} commits and {commands} commands{gone}\n{ask}")
    })
}

fn write(path: &Path, tale: &Tale, output: Output) -> Result<(), Failure> {
    let name = path.display();
    std::fs::write(path, &tale.text)
        .map_err(|error| Failure::failed(format!("could not write {name}: {error}")))?;
    tale.left_out.iter().for_each(|what| output.progress(&format!("Not carried: {what}.")));
    let value = json!({ "file": path, "commands": tale.commands, "left_out": tale.left_out });
    output.shown(&value, || format!("{name} tells it in {} commands", tale.commands))
}

async fn whole(log: &History, out: Option<PathBuf>, output: Output) -> Result<(), Failure> {
    let path = out.unwrap_or_else(|| default_name("all", "recording"));
    must_be_new(&path)?;
    output
        .progress("The file will hold all texts, names, phone numbers and hashes of passwords as they are.");
    let take = Take { base: None, commands: true };
    let recording = record(log, &path, take, progress("records written", output)).await?;
    let (commits, commands) = (recording.len("EVENTS"), recording.len("COMMANDS"));
    let value = json!({ "file": path, "commits": commits, "commands": commands });
    let name = path.display();
    output.shown(&value, || format!("{name} holds {commits} commits and {commands} commands"))
}

/// Of an id what every file system takes.
fn default_name(about: &str, kind: &str) -> PathBuf {
    const CHARS_MAX: usize = 64;
    let plain = about.chars().filter(|char| char.is_ascii_alphanumeric()).take(CHARS_MAX);
    PathBuf::from(format!("homing-{}.{kind}", plain.collect::<String>()))
}

fn must_be_new(path: &Path) -> Result<(), Failure> {
    let taken =
        || format!("{} is there already: take it away, or name another one with --out", path.display());
    if path.exists() { Err(Failure::failed(taken())) } else { Ok(()) }
}

fn progress(what: &'static str, output: Output) -> impl Fn(u64, u64) {
    let meter = Meter::of(what, output);
    move |done, all| meter.at(done, all)
}
