//! Questions to the read models on a real server: whoever asks is told what is so, or that it is not known yet.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod support;

use std::process::Command;
use std::time::Duration;

use homing::log::{Log, clock};
use homing::query::Priority;
use homing::rules::Outcome;
use homing::server::{Managed, Sync};
use homing::words::{EventSeq, Span};
use serde_json::{Value, json};
use support::pure_decider::PureDecider;
use support::server::server;
use support::{HOMING, run};
use tempfile::TempDir;
use tokio::task::{JoinHandle, block_in_place};
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

/// Also on a busy machine, where the read models yield to whoever works.
const WITHIN: Duration = Duration::from_secs(120);
/// What takes the read models some seconds: they are the slower for each recipient.
const MESSAGES: usize = 2_000;
const RECIPIENTS: usize = 40;

/// A server with Homing's streams, and what was decided.
struct World {
    folder: TempDir,
    server: Managed,
    log: Log,
    decider: PureDecider,
}

impl World {
    async fn new() -> World {
        let folder = tempfile::tempdir().unwrap();
        let server = server(&folder.path().join("server"), 0, Sync::Off).await;
        let log = Log::connect(&server.url(), "test").await.unwrap();
        log.provision(true, None).await.unwrap();
        World { folder, server, log, decider: PureDecider::default() }
    }

    fn says(&mut self, by: &str, verb: &str, payload: &Value) {
        let subject = format!("homing.cmd.{by}.{verb}");
        let now = clock::now() + Span::from_ms(1);
        let (_, outcome) = self.decider.take(now, &subject, payload.to_string().as_bytes());
        assert!(!matches!(outcome, Outcome::Refused(_)), "{verb} {payload}: {outcome:?}");
    }

    /// alice writes to many phones, and only then bob is registered.
    fn much_is_said(&mut self) {
        let to: Vec<String> = (0..RECIPIENTS).map(|n| format!("+4477009{n:05}")).collect();
        for n in 0..MESSAGES {
            self.says("alice", "message.send", &json!({"to": to, "text": n.to_string()}));
        }
        self.says("_admin", "user.register", &json!({"name": "bob"}));
    }

    /// Puts on EVENTS what was decided since this was called last.
    async fn is_stored(&self) {
        let stored = self.log.last_seq("EVENTS").await.unwrap();
        self.decider.store_behind(EventSeq(stored), &self.log).await;
    }

    /// The role alone, in an empty folder.
    fn answers(&self) -> (CancellationToken, JoinHandle<()>) {
        let stop = CancellationToken::new();
        let (log, data, stopped) = (self.log.clone(), self.folder.path().join("data"), stop.clone());
        let role = async move { homing::query::run(log, &data, Priority::Yields, stopped).await.unwrap() };
        (stop, tokio::spawn(role))
    }

    /// An answer, as soon as anybody answers at all.
    async fn asks(&self, by: &str, name: &str, question: &Value) -> Value {
        let subject = format!("homing.query.{by}.{name}");
        loop {
            let answer = self.log.client().request(subject.clone(), question.to_string().into()).await;
            match answer {
                Ok(answer) => return serde_json::from_slice(&answer.payload).unwrap(),
                Err(_) => tokio::task::yield_now().await,
            }
        }
    }

    /// Asks until something else is said than that it is not known yet; gives that, and how often it was.
    async fn asks_on(&self, by: &str, name: &str, question: &Value) -> (Value, u32) {
        let end = self.log.last_seq("EVENTS").await.unwrap();
        let mut unknown = 0;
        loop {
            let answer = self.asks(by, name, question).await;
            if answer["error"]["code"] != "query.unavailable" {
                assert!(answer["as_of"].as_u64().unwrap() <= end, "{answer}");
                return (answer, unknown);
            }
            assert_eq!(answer["log_end"], json!(end), "{answer}");
            assert!(answer["as_of"].as_u64().unwrap() < end, "{answer}");
            unknown += 1;
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_who_asks_while_the_read_models_are_built_is_told_less_than_is_so() {
    let mut world = World::new().await;
    world.says("_admin", "user.register", &json!({"name": "alice"}));
    world.much_is_said();
    world.is_stored().await;
    let (stop, role) = world.answers();
    let latest = json!({"with": "+447700900007", "before": "latest", "limit": 1});
    let none = json!({});
    let asked = async {
        tokio::join!(
            world.asks_on("bob", "inbox", &none),
            world.asks_on("alice", "history", &latest),
            world.asks_on("_admin", "users", &none),
            world.asks_on("eve", "inbox", &none),
        )
    };
    let (bob, alice, users, eve) = timeout(WITHIN, asked).await.expect("the read models are built");
    assert_eq!(bob.0["items"], json!([]));
    assert_eq!(alice.0["items"][0]["text"], (MESSAGES - 1).to_string());
    let names: Vec<_> =
        users.0["items"].as_array().unwrap().iter().map(|user| user["name"].clone()).collect();
    assert_eq!(names, ["alice", "bob"]);
    assert_eq!(eve.0["error"]["code"], "auth.unknown_sender");
    let end = json!(world.log.last_seq("EVENTS").await.unwrap());
    for (answer, unknown) in [bob, alice, users, eve] {
        assert!(unknown > 0, "it was asked too late, when the read models were built already: {answer}");
        assert_eq!(answer["as_of"], end, "{answer}");
    }
    stop.cancel();
    role.await.unwrap();
    world.server.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_was_registered_a_moment_ago_is_not_unknown_because_the_read_models_are_behind() {
    let mut world = World::new().await;
    world.says("_admin", "user.register", &json!({"name": "alice"}));
    world.is_stored().await;
    let (stop, role) = world.answers();
    let none = json!({});
    let (alice, _) = world.asks_on("alice", "inbox", &none).await;
    assert_eq!((&alice["items"], &alice["as_of"]), (&json!([]), &json!(1)));
    world.much_is_said();
    world.is_stored().await;
    let asked = world.asks_on("bob", "inbox", &none);
    let (bob, _) = timeout(WITHIN, asked).await.expect("the read models catch up");
    assert_eq!(bob["items"], json!([]));
    stop.cancel();
    role.await.unwrap();
    world.server.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_user_sees_whom_they_wrote_with_and_how_much_they_have_not_read() {
    let mut world = World::new().await;
    for name in ["alice", "bob", "carol"] {
        world.says("_admin", "user.register", &json!({"name": name}));
    }
    for (from, text) in [("alice", "one"), ("carol", "two"), ("alice", "three"), ("alice", "four")] {
        world.says(from, "message.send", &json!({"to": ["bob"], "text": text}));
    }
    world.is_stored().await;
    let (stop, role) = world.answers();
    let shown = |answer: &Value| -> Vec<Value> {
        let items = answer["items"].as_array().unwrap_or_else(|| panic!("{answer}")).iter();
        items.map(|item| json!([item["with"], item["unread"], item["last"]["text"]])).collect()
    };
    let none = json!({});
    let (all, _) = world.asks_on("bob", "conversations", &none).await;
    assert_eq!(shown(&all), [json!(["alice", 3, "four"]), json!(["carol", 1, "two"])]);
    let (first, _) = world.asks_on("bob", "conversations", &json!({"limit": 1})).await;
    let behind = json!({"limit": 1, "after": first["next"]});
    let (second, _) = world.asks_on("bob", "conversations", &behind).await;
    assert_eq!((shown(&second), &second["next"]), (vec![json!(["carol", 1, "two"])], &Value::Null));
    // What was received is not read yet.
    world.says("bob", "message.received", &json!({"messages": ["m4", "m5"]}));
    world.says("bob", "message.read", &json!({"messages": ["m5", "m6"]}));
    world.says("bob", "message.send", &json!({"to": ["carol"], "text": "five"}));
    world.is_stored().await;
    let (all, _) = world.asks_on("bob", "conversations", &none).await;
    assert_eq!(shown(&all), [json!(["carol", 0, "five"]), json!(["alice", 2, "four"])]);
    assert_eq!(all["as_of"], json!(world.log.last_seq("EVENTS").await.unwrap()));
    let mut said = Command::new(HOMING);
    said.args(["conversations", "--user", "bob", "--nats", &world.server.url()]);
    let said = block_in_place(|| run(&mut said, WITHIN).succeeded("conversations").stdout);
    let rows: Vec<Vec<&str>> = said.lines().map(|line| line.split_whitespace().collect()).collect();
    assert_eq!((rows[1][0], rows[1][1], rows[2][0], rows[2][1]), ("carol", "-", "alice", "2"), "{said}");
    stop.cancel();
    role.await.unwrap();
    world.server.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_keeps_a_contact_list_is_told_what_has_changed_in_it_and_all_of_it_where_that_is_not_known() {
    let mut world = World::new().await;
    for name in ["alice", "bob", "carol", "dave", "erin"] {
        world.says("_admin", "user.register", &json!({"name": name}));
    }
    for who in ["bob", "carol", "erin"] {
        world.says("alice", "contact.add", &json!({"who": who}));
    }
    world.is_stored().await;
    let (stop, role) = world.answers();
    let asks = async |question: &Value| world.asks_on("alice", "contacts", question).await.0;
    let shown = |answer: &Value| -> Value {
        let items = answer["items"].as_array().unwrap_or_else(|| panic!("{answer}")).iter();
        let who: Vec<_> = items.map(|item| json!([item["who"], item["alias"], item["mood"]])).collect();
        json!([who, answer["removed"], answer["whole"]])
    };
    let (bob, carol, erin) =
        (json!(["bob", null, null]), json!(["carol", null, null]), json!(["erin", null, null]));
    let whole = asks(&json!({})).await;
    assert_eq!(shown(&whole), json!([[bob, carol, erin], null, true]));
    let since = |version: &Value| json!({"since": version});
    let first = whole["version"].clone();
    assert_eq!(shown(&asks(&since(&first)).await), json!([[], null, false]));

    world.says("bob", "profile.set", &json!({"mood": "merry"}));
    world.says("alice", "contact.remove", &json!({"who": "carol"}));
    world.says("alice", "contact.add", &json!({"who": "dave", "alias": "D"}));
    // What others do to their lists, and who is online, is no change.
    world.says("dave", "contact.add", &json!({"who": "alice"}));
    world.says("erin", "presence.online", &json!({"device": "pc", "class": "pc"}));
    world.is_stored().await;
    let asks = async |question: &Value| world.asks_on("alice", "contacts", question).await.0;
    let changed = asks(&since(&first)).await;
    let (bob, dave) = (json!(["bob", null, "merry"]), json!(["dave", "D", null]));
    assert_eq!(shown(&changed), json!([[bob, dave], ["carol"], false]));
    let second = changed["version"].clone();
    assert_ne!(first, second);
    assert_eq!(shown(&asks(&since(&second)).await), json!([[], null, false]));

    let page = asks(&json!({"since": first, "limit": 1})).await;
    assert_eq!((shown(&page), &page["version"]), (json!([[bob], ["carol"], false]), &second));
    let page = asks(&json!({"since": first, "limit": 1, "after": page["next"]})).await;
    assert_eq!((shown(&page), &page["version"]), (json!([[dave], null, null]), &Value::Null));
    assert_eq!(page["next"], Value::Null);

    let (seq, log) = second.as_str().unwrap().split_once('-').unwrap();
    let ahead = format!("{}-{log}", seq.parse::<u64>().unwrap() + 1);
    for another in [format!("{seq}-17"), ahead, seq.to_owned(), "a word".to_owned()] {
        let answer = asks(&since(&json!(another))).await;
        assert_eq!(shown(&answer), json!([[bob, dave, erin], null, true]), "since {another}");
        assert_eq!(answer["version"], second);
    }
    stop.cancel();
    role.await.unwrap();
    world.server.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_writes_to_a_group_or_an_app_sees_it_in_what_they_asked_for() {
    let mut world = World::new().await;
    for (name, access) in [("alice", None), ("quiz", Some("app:07"))] {
        world.says("_admin", "user.register", &json!({"name": name, "access": access}));
    }
    world.says("alice", "group.create", &json!({"name": "Class", "members": ["quiz"], "confirm": false}));
    world.says("alice", "group.set", &json!({"group": "3001", "name": "Class 3b"}));
    let when = json!({"every": "day", "times": ["09:00"], "zone": "UTC"});
    for (to, as_group) in [("#3001", true), ("app:07#3001", false)] {
        let message = json!({"to": [to], "text": "x", "as_group": as_group});
        world.says("alice", "schedule.create", &json!({"message": message, "when": when}));
    }
    world.says("alice", "message.send", &json!({"to": ["app:07#3001"], "text": "paris"}));
    world.is_stored().await;
    let (stop, role) = world.answers();
    let (answer, _) = world.asks_on("alice", "delivery", &json!({"message": "m7"})).await;
    assert_eq!((&answer["group"], &answer["recipients"]), (&json!("3001"), &json!([])), "{answer}");
    let (listed, _) = world.asks_on("alice", "schedules", &json!({})).await;
    let to = |n: usize| (listed["items"][n]["to"][0].clone(), listed["items"][n]["as_group"].clone());
    assert_eq!(to(0), (json!("#3001"), json!(true)), "{listed}");
    assert_eq!(to(1), (json!("app:07#3001"), Value::Null), "{listed}");
    stop.cancel();
    role.await.unwrap();
    world.server.stop().await.unwrap();
}
