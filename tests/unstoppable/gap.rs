//! A COMMANDS that does not fit to EVENTS: nothing is decided, both ends are named, and a repair goes on behind the gap.

use std::fs;
use std::path::Path;

use homing::decider::Snapshots;
use homing::log::{Log, Mark};
use homing::rules::State;
use homing::server::Sync;
use homing::words::{EventSeq, Instant};
use serde_json::{Value, json};
use tokio::task::block_in_place;
use tokio::time::timeout;

use crate::support::server::server as start_server;
use crate::support::world::{World, registers, says, story};
use crate::support::{Ended, Homing};
use crate::{WITHIN, homing, outcome, outcomes, refused, registered};

pub(super) async fn js(log: &Log, call: &str, request: Option<Value>) {
    let request = request.map(|request| request.to_string()).unwrap_or_default();
    let answer = log.client().request(format!("$JS.API.{call}"), request.into()).await.expect("it answers");
    let answer: Value = serde_json::from_slice(&answer.payload).expect("JSON");
    assert!(answer.get("error").is_none(), "{call}: {answer}");
}

fn served(world: &World) -> Homing {
    let data = world.folder.path().join("data");
    block_in_place(|| Homing::serve(&data, &world.server.url(), "decider"))
}

/// Registers these, and stops when they are.
async fn decided(world: &World, names: &[&str]) {
    let (homing, mut told) = (served(world), outcomes(&world.log).await);
    for name in names {
        let seq = says(&world.log, "_admin", &registers(name, None)).await;
        assert!(outcome(&mut told, seq).await.accepted);
    }
    assert!(block_in_place(|| homing.stop()).success());
}

/// The same world after its server was stopped, something was done to the folder of COMMANDS, and it was started again.
pub(super) async fn restarted(world: World, meanwhile: impl FnOnce(&Path)) -> World {
    let World { folder, server, log } = world;
    drop(log);
    server.stop().await.expect("nats-server stops");
    let data = folder.path().join("server");
    meanwhile(&data.join("nats/jetstream/$G/streams/COMMANDS"));
    let server = start_server(&data, 0, Sync::Off).await;
    let log = Log::connect(&server.url(), "test").await.expect("it is ready");
    World { folder, server, log }
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("a folder can be made");
    for entry in fs::read_dir(from).expect("it is a folder").map(|entry| entry.expect("it can be read")) {
        let (from, to) = (entry.path(), to.join(entry.file_name()));
        if from.is_dir() {
            copy(&from, &to)
        } else {
            fs::copy(&from, &to).map(drop).expect("a file can be copied")
        }
    }
}

fn repair(world: &World, args: &[&str]) -> Ended {
    let data = world.folder.path().join("data");
    homing(&world.server.url(), &data, &[&["streams", "repair"], args].concat())
}

/// The start that is refused, the repair that only says what it would do, the repair, and the start after it.
async fn mended(world: &World, named: &[&str], planned: &[&str]) -> Homing {
    let told = refused(&world.server.url(), &world.folder.path().join("data"));
    for part in named.iter().chain(&["homing streams repair"]) {
        assert!(told.contains(part), "{part}: {told}");
    }
    let before = [
        world.log.last_seq("COMMANDS").await.expect("it is there"),
        world.log.last_seq("EVENTS").await.expect("it is there"),
    ];
    let plan = repair(world, &[]);
    assert_eq!(plan.status.code(), Some(1), "{}", plan.stderr);
    for part in named.iter().chain(planned) {
        assert!(plan.stdout.contains(part), "{part}: {}", plan.stdout);
    }
    let after = [
        world.log.last_seq("COMMANDS").await.expect("it is there"),
        world.log.last_seq("EVENTS").await.expect("it is there"),
    ];
    assert_eq!(before, after, "without --yes nothing is done");
    repair(world, &["--yes"]).succeeded("the repair");
    assert_eq!(
        repair(world, &[]).succeeded("nothing is wrong any more").stdout.trim(),
        "COMMANDS fits to EVENTS"
    );
    served(world)
}

#[test]
fn commands_made_anew_are_not_skipped_in_silence_and_decided_after_a_repair() {
    story(|world| async move {
        decided(&world, &["alice", "bob", "carol"]).await;
        let log = &world.log;
        js(log, "STREAM.DELETE.COMMANDS", None).await;
        log.provision(true, None).await.unwrap();
        // Both are acknowledged, with the numbers 1 and 2.
        assert_eq!(says(log, "_admin", &registers("dave", None)).await, 1);
        assert_eq!(says(log, "_admin", &registers("erin", None)).await, 2);
        let mut told = outcomes(log).await;
        let named = ["COMMANDS ends at 2", "EVENTS ends with the answer to command 3", "made anew"];
        let planned = ["2 commands were acknowledged and never decided", "the next command has the number 4"];
        let homing = mended(&world, &named, &planned).await;
        assert!(outcome(&mut told, 4).await.accepted);
        assert!(outcome(&mut told, 5).await.accepted);
        let next = says(log, "_admin", &registers("frank", None)).await;
        assert_eq!(next, 6);
        assert!(outcome(&mut told, next).await.accepted);
        assert_eq!(registered(log).await, ["alice", "bob", "carol", "dave", "erin", "frank"]);
        assert!(block_in_place(|| homing.stop()).success());
    });
}

/// As a backup that was written on before Homing was started: the stream reaches as far as the log, with other commands.
#[test]
fn commands_that_were_made_anew_and_reach_as_far_are_told_apart_by_their_times() {
    story(|world| async move {
        decided(&world, &["alice", "bob"]).await;
        let log = &world.log;
        js(log, "STREAM.DELETE.COMMANDS", None).await;
        log.provision(true, None).await.unwrap();
        for name in ["dave", "erin", "frank"] {
            says(log, "_admin", &registers(name, None)).await;
        }
        let mut told = outcomes(log).await;
        let named = ["COMMANDS goes from 1 to 3", "the answer to command 2"];
        let planned = ["3 commands were acknowledged and never decided", "the numbers 3 to 3 are given up"];
        let homing = mended(&world, &named, &planned).await;
        for seq in 4..=6 {
            assert!(outcome(&mut told, seq).await.accepted);
        }
        assert_eq!(registered(log).await, ["alice", "bob", "dave", "erin", "frank"]);
        assert!(block_in_place(|| homing.stop()).success());
    });
}

#[test]
fn commands_that_are_made_anew_beside_a_decider_that_runs_are_not_taken_for_those_before() {
    story(|world| async move {
        let (homing, mut told) = (served(&world), outcomes(&world.log).await);
        let log = &world.log;
        let seq = says(log, "_admin", &registers("alice", None)).await;
        assert!(outcome(&mut told, seq).await.accepted);
        js(log, "STREAM.DELETE.COMMANDS", None).await;
        log.provision(true, None).await.unwrap();
        for name in ["dave", "erin", "frank"] {
            says(log, "_admin", &registers(name, None)).await;
        }
        let ends = async {
            while !homing.log().contains("decider has failed") {
                tokio::task::yield_now().await;
            }
        };
        timeout(WITHIN, ends).await.expect("the decider ends");
        assert_eq!(
            registered(log).await,
            ["alice"],
            "erin and frank have numbers that are next, and are not decided"
        );
        drop(homing);
        repair(&world, &["--yes"]).succeeded("the repair");
        let homing = served(&world);
        assert!(outcome(&mut told, 6).await.accepted);
        assert_eq!(registered(log).await, ["alice", "dave", "erin", "frank"]);
        assert!(block_in_place(|| homing.stop()).success());
    });
}

#[test]
fn who_deletes_commands_beside_a_decider_that_runs_is_told_what_makes_it_and_what_goes_on() {
    story(|world| async move {
        let (served, mut told) = (served(&world), outcomes(&world.log).await);
        let seq = says(&world.log, "_admin", &registers("alice", None)).await;
        assert!(outcome(&mut told, seq).await.accepted);
        js(&world.log, "STREAM.DELETE.COMMANDS", None).await;
        let says = async {
            let data = world.folder.path().join("asking");
            loop {
                let told = homing(&world.server.url(), &data, &["status"]).succeeded("status").stdout;
                if told.contains("failed") {
                    return told;
                }
            }
        };
        let told = timeout(WITHIN, says).await.expect("the decider ends");
        let (makes, goes_on) = (told.find("homing streams apply"), told.find("homing streams repair"));
        assert!(makes.is_some() && makes < goes_on, "{told}");
        drop(served);
    });
}

/// A backup of COMMANDS, older than EVENTS, on which somebody has written since.
#[test]
fn a_restored_backup_keeps_what_was_decided_decided_once_and_what_came_since_is_decided() {
    story(|world| async move {
        decided(&world, &["alice", "bob"]).await;
        let backup = world.folder.path().join("backup");
        let world = restarted(world, |commands| copy(commands, &backup)).await;
        decided(&world, &["carol"]).await;
        let world = restarted(world, |commands| {
            fs::remove_dir_all(commands).unwrap();
            copy(&backup, commands);
        })
        .await;
        let log = &world.log;
        assert_eq!(says(log, "_admin", &registers("dave", None)).await, 3, "a number that was answered");
        let mut told = outcomes(log).await;
        let named = ["COMMANDS goes from 1 to 3", "the answer to command 3"];
        let planned = ["2 commands leave COMMANDS", "1 commands were acknowledged and never decided"];
        let homing = mended(&world, &named, &planned).await;
        assert!(outcome(&mut told, 4).await.accepted);
        assert_eq!(registered(log).await, ["alice", "bob", "carol", "dave"]);
        assert!(block_in_place(|| homing.stop()).success());
    });
}

#[test]
fn commands_that_were_removed_before_they_were_decided_are_named_and_the_others_decided() {
    story(|world| async move {
        decided(&world, &["alice"]).await;
        let log = &world.log;
        for name in ["bob", "carol", "dave"] {
            says(log, "_admin", &registers(name, None)).await;
        }
        js(log, "STREAM.PURGE.COMMANDS", Some(json!({ "seq": 4 }))).await;
        let mut told = outcomes(log).await;
        let named = ["COMMANDS begins at 4", "commands 2 to 3 were removed before they were decided"];
        let homing = mended(&world, &named, &["the numbers 2 to 3 are given up"]).await;
        assert!(outcome(&mut told, 4).await.accepted);
        assert_eq!(registered(log).await, ["alice", "dave"]);
        assert!(block_in_place(|| homing.stop()).success());
    });
}

/// Its one commit is the log's own but for the day on which that log was made.
/// A decider that is active is one reason. What is published meanwhile would find no stream.
#[test]
fn a_repair_that_cannot_be_made_leaves_commands_open() {
    story(|world| async move {
        let (homing, mut told) = (served(&world), outcomes(&world.log).await);
        assert!(::homing::decider::repair(&world.log).await.is_err());
        let seq = says(&world.log, "_admin", &registers("alice", None)).await;
        let decided = timeout(WITHIN, outcome(&mut told, seq)).await.expect("it is decided");
        assert!(decided.accepted);
        assert!(block_in_place(|| homing.stop()).success());
        world.server.stop().await.unwrap();
    });
}

#[test]
fn a_snapshot_of_another_log_is_not_used_although_its_commit_stands_in_this_one() {
    story(|world| async move {
        decided(&world, &["alice"]).await;
        let log = &world.log;
        let commit = log.record("EVENTS", 1).await.unwrap().unwrap().commit().unwrap();
        let other = Instant::from_unix_ms(log.ends("EVENTS").await.unwrap().created.unix_ms() - 1);
        let mark = Mark { seq: EventSeq(1), command: commit.command, at: commit.at, log: Some(other) };
        let snapshots = Snapshots::at(&world.folder.path().join("data")).unwrap();
        snapshots.store(mark, &State::default()).unwrap();
        decided(&world, &["alice", "bob"]).await;
        assert_eq!(registered(log).await, ["alice", "bob"], "who is registered is known");
    });
}
