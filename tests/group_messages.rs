//! Messages to groups on a real server: live, waiting and for SMS, in sums and pages, and through a crash.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod support;

use std::collections::BTreeSet;

use futures_util::StreamExt;
use homing::log::Log;
use serde_json::{Value, json};
use support::talk::{WITHIN, asks, listens, next, online, outcome, says, says_all};
use support::world::{World, story};
use tokio::task::block_in_place;
use tokio::time::timeout;

const ROLES: &str = "decider,fanout,query";

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

/// Members of a group whose plan takes several pages: as many as a group has, but for its owner.
const MANY: usize = 9_999;

#[test]
fn a_kill_9_during_a_message_to_many_leaves_out_nobody() {
    story(|world| async move {
        let log = &world.log;
        let mut roles = ["decider", "fanout", "query"].map(|role| Some(world.serve(role, role)));
        a_group_of_many(log).await;
        // The one that plans its pages, the one that sends them, all of them.
        for (killed, after) in [(0..1, MANY / 100), (1..2, MANY / 2), (0..3, MANY / 4)] {
            let mut live = listens(log, "homing.to.>").await;
            let sent = json!({ "to": ["#3001"], "text": format!("killed: {killed:?}") });
            let message = format!("m{}", says(log, "alice", "message.send", sent).await);
            let (mut reached, mut kills) = (BTreeSet::new(), false);
            while reached.len() < MANY {
                let came = timeout(WITHIN, live.next()).await.expect("somebody is left out").unwrap();
                let mut tokens = came.subject.split('.').skip(2);
                let (to, about) = (tokens.next().unwrap().to_owned(), tokens.next().unwrap());
                if about == message && to != "alice" {
                    reached.insert(to);
                    if !kills && reached.len() > after {
                        kills = true;
                        for role in killed.clone() {
                            roles[role].take().unwrap().kill();
                        }
                        for role in killed.clone() {
                            let name = ["decider", "fanout", "query"][role];
                            roles[role] = Some(world.serve(name, name));
                        }
                    }
                }
            }
            assert!(kills, "it was all over at once");
        }
        for role in roles.into_iter().flatten() {
            assert!(block_in_place(|| role.stop()).success());
        }
        world.server.stop().await.unwrap();
    });
}

/// Alice's, and all who are in it are online.
async fn a_group_of_many(log: &Log) {
    says(log, "_admin", "user.register", json!({ "name": "alice" })).await;
    let limits = json!({ "name": "alice", "limits": { "recipients_per_s": 100_000 } });
    says(log, "_admin", "user.set", limits).await;
    says(log, "alice", "group.create", json!({ "name": "all", "cap": MANY + 1 })).await;
    let people: Vec<String> = (0..MANY).map(|n| format!("p{n}")).collect();
    let device = json!({ "device": "pc", "class": "pc", "lease": "1h" });
    let registered =
        people.iter().map(|name| ("_admin".to_owned(), "user.register", json!({ "name": name })));
    says_all(log, registered).await;
    says_all(log, people.iter().map(|name| (name.clone(), "presence.online", device.clone()))).await;
    for thousand in people.chunks(1_000) {
        let invite = json!({ "group": "3001", "who": thousand, "confirm": false });
        assert_eq!(outcome(log, "alice", "group.invite", invite).await["accepted"], true);
    }
}
