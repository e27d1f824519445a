//! The durable consumers of Homing, lost in each way in which a server loses them: they go on from where they had come.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod support;

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use async_nats::Subscriber;
use futures_util::StreamExt;
use homing::log::{FindingState, Log, Source};
use homing::rules::message;
use homing::rules::{Command, Fact, presence};
use homing::server::Sync;
use homing::wire::position::Position;
use homing::wire::work::parked_pdu;
use homing::wire::{MessageView, commit, from_msgpack};
use serde_json::{Value, json};
use support::Homing;
use support::server::{connected, server};
use support::world::{World, registers, says, story};
use tokio::task::block_in_place;
use tokio::time::timeout;

const WITHIN: Duration = Duration::from_secs(60);
const OTHERS: &str = "decider";
const FANOUT: &str = "EVENTS/fanout";

async fn api(log: &Log, call: &str, request: Value) -> Value {
    let request = if request.is_null() { String::new() } else { request.to_string() };
    let answer = log.client().request(format!("$JS.API.{call}"), request.into()).await.unwrap();
    serde_json::from_slice(&answer.payload).unwrap()
}

async fn lose(log: &Log, consumer: &str) {
    let gone = api(log, &format!("CONSUMER.DELETE.{}", consumer.replace('/', ".")), Value::Null).await;
    assert_eq!(gone["success"], true, "{gone}");
}

/// Alice and bob, and bob's client, which confirms nothing.
async fn people(log: &Log) -> Subscriber {
    says(log, "_admin", &registers("alice", None)).await;
    says(log, "_admin", &registers("bob", None)).await;
    let live = log.client().subscribe("homing.to.bob.>").await.unwrap();
    let (device, class) = ("pc".parse().unwrap(), presence::DeviceClass::Pc);
    let lease = homing::words::Span::from_secs(3_600);
    says(log, "bob", &Command::from(presence::Online { device, class, lease })).await;
    live
}

async fn send(log: &Log, text: &str) {
    let (to, text) = (vec!["bob".parse().unwrap()], Some(text.into()));
    says(log, "alice", &Command::from(message::Send { to, text, ..message::Send::default() })).await;
}

async fn next_text(live: &mut Subscriber) -> String {
    let came = timeout(WITHIN, live.next()).await.expect("a live message comes").unwrap();
    let shown: MessageView = serde_json::from_slice(&came.payload).unwrap();
    shown.text.unwrap().to_string()
}

/// Waits until it is kept that fan-out has done all that stands in EVENTS.
async fn kept(log: &Log) {
    let last = log.last_seq("EVENTS").await.unwrap();
    let kept = async {
        loop {
            let request = json!({ "last_by_subj": "homing.pos.EVENTS.fanout" });
            let answer = api(log, "STREAM.MSG.GET.POSITIONS", request).await;
            let Some(data) = answer["message"]["data"].as_str() else { continue };
            let bytes = base64::Engine::decode(&base64::engine::general_purpose::STANDARD, data).unwrap();
            if from_msgpack::<Position>(&bytes).unwrap().seq == last {
                return;
            }
        }
    };
    timeout(WITHIN, kept).await.expect("the position is kept");
}

/// What happened before the loss: bob got these.
async fn history(world: &World) -> (Homing, Homing, Subscriber) {
    let others = world.serve("others", OTHERS);
    let fanout = world.serve("fanout", "fanout");
    let mut live = people(&world.log).await;
    for number in 0..20 {
        send(&world.log, &number.to_string()).await;
    }
    for number in 0..20 {
        assert_eq!(next_text(&mut live).await, number.to_string());
    }
    kept(&world.log).await;
    (others, fanout, live)
}

/// So that the next start goes on with it.
async fn as_declared(log: &Log) {
    let findings = log.provision(true, None).await.unwrap();
    let found = findings.into_iter().find(|finding| finding.name == FANOUT).unwrap();
    assert_eq!(found.state, FindingState::AsDeclared, "{:?}", found.differences);
}

#[test]
fn fan_out_whose_consumer_is_deleted_while_it_runs_goes_on_and_sends_nothing_again() {
    story(|world| async move {
        let (others, fanout, mut live) = history(&world).await;
        lose(&world.log, FANOUT).await;
        send(&world.log, "and on").await;
        assert_eq!(next_text(&mut live).await, "and on");
        assert!(fanout.log().contains("a consumer was lost"), "{}", fanout.log());
        as_declared(&world.log).await;
        assert!(block_in_place(|| fanout.stop()).success() && block_in_place(|| others.stop()).success());
        world.server.stop().await.unwrap();
    });
}

#[test]
fn fan_out_whose_consumer_is_gone_or_knows_nothing_at_a_start_sends_no_history() {
    story(|world| async move {
        let (others, mut fanout, mut live) = history(&world).await;
        for forgotten in [false, true] {
            assert!(block_in_place(|| fanout.stop()).success());
            lose(&world.log, FANOUT).await;
            if forgotten {
                // As a server makes it whose file of its state was torn: it stands before the first record.
                let config: Value =
                    serde_json::from_str(include_str!("../streams/EVENTS/fanout.json")).unwrap();
                let request = json!({ "stream_name": "EVENTS", "config": config, "action": "create" });
                let made = api(&world.log, "CONSUMER.CREATE.EVENTS.fanout", request).await;
                assert!(made["error"].is_null(), "{made}");
            }
            let text = format!("while it was away, {forgotten}");
            send(&world.log, &text).await;
            fanout = world.serve("fanout", "fanout");
            assert_eq!(next_text(&mut live).await, text);
            kept(&world.log).await;
        }
        assert!(block_in_place(|| fanout.stop()).success() && block_in_place(|| others.stop()).success());
        world.server.stop().await.unwrap();
    });
}

/// The files of a consumer's state, torn while the server was away; everything runs on.
#[test]
fn a_server_that_comes_back_with_a_torn_consumer_costs_no_history() {
    story(|world| async move {
        let (others, fanout, mut live) = history(&world).await;
        let World { folder, server: before, log } = world;
        let port = before.url().rsplit(':').next().unwrap().parse().unwrap();
        before.stop().await.unwrap();
        let torn = files(&folder.path().join("server"), "o.dat");
        let torn: Vec<PathBuf> =
            torn.into_iter().filter(|path| path.to_string_lossy().contains("fanout")).collect();
        assert!(!torn.is_empty());
        for path in torn {
            fs::write(path, b"torn").unwrap();
        }
        let back = server(&folder.path().join("server"), port, Sync::Off).await;
        drop((log, live));
        let log = connected(&back.url()).await;
        live = log.client().subscribe("homing.to.bob.>").await.unwrap();
        log.flush().await.unwrap();
        send(&log, "and on").await;
        assert_eq!(next_text(&mut live).await, "and on");
        assert!(block_in_place(|| fanout.stop()).success() && block_in_place(|| others.stop()).success());
        as_declared(&log).await;
        back.stop().await.unwrap();
    });
}

fn files(folder: &Path, name: &str) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let found = entries.flat_map(|path| match path {
        path if path.is_dir() => files(&path, name),
        path if path.ends_with(name) => vec![path],
        _ => Vec::new(),
    });
    found.collect()
}

/// Where EVENTS was made anew, a position that is kept of the one before says nothing.
#[test]
fn a_position_in_another_log_makes_nobody_miss_anything() {
    story(|world| async move {
        let (others, fanout, live) = history(&world).await;
        assert!(block_in_place(|| fanout.stop()).success() && block_in_place(|| others.stop()).success());
        drop(live);
        for stream in ["EVENTS", "COMMANDS"] {
            assert_eq!(
                api(&world.log, &format!("STREAM.DELETE.{stream}"), Value::Null).await["success"],
                true
            );
        }
        let others = world.serve("fresh", OTHERS);
        let mut live = people(&world.log).await;
        for text in ["one", "two"] {
            send(&world.log, text).await;
        }
        let fanout = world.serve("fanout", "fanout");
        for text in ["one", "two"] {
            assert_eq!(next_text(&mut live).await, text);
        }
        assert!(block_in_place(|| fanout.stop()).success() && block_in_place(|| others.stop()).success());
        world.server.stop().await.unwrap();
    });
}

#[test]
fn a_scheduler_whose_consumer_is_deleted_sets_timers_again() {
    story(|world| async move {
        let homing = world.serve("all", "decider,scheduler");
        says(&world.log, "_admin", &registers("alice", None)).await;
        says(&world.log, "_admin", &registers("bob", None)).await;
        lose(&world.log, "EVENTS/scheduler").await;
        let (to, text) = (vec!["bob".parse().unwrap()], Some("soon of no use".into()));
        let expires_in = Some(homing::words::Span::from_secs(1));
        let send = message::Send { to, text, expires_in, ..message::Send::default() };
        says(&world.log, "alice", &Command::from(send)).await;
        let mut events = world.log.follow("EVENTS", None, 1);
        let expired = async {
            loop {
                for record in events.next().await.unwrap() {
                    let facts = commit::decode(&record.payload).unwrap().facts;
                    if facts.iter().any(|fact| matches!(fact, Fact::Message(message::Fact::Expired(_)))) {
                        return;
                    }
                }
            }
        };
        timeout(WITHIN, expired).await.expect("it expires");
        assert!(block_in_place(|| homing.stop()).success());
        world.server.stop().await.unwrap();
    });
}

#[test]
fn an_adapter_whose_consumer_is_deleted_gets_what_stands_on_outbox() {
    story(|world| async move {
        world.log.provision(true, None).await.unwrap();
        let source = Source { stream: "OUTBOX", durable: "sms", batch_len_max: 8 };
        let mut draw = world.log.draw(source).await.unwrap();
        let put = async |number: &str| {
            let mut item = parked_pdu(number, "", b"");
            item.subject = format!("homing.out.sms._0.{number}");
            world.log.publish(item, number).await.unwrap()
        };
        let mut taken = Vec::new();
        for (number, loses) in [("1", false), ("2", true), ("3", false)] {
            if loses {
                lose(&world.log, "OUTBOX/sms").await;
            }
            let seq = put(number).await;
            while !taken.contains(&seq) {
                // As an adapter waits: until it has something else to do, and then once more.
                let some = async {
                    loop {
                        if let Ok(some) = timeout(Duration::from_millis(20), draw.next(8)).await {
                            return some;
                        }
                    }
                };
                let some = timeout(WITHIN, some).await.expect("it comes");
                taken.extend(some.iter().map(|taken| taken.record.seq));
            }
        }
        // The first one was not settled, so it stands there and came to the new consumer too.
        assert_eq!(taken, [1, 1, 2, 3]);
        drop(draw);
        world.server.stop().await.unwrap();
    });
}

#[test]
fn a_minute_is_not_open_where_there_is_no_stream_to_take_it_from() {
    story(|world| async move {
        assert!(world.log.open_minute(1).await.is_err());
        world.log.provision(true, None).await.unwrap();
        for _again in 0..2 {
            world.log.open_minute(1).await.unwrap();
        }
        assert_eq!(world.log.minutes().await.unwrap().into_iter().collect::<Vec<_>>(), [1]);
        world.server.stop().await.unwrap();
    });
}

#[test]
fn fan_out_of_an_earlier_version_goes_on_from_where_it_had_come_and_reads_what_this_one_does() {
    story(|world| async move {
        let (others, fanout, mut live) = history(&world).await;
        assert!(block_in_place(|| fanout.stop()).success());
        let mut config = api(&world.log, "CONSUMER.INFO.EVENTS.fanout", Value::Null).await["config"].take();
        let earlier = "attempt.granted attempt.let_go attempt.unknown delivery.filtered delivery.routed message.* \
            occurrence.fired occurrence.missed occurrence.planned occurrence.skipped phone.received presence.online \
            schedule.cancelled schedule.created schedule.ended schedule.replaced schedule.run";
        let subjects: Vec<_> = earlier.split_whitespace().map(|fact| format!("homing.evt.{fact}")).collect();
        config["filter_subjects"] = json!(subjects);
        let request = json!({ "stream_name": "EVENTS", "config": config, "action": "update" });
        let made = api(&world.log, "CONSUMER.CREATE.EVENTS.fanout", request).await;
        assert!(made["error"].is_null(), "{made}");
        let state = async |create| {
            let findings = world.log.provision(create, None).await.unwrap();
            findings.into_iter().find(|finding| finding.name == FANOUT).unwrap().state
        };
        assert_eq!(state(false).await, FindingState::Differs, "only looking changes nothing");
        let mut notes = world.log.client().subscribe("homing.note.alice.>").await.unwrap();
        let fanout = world.serve("fanout", "fanout");
        assert_eq!(state(true).await, FindingState::AsDeclared, "a start has brought it up");
        send(&world.log, "and on").await;
        assert_eq!(next_text(&mut live).await, "and on", "and nothing that came before");
        let (message, messages) = ("m24".parse().ok(), None);
        let received = message::Received(message::Confirm { message, messages });
        says(&world.log, "bob", &Command::from(received)).await;
        let note = timeout(WITHIN, notes.next()).await.expect("news comes").unwrap();
        let note: Value = serde_json::from_slice(&note.payload).unwrap();
        assert_eq!((&note["message"], &note["state"]), (&json!("m24"), &json!("delivered")), "{note}");
        assert!(block_in_place(|| fanout.stop()).success() && block_in_place(|| others.stop()).success());
        world.server.stop().await.unwrap();
    });
}
