//! People send later by the command line: `schedule`, `compose` and `quota`, against a Homing of its own.

#![allow(clippy::indexing_slicing, reason = "a test fails by panicking")]

mod support;

use std::fs::{self, File};
use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;
use support::{Child, Ended, HOMING, Homing, run, run_reading};
use tempfile::TempDir;

/// A command waits ten seconds for its outcome.
const COMMAND_WITHIN: Duration = Duration::from_secs(30);

struct World {
    homing: Homing,
    folder: TempDir,
}

impl World {
    fn start() -> World {
        let world = World {
            homing: Homing::start_unsynced(),
            folder: tempfile::tempdir().expect("a temporary folder can be made"),
        };
        world.says(&["user", "register", "alice", "--zone", "Europe/London"], 0);
        world.says(&["user", "register", "bob"], 0);
        world
    }

    fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(HOMING);
        command.args(args).env("NATS_URL", self.homing.url()).env("HOMING_USER", "alice");
        command
    }

    /// What a command prints, and that it ends with this code.
    fn says(&self, args: &[&str], code: i32) -> String {
        ends(run(&mut self.command(args), COMMAND_WITHIN), code)
    }

    fn json(&self, args: &[&str]) -> Value {
        let said = self.says(&[args, &["--json"]].concat(), 0);
        serde_json::from_str(&said).unwrap_or_else(|_| panic!("{args:?}: {said}"))
    }

    /// `compose`, with these lines typed and the programs of one folder alone on the path.
    fn composes(&self, args: &[&str], typed: &str, path: &Path, code: i32) -> String {
        let lines = self.folder.path().join("typed");
        fs::write(&lines, typed).expect("the file can be written");
        let mut command = self.command(&[&["compose"], args].concat());
        let lines = File::open(&lines).expect("it was written just now");
        ends(run_reading(command.env("PATH", path), lines.into(), COMMAND_WITHIN), code)
    }

    fn planned(&self) -> Vec<Value> {
        let schedules = self.json(&["schedule", "ls"]);
        schedules["items"].as_array().expect("a list").clone()
    }
}

fn ends(ended: Ended, code: i32) -> String {
    let Ended { status, stdout, stderr } = ended;
    assert_eq!(status.code(), Some(code), "{stdout}{stderr}");
    format!("{stdout}{stderr}")
}

#[test]
fn a_schedule_is_added_looked_at_changed_and_cancelled() {
    let world = World::start();
    let added = world.json(&[
        "schedule",
        "add",
        "bob",
        "stand-up",
        "--every",
        "weekday",
        "--time",
        "9:00",
        "--until",
        "2099-12-31",
    ]);
    let id = added["schedule"].as_str().expect("it was accepted").to_owned();
    let preview = world.json(&["schedule", "preview", &id, "--show", "2", "--after", "2030-01-04T10:00:00Z"]);
    let nominal = preview["occurrences"][0]["nominal"].as_str().expect("it fires").to_owned();
    // The 4th of January 2030 is a Friday.
    assert_eq!(nominal, "2030-01-07T09:00:00", "{preview}");
    world.says(&["schedule", "skip", &id, &nominal], 0);
    let preview = world.json(&["schedule", "preview", &id, "--show", "1", "--after", "2030-01-04T10:00:00Z"]);
    assert_eq!(preview["occurrences"][0]["omitted"], "skipped", "{preview}");
    world.says(&["schedule", "unskip", &id, &nominal], 0);
    world.says(&["schedule", "pause", &id], 0);
    let shown = world.json(&["schedule", "show", &id]);
    assert_eq!((&shown["state"], &shown["pending"]), (&"paused".into(), &1.into()), "{shown}");
    world.says(&["schedule", "resume", &id], 0);
    world.says(&["schedule", "replace", &id, "--every", "month", "--on", "15,last", "--time", "6pm"], 0);
    let shown = world.says(&["schedule", "show", &id], 0);
    assert!(shown.contains("every month on 15,last at 18:00:00 Europe/London"), "{shown}");
    world.says(&["schedule", "replace", &id, "--every", "day", "--time", "6pm", "--zone", "Asia/Tokyo"], 0);
    world.says(&["schedule", "replace", &id, "--every", "day", "--time", "7pm"], 0);
    let shown = world.says(&["schedule", "show", &id], 0);
    assert!(shown.contains("every day at 19:00:00 Asia/Tokyo"), "its zone was not named: {shown}");
    let sent = world.json(&["schedule", "run-now", &id]);
    let inbox = world.says(&["inbox", "--user", "bob"], 0);
    assert!(
        inbox.contains(sent["message"].as_str().expect("a message")) && inbox.contains("stand-up"),
        "{inbox}"
    );
    world.says(&["schedule", "cancel", &id], 0);
    assert!(world.says(&["schedule", "cancel", &id], 1).contains("schedule.unknown"));
    let ledger = world.json(&["schedule", "ledger", "--verify"]);
    assert_eq!((&ledger["agrees"], &ledger["total"]["cancelled"]), (&true.into(), &4.into()), "{ledger}");
}

#[test]
fn what_is_said_unclearly_is_refused_with_examples_and_nothing_is_sent() {
    let world = World::start();
    let add = ["schedule", "add", "bob", "x"];
    for (when, code, said) in [
        (&["--at", "9:00"][..], 2, "tomorrow 9:00"),
        (&["--at", "12/01/2030 9:00"], 2, "2026-12-01T09:00"),
        (&["--at", "2020-01-01T00:00"], 1, "schedule.in_the_past"),
        (&["--at", "2026-02-30T00:00"], 2, "as in"),
        (&["--every", "other day", "--time", "9:00"], 2, "2 days"),
        (&["--every", "0 days", "--time", "9:00"], 1, "schedule.bad_rule"),
        (&["--every", "day"], 1, "schedule.bad_rule"),
        (&["--every", "day", "--time", "9"], 2, "as in 9:00"),
        (&["--cron", "0 0 30 2 *"], 1, "schedule.never_fires"),
        (&["--every", "day", "--time", "9:00", "--zone", "Mars/Phobos"], 2, "IANA"),
        (&[], 2, "--at"),
    ] {
        let refused = world.says(&[&add[..], when].concat(), code);
        assert!(refused.contains(said), "{when:?}: {refused}");
    }
    assert_eq!(
        (world.planned().len(), world.json(&["inbox", "--user", "bob"])["items"].to_string().as_str()),
        (0, "[]")
    );
}

#[test]
fn compose_asks_until_it_knows_and_sends_now_or_plans() {
    let world = World::start();
    let nowhere = world.folder.path().join("nowhere");
    let asked = world.composes(&[], "Bob\nbob\nhello\n1\nyes\n", &nowhere, 0);
    assert!(
        asked.contains("\"Bob\" is") && asked.contains("* 1 now") && asked.contains("accepted m"),
        "{asked}"
    );
    // Every two days: the marked choice moves, an answer that is none is asked for again, five firings are shown.
    let typed = "bob\npills\nscheduled\n\nevery few\n4\n2 days\nat nine\n8:00,20:00\n\n";
    let asked = world.composes(&[], typed, &nowhere, 0);
    for said in [
        "* 2 scheduled",
        "may mean several of them",
        "* 4 every few days",
        "\"at nine\" is not a time of day",
        "It fires next, in Europe/London",
    ] {
        assert!(asked.contains(said), "{said:?} is not in {asked}");
    }
    let shown = asked.lines().filter(|line| line.contains("T08:00:00 ") || line.contains("T20:00:00 "));
    assert_eq!(shown.count(), 5, "{asked}");
    let planned = world.planned();
    assert_eq!(
        (planned.len(), &planned[0]["when"]["every"], &planned[0]["when"]["unit"]),
        (1, &2.into(), &"day".into())
    );
    // A no, or no answer at all, sends nothing.
    assert!(world.composes(&[], "bob\nhello\n1\nno\n", &nowhere, 1).contains("nothing was sent"));
    assert!(world.composes(&[], "bob\nhello\n2\n", &nowhere, 1).contains("nothing was sent"));
    assert_eq!(world.json(&["inbox", "--user", "bob"])["items"].as_array().map(Vec::len), Some(1));
}

#[test]
fn questions_are_spoken_where_the_system_can_speak() {
    let world = World::start();
    let programs = world.folder.path().join("programs");
    fs::create_dir(&programs).expect("a folder can be made");
    let typed = "bob\nhello\n1\n\n";
    let silent = world.composes(&["--speak"], typed, &programs, 0);
    assert!(silent.contains("there is no speech program"), "{silent}");
    let (espeak, said) = (programs.join("espeak"), world.folder.path().join("said"));
    let script = format!("#!/bin/sh\nprintf '%s\\n' \"$2\" >> {}\n", said.display());
    fs::write(&espeak, script).expect("the program can be written");
    fs::set_permissions(&espeak, fs::Permissions::from_mode(0o755)).expect("it can be made executable");
    let mut command = world.command(&["compose", "--speak"]);
    command.env("PATH", &programs).stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
    let mut composing = Child::spawn(&mut command);
    let mut typing = composing.take_stdin();
    for (question, answer) in [
        ("To whom?", "bob"),
        ("What is the message?", "hello"),
        ("* 1 now", "1"),
        ("Send it to bob now?", "yes"),
    ] {
        let deadline = Instant::now() + COMMAND_WITHIN;
        while !fs::read_to_string(&said).unwrap_or_default().contains(question) {
            assert!(Instant::now() < deadline, "{question:?} was not spoken");
        }
        writeln!(typing, "{answer}").expect("it listens");
    }
    assert!(composing.ended_within(COMMAND_WITHIN).is_some_and(|status| status.success()));
}

#[test]
fn a_quota_is_shown_and_kept() {
    let world = World::start();
    world.says(&["user", "set", "alice", "--day", "2"], 0);
    let added = world.json(&["schedule", "add", "bob", "x", "--every", "hour", "--count", "60"]);
    assert!(added["over_quota"].as_array().is_some_and(|over| !over.is_empty()), "{added}");
    world.says(&["send", "bob", "one"], 0);
    let quota = world.json(&["quota"]);
    assert_eq!(
        (&quota["day"]["used"], &quota["day"]["left"], &quota["day"]["max"]),
        (&1.into(), &1.into(), &2.into())
    );
    world.says(&["send", "bob", "two"], 0);
    assert!(world.says(&["send", "bob", "three"], 1).contains("quota.day_exceeded"));
}

#[test]
fn a_paused_schedule_says_so_and_a_new_text_goes_to_whom_the_old_one_went() {
    let world = World::start();
    let to = ["--to", "bob, +447700900009", "--route", "sms"];
    let when = ["--every", "day", "--time", "9:00"];
    let added = world.json(&[&["schedule", "add", "stand-up"], &to[..], &when].concat());
    let id = added["schedule"].as_str().expect("it was accepted").to_owned();
    assert!(!world.says(&["schedule", "preview", &id], 0).contains("paused"));
    world.says(&["schedule", "pause", &id], 0);
    let preview = world.json(&["schedule", "preview", &id]);
    assert_eq!(
        (&preview["paused"], preview["occurrences"].as_array().map(Vec::len)),
        (&true.into(), Some(5))
    );
    assert!(world.says(&["schedule", "preview", &id], 0).contains("It is paused"));
    world.says(&["schedule", "replace", &id, "--text", "sit down"], 0);
    let shown = world.json(&["schedule", "show", &id]);
    let want = serde_json::json!({ "to": ["bob", "+447700900009"], "text": "sit down", "route": "sms" });
    for (key, want) in want.as_object().expect("it is one") {
        assert_eq!(&shown[key], want, "{shown}");
    }
    assert!(world.says(&["schedule", "replace", &id, "--to", "bob"], 2).contains("name the text too"));
}
