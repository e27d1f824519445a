//! `homing whatif` on a real log: whose message would have gone another way, by a patch and by another program.

mod support;

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command as Program, Stdio};
use std::time::Duration;

use futures_util::StreamExt;
use homing::debug::{Take, record};
use homing::log::{History, Log};
use homing::rules::Command;
use homing::rules::attempt;
use homing::rules::message::{Confirm, Received, Send};
use homing::rules::presence::{DeviceClass, Online};
use homing::words::Party;
use serde_json::Value;
use support::world::{World, registers, says, story, told};
use support::{Ended, HOMING, run};
use tokio::task::block_in_place;
use tokio::time::timeout;

const WITHIN: Duration = Duration::from_secs(120);

/// Says each in its turn, and waits until the last one is decided. The first command has the number 1.
async fn all_said(world: &World, said: Vec<(&str, Command)>) {
    let homing = world.serve("data", "decider");
    let mut outcomes = world.log.client().subscribe("homing.outcome.>").await.expect("a subject");
    world.log.client().flush().await.expect("the server answers");
    let mut last = 0;
    for (by, command) in said {
        last = says(&world.log, by, &command).await;
    }
    timeout(WITHIN, told(&mut outcomes, last)).await.expect("it is decided");
    assert!(block_in_place(|| homing.stop()).success());
}

fn sends(to: &[&str], text: &str) -> Command {
    let to = to.iter().map(|to| to.parse().expect("a name")).collect();
    Send { to, text: Some(text.into()), ..Send::default() }.into()
}

fn online(device: &str) -> Command {
    let device = device.parse().expect("a device");
    let lease = "45s".parse().expect("a span");
    Online { device, class: DeviceClass::Pc, lease }.into()
}

fn received(message: &str) -> Command {
    Received(Confirm { message: message.parse().ok(), messages: None }).into()
}

/// Commands 1 to 4 register; 5: dave is online; 6 and 7 are messages, and dave confirms them.
fn day() -> Vec<(&'static str, Command)> {
    vec![
        ("_admin", registers("alice", None)),
        ("_admin", registers("bob", Some("+447700900001"))),
        ("_admin", registers("carol", Some("+447700900002"))),
        ("_admin", registers("dave", Some("+447700900003"))),
        ("dave", online("laptop")),
        ("alice", sends(&["bob", "carol", "dave"], "to all of you")),
        ("alice", sends(&["dave"], "to you")),
        ("dave", received("m6")),
        ("dave", received("m7")),
    ]
}

async fn recorded(log: &Log, file: &Path) {
    let take = Take { commands: true, ..Take::default() };
    record(&History::from(log), file, take, |_, _| {}).await.expect("the log is there");
}

fn whatif(file: &Path, args: &[&str]) -> Ended {
    let mut program = Program::new(HOMING);
    program.args(["whatif", "--json", "--file"]).arg(file).args(args);
    block_in_place(|| run(program.env_remove("NATS_URL").stdin(Stdio::null()), WITHIN))
}

/// `message to: was -> would be`, a line each.
fn differences(ended: &Ended) -> Vec<String> {
    let found: Value = serde_json::from_str(ended.stdout.lines().next().unwrap_or_default())
        .unwrap_or_else(|_| panic!("{}{}", ended.stdout, ended.stderr));
    let side = |side: Option<&Value>| {
        let side = side.expect("both sides are told");
        let of = |name: &str| side.get(name).and_then(Value::as_str).unwrap_or("-").to_owned();
        format!("{} {} {}", of("state"), of("channel"), of("reason"))
    };
    let all = found.get("differences").and_then(Value::as_array).expect("a list").iter();
    let line = |one: &Value| {
        let [message, to] =
            ["message", "to"].map(|name| one.get(name).and_then(Value::as_str).expect("a text").to_owned());
        format!("{message} {to}: {} -> {}", side(one.get("was")), side(one.get("would_be")))
    };
    all.map(line).collect()
}

#[test]
fn a_change_is_told_by_whose_outcome_it_changes() {
    story(|world| async move {
        all_said(&world, day()).await;
        let file = world.folder.path().join("day.recording");
        recorded(&world.log, &file).await;
        let same = whatif(&file, &[]);
        assert!(same.status.success() && differences(&same).is_empty(), "{}{}", same.stdout, same.stderr);
        let by_sms = "planned sms no_device_online";
        let not_live = ["m6", "m7"].map(|m| format!("{m} dave: delivered - - -> {by_sms}"));
        let [sixth, seventh] = not_live.clone();
        for (args, want) in [
            // Who was not sent it has not confirmed it.
            (vec!["--set", "dave.presence=offline"], vec![sixth.clone(), seventh.clone()]),
            (vec!["--drop", "c5"], vec![sixth, seventh]),
            (vec!["--drop", "c9"], vec!["m7 dave: delivered - - -> sent live pc_online".to_owned()]),
            (vec!["--set", "bob.presence=online"], vec![format!("m6 bob: {by_sms} -> sent live pc_online")]),
            (vec!["--set", "bob.sms=off"], vec![format!("m6 bob: {by_sms} -> waiting - sms_off")]),
            (
                vec!["--set", "alice.day=0", "--set", "carol.sms=off"],
                vec![
                    format!("m6 bob: {by_sms} -> not_sent - quota.day_exceeded"),
                    format!("m6 carol: {by_sms} -> not_sent - quota.day_exceeded"),
                    "m6 dave: delivered - - -> not_sent - quota.day_exceeded".to_owned(),
                    "m7 dave: delivered - - -> not_sent - quota.day_exceeded".to_owned(),
                ],
            ),
            (
                vec!["--add", r#"c7 dave contact.block {"who":"alice"}"#],
                vec!["m7 dave: delivered - - -> filtered - blocked".to_owned()],
            ),
        ] {
            let ended = whatif(&file, &args);
            assert_eq!(differences(&ended), want, "{args:?}");
            assert_eq!(ended.status.code(), Some(1), "{args:?}");
        }
        for wrong in [["--set", "nobody.sms=off"], ["--drop", "c99"], ["--add", "bob contact.block {}"]] {
            assert_eq!(whatif(&file, &wrong).status.code(), Some(1), "{wrong:?}");
        }
        assert_eq!(whatif(&file, &["--set", "bob.sms=perhaps"]).status.code(), Some(2));
    });
}

/// An SMS was sent and accepted; and somebody else's record stands on EVENTS.
#[test]
fn what_an_smsc_said_counts_only_where_an_sms_was_sent() {
    story(|world| async move {
        let (message, to): (_, Party) = ("m6".parse().expect("an id"), "bob".parse().expect("a name"));
        let asked = attempt::Asked { message, to: to.clone(), again: false };
        let asks = attempt::Ask { deliveries: vec![asked], grant: Some(1) };
        let ids = vec![Some("7F".to_owned())];
        let attempt = attempt::Attempt { message, to, connector: "main".to_owned(), ids, grant: Some(1) };
        let reports = vec![attempt::Report::Accepted { attempt, receipts: false }];
        let stray = world.log.client();
        all_said(&world, day().into_iter().take(5).collect()).await;
        stray.publish("homing.evt.foo.bar", "else".into()).await.expect("anybody may");
        let goes_on = [
            ("alice", sends(&["bob"], "by SMS")),
            ("_sms", asks.into()),
            ("_sms", attempt::Reports { reports, id: None }.into()),
        ];
        all_said(&world, goes_on.into()).await;
        let file = world.folder.path().join("day.recording");
        recorded(&world.log, &file).await;
        assert!(differences(&whatif(&file, &[])).is_empty());
        for (args, would_be) in [
            (["--set", "bob.presence=online"], "sent live pc_online"),
            (["--set", "bob.sms=off"], "waiting - sms_off"),
            (["--drop", "c6"], "not_sent - -"),
            (["--drop", "c1"], "not_sent - auth.unknown_sender"),
            (["--add", r#"c6 bob contact.block {"who":"alice"}"#], "filtered - blocked"),
        ] {
            assert_eq!(differences(&whatif(&file, &args)), [format!("m6 bob: sent sms - -> {would_be}")]);
        }
    });
}

/// A timer that the log never set fires nevertheless: who is sent it live and does not confirm gets it by SMS.
#[test]
fn a_deadline_that_was_not_set_comes_by_its_own_time() {
    story(|world| async move {
        let homing = world.serve("data", "decider,scheduler");
        let mut routed = world.log.client().subscribe("homing.evt.delivery.>").await.expect("a subject");
        world.log.client().flush().await.expect("the server answers");
        for (by, command) in day().into_iter().take(5) {
            says(&world.log, by, &command).await;
        }
        for to in ["bob", "dave"] {
            let to = vec![to.parse().expect("a name")];
            let escalate_after = "1s".parse().ok();
            let soon = Send { to, text: Some("soon".into()), escalate_after, ..Send::default() };
            says(&world.log, "alice", &soon.into()).await;
        }
        // Of the two dave alone was sent it live: his deadline is behind where bob's would have been.
        timeout(WITHIN, routed.next()).await.expect("the deadline comes").expect("connected");
        assert!(block_in_place(|| homing.stop()).success());
        let file = world.folder.path().join("day.recording");
        recorded(&world.log, &file).await;
        assert!(differences(&whatif(&file, &[])).is_empty());
        let ended = whatif(&file, &["--set", "bob.presence=online"]);
        let want = ["m6 bob: planned sms no_device_online -> planned sms not_confirmed"];
        assert_eq!(differences(&ended), want, "{}", ended.stderr);
    });
}

/// Another program: this one, with a rule that is changed.
fn other(world: &World) -> PathBuf {
    let path = world.folder.path().join("other");
    fs::write(&path, format!("#!/bin/sh\nHOMING_CHANGED_RULE=1 exec '{HOMING}' \"$@\"\n")).expect("a disk");
    fs::set_permissions(&path, fs::Permissions::from_mode(0o700)).expect("a file of ours");
    path
}

#[test]
fn a_rule_that_was_changed_is_found_and_told_by_whose_outcome_it_changes() {
    story(|world| async move {
        all_said(&world, day()).await;
        let file = world.folder.path().join("day.recording");
        recorded(&world.log, &file).await;
        let verify = |changed: bool| {
            let mut program = Program::new(HOMING);
            program.args(["verify", "--json", "--nats", &world.server.url()]);
            program.arg("--data").arg(world.folder.path().join("data")).stdin(Stdio::null());
            if changed {
                program.env("HOMING_CHANGED_RULE", "1");
            }
            block_in_place(|| run(program.env_remove("NATS_URL"), WITHIN))
        };
        assert!(verify(false).status.success());
        let found = verify(true);
        let report: Value =
            serde_json::from_str(found.stdout.lines().next().unwrap_or_default()).expect("a report");
        let first = &report["first"];
        assert_eq!(
            (first["kind"].as_str(), first["command"].as_u64(), first["commit"].as_u64()),
            (Some("differs"), Some(6), Some(6)),
            "{report}"
        );
        assert!(first["stands"].to_string().contains("to bob, channel sms"), "{first}");
        assert!(first["decided"].to_string().contains("to bob, channel none"), "{first}");
        let other = other(&world);
        let with = ["--with", other.to_str().expect("it is UTF-8")];
        let ended = whatif(&file, &with);
        let want = ["m6 bob: planned sms no_device_online -> waiting - no_device_online"];
        assert_eq!((differences(&ended), ended.status.code()), (want.map(String::from).into(), Some(1)));
        let intended = world.folder.path().join("intended.json");
        let intended = intended.to_str().expect("it is UTF-8");
        assert!(whatif(&file, &[with[0], with[1], "--approve", intended]).status.success());
        assert!(whatif(&file, &[with[0], with[1], "--approved", intended]).status.success());
        // What is intended is not there.
        assert_eq!(whatif(&file, &["--approved", intended]).status.code(), Some(1));
    });
}
