//! Roles of one process: one that fails is started again alone, and `homing status` says how each of them is.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod support;

use std::process::Command as Program;
use std::time::Duration;

use futures_util::StreamExt;
use homing::log::{Log, Pipeline};
use homing::rules::Command;
use homing::rules::identity::{LimitChanges, SetUser};
use homing::rules::message::Send;
use homing::rules::presence::{DeviceClass, Encoding, Online};
use homing::wire::{command, subjects};
use homing::words::Span;
use serde_json::Value;
use support::world::{registers, says, story};
use support::{HOMING, Homing, run};
use tokio::task::block_in_place;
use tokio::time::timeout;

/// Also on a busy machine.
const WITHIN: Duration = Duration::from_secs(120);
/// Enough to fill a small disk.
const MESSAGES_MAX: usize = 40_000;

fn status(nats: &str) -> Vec<Value> {
    let mut asking = Program::new(HOMING);
    asking.args(["status", "--json", "--nats", nats]);
    let told = run(&mut asking, WITHIN).succeeded("status").stdout;
    serde_json::from_str(&told).unwrap_or_else(|error| panic!("{told}: {error}"))
}

/// State and reason of a role, in whichever process it is.
fn role(processes: &[Value], name: &str) -> (String, String) {
    let roles = processes.iter().flat_map(|process| process["roles"].as_array().unwrap());
    let its = roles.into_iter().find(|role| role["role"] == name).unwrap_or_else(|| panic!("{processes:?}"));
    (its["state"].as_str().unwrap().to_owned(), its["why"].as_str().unwrap_or_default().to_owned())
}

fn to_bob(text: String) -> Command {
    Command::from(Send { to: vec!["bob".parse().unwrap()], text: Some(text.into()), ..Send::default() })
}

/// A mailbox that takes all of them.
fn roomy(name: &str) -> Command {
    let limits = LimitChanges { mailbox: Some(Some(u32::MAX)), ..LimitChanges::default() };
    Command::from(SetUser { limits: Some(limits), ..SetUser::of(name.parse().unwrap()) })
}

/// Sends until the role says that its disk is full.
async fn fill(log: &Log, disk: &Homing) {
    let mut pipeline = Pipeline::new(log.clone(), 1_000);
    for number in 0..MESSAGES_MAX {
        let send = to_bob(number.to_string());
        let payload = command::encode(&send, Encoding::Msgpack).into();
        pipeline.publish(subjects::command("alice", send.verb()), payload).await.unwrap();
        if number % 500 == 0 && disk.log().contains("query has failed") {
            return;
        }
    }
    pipeline.drain().await.unwrap();
}

#[test]
fn a_role_whose_disk_is_full_fails_alone_and_goes_on_when_there_is_room() {
    story(async |world| {
        let _decides = world.serve("decider", "decider");
        let (disk, nats) = (world.folder.path().join("small"), world.server.url());
        let started = || Homing::serve_on_a_small_disk(&disk, &nats, "fanout,query", &[]);
        let Some(homing) = block_in_place(started) else { return };
        for name in ["alice", "bob"] {
            says(&world.log, "_admin", &registers(name, None)).await;
        }
        says(&world.log, "_admin", &roomy("bob")).await;
        let (device, class, lease) = ("pc".parse().unwrap(), DeviceClass::Pc, Span::from_secs(3_600));
        says(&world.log, "bob", &Command::from(Online { device, class, lease })).await;
        fill(&world.log, &homing).await;
        let failed = async {
            while !homing.log().contains("query has failed") {
                tokio::task::yield_now().await;
            }
        };
        timeout(WITHIN, failed).await.expect("it says that its disk is full");

        // The process goes on, and its other role delivers.
        let mut live = world.log.client().subscribe("homing.to.bob.>").await.unwrap();
        world.log.flush().await.unwrap();
        says(&world.log, "alice", &to_bob("the last one".to_owned())).await;
        let arrived = async {
            while let Some(message) = live.next().await {
                if message.payload.windows(12).any(|bytes| bytes == b"the last one") {
                    return;
                }
            }
        };
        timeout(WITHIN, arrived).await.expect("what is sent meanwhile arrives");
        let processes = block_in_place(|| status(&nats));
        assert_eq!(processes.len(), 2, "each process answers: {processes:?}");
        assert_eq!(role(&processes, "fanout").0, "running");

        // With room it is started again, and reads on.
        block_in_place(|| homing.enlarge_disk(&disk));
        let answers = async {
            let ask = || world.log.client().request("homing.query._admin.users", "".into());
            while !ask().await.is_ok_and(|answer| answer.payload.windows(3).any(|bytes| bytes == b"bob")) {
                tokio::task::yield_now().await;
            }
        };
        timeout(WITHIN, answers).await.expect("with room it answers again");
        let processes = block_in_place(|| status(&nats));
        assert_eq!(role(&processes, "query"), ("running".to_owned(), String::new()));
        let failures: u64 = processes.iter().map(|process| process["failures"].as_u64().unwrap()).sum();
        assert!(failures > 0, "{processes:?}");
        assert!(block_in_place(|| homing.stop()).success());
    });
}

/// Each new consumer of a stream costs the server a file and a directory.
#[test]
fn a_decider_that_stands_by_reads_on_with_the_same_consumer() {
    const COMMANDS: u64 = 200;
    story(async |world| {
        let active = world.serve("active", "decider");
        let advisories = "$JS.EVENT.ADVISORY.CONSUMER.CREATED.EVENTS.>";
        let mut made = world.log.client().subscribe(advisories).await.unwrap();
        world.log.flush().await.unwrap();
        let standby = world.serve("standby", "decider");
        // Two seconds of commands: six looks of the one that stands by.
        let mut pace = tokio::time::interval(Duration::from_millis(10));
        for number in 0..COMMANDS {
            pace.tick().await;
            says(&world.log, "_admin", &registers(&format!("u{number}"), None)).await;
        }
        drop(active);
        // It takes over, so it had read what was decided.
        let mut told = world.log.client().subscribe("homing.outcome._admin.>").await.unwrap();
        world.log.flush().await.unwrap();
        says(&world.log, "_admin", &registers("last", None)).await;
        timeout(WITHIN, told.next()).await.expect("the one that stood by decides");
        let mut count = 0;
        while let Ok(Some(_)) = timeout(Duration::ZERO, made.next()).await {
            count += 1;
        }
        assert!((1..=2).contains(&count), "{count} consumers were made");
        assert!(block_in_place(|| standby.stop()).success());
    });
}

#[test]
fn where_no_homing_runs_status_says_so() {
    story(async |world| {
        let mut asking = Program::new(HOMING);
        asking.args(["status", "--nats", &world.server.url()]);
        let ended = block_in_place(|| run(&mut asking, WITHIN));
        assert_eq!(ended.status.code(), Some(1), "{}", ended.stderr);
        assert!(ended.stderr.contains("no Homing runs here"), "{}", ended.stderr);
    });
}

#[test]
fn a_decider_that_stands_by_says_so_and_processes_are_told_apart() {
    story(async |world| {
        let both = [world.serve("one", "decider"), world.serve("two", "decider")];
        let url = world.server.url();
        let told = async {
            loop {
                let processes = block_in_place(|| status(&url));
                let states: Vec<&str> =
                    processes.iter().filter_map(|process| process["roles"][0]["state"].as_str()).collect();
                if states.contains(&"running") && states.contains(&"standby") {
                    return processes;
                }
            }
        };
        let processes = timeout(WITHIN, told).await.expect("one decides, and one stands by");
        assert_eq!(processes.len(), 2, "{processes:?}");
        assert!(processes[0]["host"].as_str().is_some_and(|host| !host.is_empty()), "{processes:?}");
        assert_ne!(processes[0]["pid"], processes[1]["pid"]);
        for homing in both {
            assert!(block_in_place(|| homing.stop()).success());
        }
    });
}
