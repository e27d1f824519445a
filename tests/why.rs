//! Why: every refusal and every end of a delivery has a story that names its cause, with the index and without it.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod support;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use homing::log::Log;
use homing::query::{Priority, why_from_log};
use homing::rules::message::FilterReason;
use homing::rules::{Commit, Fact, Rejection, Sender};
use homing::server::{Managed, Sync};
use homing::wire::why::{Story, WhyOf};
use homing::wire::{commit, subjects};
use homing::words::{CommandSeq, EventSeq, Instant};
use serde_json::{Value, json};
use support::pure_decider::PureDecider;
use support::server::server;
use support::tale;
use tempfile::TempDir;
use tokio_util::sync::CancellationToken;

/// A server on which one story after another is stored.
struct World {
    folder: TempDir,
    server: Managed,
    log: Log,
}

impl World {
    async fn new() -> World {
        let folder = tempfile::tempdir().unwrap();
        let server = server(&folder.path().join("server"), 0, Sync::Off).await;
        let log = Log::connect(&server.url(), "test").await.unwrap();
        World { folder, server, log }
    }

    /// The story alone stands on EVENTS.
    async fn stores(&self, story: &PureDecider) {
        let js = async_nats::jetstream::new(self.log.client().clone());
        for stream in ["EVENTS", "COMMANDS"] {
            // Where there was no story before, there is no stream.
            if js.get_stream(stream).await.is_ok() {
                js.delete_stream(stream).await.unwrap();
            }
        }
        self.log.provision(true, None).await.unwrap();
        story.store_behind(EventSeq(0), &self.log).await;
    }

    async fn why(&self, id: &str) -> Story {
        let asked = WhyOf { id: id.to_owned(), ..WhyOf::default() };
        why_from_log(&(&self.log).into(), asked, |_, _| {})
            .await
            .unwrap_or_else(|untold| panic!("{id}: {untold:?}"))
    }
}

/// The stories as they are told in `tests/stories/`.
fn stories() -> Vec<(PathBuf, PureDecider)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/stories");
    let mut paths: Vec<PathBuf> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    paths.into_iter().map(|path| (path.clone(), told(&fs::read_to_string(path).unwrap()))).collect()
}

fn told(story: &str) -> PureDecider {
    let mut decider = PureDecider::default();
    for line in story.lines().filter(|line| line.starts_with(|first: char| first.is_ascii_digit())) {
        let said = [" -> accepted", " -> refused"].iter().find_map(|answer| line.split_once(answer));
        let mut words = said.map_or(line, |(said, _)| said).splitn(4, ' ');
        let mut word = || words.next().unwrap();
        let at = tale::time(word());
        let subject = subjects::command(word(), word());
        decider.take(at, &subject, &tale::bytes(word()));
    }
    decider
}

fn commits(story: &PureDecider) -> Vec<Commit> {
    story.log.iter().map(|(_, bytes)| commit::decode(bytes).unwrap()).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_end_of_a_delivery_is_told_with_its_cause() {
    let world = World::new().await;
    let mut ends: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for (path, story) in stories() {
        world.stores(&story).await;
        for commit in commits(&story) {
            for message in commit.facts.iter().filter_map(accepted) {
                let why = world.why(&message).await;
                for one in &why.recipients {
                    assert!(!one.steps.is_empty(), "{}: {message} to {}: {why:?}", path.display(), one.to);
                    let reason = one.reason.clone().unwrap_or_default();
                    ends.entry(one.state.clone()).or_default().insert(reason);
                }
            }
        }
    }
    let filtered = FilterReason::ALL.iter().map(ToString::to_string);
    let missing: Vec<_> = filtered.filter(|reason| !ends["filtered"].contains(reason)).collect();
    assert_eq!(missing, Vec::<String>::new(), "no delivery of a story has these reasons");
    for state in ["delivered", "read", "filtered", "recalled", "expired", "failed"] {
        assert!(ends.contains_key(state), "{state}: {ends:?}");
    }
    world.server.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_refusal_is_told_with_its_cause() {
    let world = World::new().await;
    let mut story = PureDecider::default();
    // Some take a hundred thousand of something: here each is a fact, as a decider writes it.
    let codes: BTreeSet<&str> = Rejection::CODES.iter().copied().collect();
    for (seq, code) in (1..).zip(&codes) {
        let refused =
            json!({"command.refused": {"code": code, "text": format!("this is {code}"), "field": "to"}});
        let facts = vec![serde_json::from_value(refused).unwrap()];
        let (command, at, by) = (CommandSeq(seq), Instant::from_unix_ms(1_000), Sender::Unknown);
        let commit = Commit { command, at, by, part: 0, parts: 1, intent: None, facts };
        story.log.push((subjects::event(&commit), commit::encode(&commit)));
    }
    world.stores(&story).await;
    for (seq, code) in (1..).zip(&codes) {
        // Under the id that its message would have too.
        for id in [format!("c{seq}"), format!("m{seq}")] {
            let why = world.why(&id).await;
            assert_eq!(why.says, format!("c{seq} is refused with {code}, at the field to: this is {code}"));
        }
    }
    world.server.stop().await.unwrap();
}

fn accepted(fact: &Fact) -> Option<String> {
    (fact.name() == "message.accepted").then(|| fact.message().map(|message| message.to_string()))?
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_index_makes_the_answer_faster_and_never_other() {
    let world = World::new().await;
    let mut asked = 0;
    for name in ["group_sms", "sms", "live_and_waiting", "opted_out"] {
        let Some((_, story)) = stories().into_iter().find(|(path, _)| path.file_stem().unwrap() == name)
        else {
            panic!("there is no story {name}");
        };
        world.stores(&story).await;
        let stop = CancellationToken::new();
        let (log, data, stopped) = (world.log.clone(), world.folder.path().join(name), stop.clone());
        let role = tokio::spawn(async move {
            homing::query::run(log, &data, Priority::Normal, stopped).await.unwrap();
        });
        for commit in commits(&story) {
            for message in commit.facts.iter().filter_map(accepted) {
                let answer = asks(&world.log, "_admin", &json!({ "id": message })).await;
                let mut read = serde_json::to_value(world.why(&message).await).unwrap();
                read["as_of"] = answer["as_of"].clone();
                assert_eq!(answer, read);
                asked += 1;
            }
        }
        stop.cancel();
        role.await.unwrap();
    }
    assert!(asked > 20, "{asked}");
    world.server.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn users_are_told_about_what_they_sent_or_got_and_not_what_others_did() {
    let world = World::new().await;
    let story = told(
        r#"09:00:00 _admin user.register {"name":"alice"}
09:00:01 _admin user.register {"name":"bob"}
09:00:02 _admin user.register {"name":"carol"}
09:00:03 _admin user.register {"name":"mallory"}
09:00:04 bob presence.online {"device":"pc","class":"pc"}
09:00:05 bob presence.offline {"device":"pc"}
09:00:06 alice message.send {"to":["bob","carol"],"text":"on my way"}
09:00:07 alice message.send {"to":["nobody"],"text":"on my way"}
"#,
    );
    world.stores(&story).await;
    let stop = CancellationToken::new();
    let (log, data, stopped) = (world.log.clone(), world.folder.path().join("rights"), stop.clone());
    let role = tokio::spawn(async move {
        homing::query::run(log, &data, Priority::Normal, stopped).await.unwrap();
    });
    for (by, question, want) in [
        ("_admin", json!({"id": "m7"}), json!(["bob: pc went offline", "carol"])),
        ("_admin", json!({"id": "m7", "to": "carol"}), json!(["carol"])),
        ("alice", json!({"id": "m7"}), json!(["bob", "carol"])),
        ("bob", json!({"id": "m7"}), json!(["bob"])),
        ("bob", json!({"id": "m7", "to": "carol"}), json!(["bob"])),
        ("mallory", json!({"id": "m7"}), json!("message.unknown")),
        ("mallory", json!({"id": "m8"}), json!("message.unknown")),
        ("alice", json!({"id": "c8"}), json!("auth.not_allowed")),
        ("alice", json!({"id": "bob"}), json!("auth.not_allowed")),
        ("alice", json!({"id": "smsc:1"}), json!("auth.not_allowed")),
        ("_admin", json!({"id": "m8"}), json!([])),
        ("_admin", json!({"id": "m9"}), json!("query.unknown_id")),
        ("_admin", json!({"id": "zed"}), json!("query.unknown_id")),
        ("_admin", json!({"id": "m7", "limit": 0}), json!("query.bad_limit")),
        ("_admin", json!({"id": "m7", "after": "?"}), json!("query.bad_cursor")),
    ] {
        let answer = asks(&world.log, by, &question).await;
        assert_eq!(brief(&answer), want, "{by} {question}: {answer}");
    }
    stop.cancel();
    role.await.unwrap();
    world.server.stop().await.unwrap();
}

/// The recipients, each with what had made them offline; or the code.
fn brief(answer: &Value) -> Value {
    let recipients = answer["recipients"].as_array().cloned().unwrap_or_default();
    let one = |one: &Value| {
        let offline = one["gates"].as_array().unwrap().iter().find(|gate| gate["gate"] == "presence");
        let because = offline.and_then(|gate| gate["because"].as_str()).map(|because| format!(": {because}"));
        json!(format!("{}{}", one["to"].as_str().unwrap(), because.unwrap_or_default()))
    };
    match answer["error"]["code"].as_str() {
        Some(code) => json!(code),
        None => json!(recipients.iter().map(one).collect::<Vec<_>>()),
    }
}

/// The answer of the read models, as soon as they are there.
async fn asks(log: &Log, by: &str, question: &Value) -> Value {
    let subject = subjects::query(by, "why");
    loop {
        let asked = log.client().request(subject.clone(), question.to_string().into()).await;
        let Ok(answer) = asked else {
            tokio::task::yield_now().await;
            continue;
        };
        let answer: Value = serde_json::from_slice(&answer.payload).unwrap();
        if answer["error"]["code"] != "query.unavailable" {
            return answer;
        }
    }
}
