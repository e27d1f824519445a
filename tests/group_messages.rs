//! Messages to groups on a real server: live, waiting and for SMS, in sums and pages, and through a crash.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod support;

use std::collections::BTreeSet;
use std::time::Duration;

use async_nats::Subscriber;
use futures_util::StreamExt;
use homing::log::Log;
use homing::wire::subjects;
use serde_json::{Value, json};
use support::world::{World, story};
use tokio::task::block_in_place;
use tokio::time::timeout;

/// Also on a busy machine.
const WITHIN: Duration = Duration::from_secs(60);
const ROLES: &str = "decider,fanout,query";

/// Stores a command; gives its number.
async fn says(log: &Log, by: &str, verb: &str, fields: Value) -> u64 {
    let stored = async_nats::jetstream::new(log.client().clone());
    let stored = stored.publish(subjects::command(by, verb), fields.to_string().into()).await.unwrap();
    stored.await.unwrap().sequence
}

async fn outcome(log: &Log, by: &str, verb: &str, fields: Value) -> Value {
    let mut outcomes = listens(log, &format!("homing.outcome.{by}.>")).await;
    let seq = says(log, by, verb, fields).await;
    loop {
        let told = next(&mut outcomes).await;
        if told["command"] == seq {
            return told;
        }
    }
}

async fn listens(log: &Log, subject: &str) -> Subscriber {
    let heard = log.client().subscribe(subject.to_owned()).await.unwrap();
    log.flush().await.unwrap();
    heard
}

async fn next(heard: &mut Subscriber) -> Value {
    let came = timeout(WITHIN, heard.next()).await.expect("it comes").unwrap();
    serde_json::from_slice(&came.payload).unwrap()
}

async fn asks(log: &Log, by: &str, name: &str, question: Value) -> Value {
    let asked = log.client().request(subjects::query(by, name), question.to_string().into());
    let answer = timeout(WITHIN, asked).await.expect("it is answered").unwrap();
    serde_json::from_slice(&answer.payload).unwrap()
}

async fn online(log: &Log, who: &str) {
    says(log, who, "presence.online", json!({ "device": "pc", "class": "pc", "lease": "1h" })).await;
}

fn names(answer: &Value, list: &str, key: &str) -> Vec<String> {
    answer[list].as_array().unwrap().iter().map(|item| item[key].as_str().unwrap().to_owned()).collect()
}

async fn ends(world: World, homing: support::Homing) {
    assert!(block_in_place(|| homing.stop()).success());
    world.server.stop().await.unwrap();
}

#[test]
fn each_member_gets_it_by_what_reaches_them_and_its_sender_is_told_in_sums() {
    story(|world| async move {
        let (log, homing) = (&world.log, world.serve("all", ROLES));
        for name in ["alice", "bob", "carol", "dave", "erin"] {
            let phone = (name == "carol").then_some("+8613800138000");
            says(log, "_admin", "user.register", json!({ "name": name, "phone": phone })).await;
        }
        let new = json!({ "name": "class", "members": ["bob", "carol", "dave"], "confirm": false });
        assert_eq!(outcome(log, "alice", "group.create", new).await["group"], "3001");
        says(log, "_admin", "user.suspend", json!({ "name": "dave" })).await;
        online(log, "bob").await;
        let mut live = listens(log, "homing.to.bob.>").await;
        let mut notes = listens(log, "homing.note.alice.>").await;
        let sent = outcome(log, "alice", "message.send", json!({ "to": ["#3001"], "text": "at nine" })).await;
        let message = sent["message"].as_str().unwrap().to_owned();
        // The first that comes may be that bob was put in the group.
        let shown = loop {
            let shown = next(&mut live).await;
            if shown["message"] == message.as_str() {
                break shown;
            }
        };
        assert_eq!(
            (&shown["group"], &shown["from"], &shown["to"]),
            (&"3001".into(), &"alice".into(), &"bob".into())
        );
        let by_sms = format!("homing.out.sms.carol.{message}");
        let outbox = async_nats::jetstream::new(log.client().clone()).get_stream("OUTBOX").await.unwrap();
        let waits = async { while outbox.get_last_raw_message_by_subject(&by_sms).await.is_err() {} };
        timeout(WITHIN, waits).await.expect("carol's lies on OUTBOX");
        says(log, "bob", "message.read", json!({ "message": message })).await;
        let want = json!({ "filtered": 1, "planned": 1, "read": 1 });
        let told = async {
            loop {
                let told = next(&mut notes).await;
                assert_eq!((&told["message"], &told["group"]), (&message.as_str().into(), &"3001".into()));
                if told["sums"] == want {
                    break;
                }
            }
        };
        timeout(WITHIN, told).await.expect("the sums come");
        let first = asks(log, "alice", "delivery", json!({ "message": message, "limit": 2 })).await;
        assert_eq!((&first["group"], &first["sums"]), (&"3001".into(), &want));
        let rest = json!({ "message": message, "limit": 2, "after": first["next"] });
        let rest = asks(log, "alice", "delivery", rest).await;
        let all = [names(&first, "recipients", "to"), names(&rest, "recipients", "to")].concat();
        assert_eq!((all, &rest["next"]), (vec!["bob".into(), "carol".into(), "dave".into()], &Value::Null));
        let own = asks(log, "bob", "delivery", json!({ "message": message })).await;
        assert_eq!((names(&own, "recipients", "to"), &own["sums"]), (vec!["bob".to_owned()], &Value::Null));
        // Who joins later sees what is written from then on.
        let invite = json!({ "group": "3001", "who": ["erin"], "confirm": false });
        assert_eq!(outcome(log, "alice", "group.invite", invite).await["accepted"], true);
        outcome(log, "bob", "message.send", json!({ "to": ["#3001"], "text": "fine" })).await;
        let texts = |answer: &Value| names(answer, "items", "text");
        let history = json!({ "with": "#3001" });
        assert_eq!(texts(&asks(log, "erin", "history", history.clone()).await), ["fine"]);
        for who in ["alice", "bob", "carol"] {
            let seen = asks(log, who, "history", history.clone()).await;
            assert_eq!(texts(&seen), ["at nine", "fine"], "{who}");
        }
        let talks = asks(log, "carol", "conversations", json!({})).await;
        assert_eq!((&talks["items"][0]["with"], &talks["items"][0]["unread"]), (&"#3001".into(), &2.into()));
        outcome(log, "erin", "group.leave", json!({ "group": "3001" })).await;
        assert_eq!(asks(log, "erin", "history", history).await["error"]["code"], "group.not_member");
        let members = asks(log, "bob", "groups", json!({ "group": "3001" })).await;
        assert_eq!(names(&members, "items", "who"), ["alice", "bob", "carol", "dave"]);
        let of_bob = asks(log, "bob", "groups", json!({})).await;
        assert_eq!((&of_bob["items"][0]["size"], &of_bob["items"][0]["role"]), (&4.into(), &"member".into()));
        ends(world, homing).await;
    });
}

/// Members of a group whose plan takes several pages.
const MANY: usize = 2_500;

#[test]
fn a_kill_9_during_a_message_to_many_leaves_out_nobody() {
    story(|world| async move {
        let (log, mut homing) = (&world.log, world.serve("all", ROLES));
        says(log, "_admin", "user.register", json!({ "name": "alice" })).await;
        let limits = json!({ "name": "alice", "limits": { "recipients_per_s": 100_000 } });
        says(log, "_admin", "user.set", limits).await;
        says(log, "alice", "group.create", json!({ "name": "all", "cap": 10_000 })).await;
        let people: Vec<String> = (0..MANY).map(|n| format!("p{n}")).collect();
        for thousand in people.chunks(1_000) {
            for name in thousand {
                says(log, "_admin", "user.register", json!({ "name": name })).await;
                online(log, name).await;
            }
            let invite = json!({ "group": "3001", "who": thousand, "confirm": false });
            assert_eq!(outcome(log, "alice", "group.invite", invite).await["accepted"], true);
        }
        for round in 0..3 {
            let mut live = listens(log, "homing.to.>").await;
            let sent = json!({ "to": ["#3001"], "text": format!("round {round}") });
            let message = format!("m{}", says(log, "alice", "message.send", sent).await);
            let (mut reached, mut killed) = (BTreeSet::new(), false);
            while reached.len() < MANY {
                let came = timeout(WITHIN, live.next()).await.expect("somebody is left out").unwrap();
                let mut tokens = came.subject.split('.').skip(2);
                let (to, about) = (tokens.next().unwrap().to_owned(), tokens.next().unwrap());
                if about == message {
                    reached.insert(to);
                    // Sooner each time: in the first page, in the second.
                    if !killed && reached.len() > MANY / (2 << round) {
                        killed = true;
                        homing.kill();
                        homing = world.serve("all", ROLES);
                    }
                }
            }
            assert!(killed, "it was all over at once");
        }
        ends(world, homing).await;
    });
}
