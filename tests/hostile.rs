//! A Homing that everybody may write to: whatever is published, it answers, and goes on.

mod support;

use std::collections::{BTreeMap, HashMap, HashSet};
use std::time::{Duration, Instant};

use async_nats::Subscriber;
use futures_util::StreamExt;
use homing::log::{Log, Pipeline};
use homing::rules::Rejection;
use homing::wire::outcome::OutcomeBody;
use homing::wire::{Outgoing, commit, subjects, to_value};
use homing::words::CommandSeq;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use serde_json::{Value, json};
use support::commands::{bends, wish};
use support::raw::RawClient;
use support::{Homing, resident_kib, say};

/// Anything that is awaited comes within this, or never.
const COMES_WITHIN: Duration = Duration::from_secs(30);
const COMMANDS: usize = 100_000;
const IN_FLIGHT_MAX: usize = 2_000;
/// Some tens of thousands of open messages, and the ids of as many; a leak per command would be more.
const GROWTH_KIB_MAX: u64 = 256 * 1_024;

/// A connection with all outcomes told since.
struct Client {
    log: Log,
    outcomes: Subscriber,
    told: HashMap<u64, OutcomeBody>,
}

impl Client {
    async fn of(homing: &Homing) -> Client {
        let log = Log::connect(homing.url(), "hostile").await.expect("Homing is up");
        let outcomes = log.client().subscribe("homing.outcome.>").await.expect("a subject");
        log.client().flush().await.expect("the server answers");
        Client { log, outcomes, told: HashMap::new() }
    }

    /// Publishes a command, and gives its sequence.
    async fn says(&self, subject: &str, headers: Vec<(&'static str, String)>, payload: Vec<u8>) -> u64 {
        let message = Outgoing { subject: subject.to_owned(), headers, payload };
        self.log.publish(message, &self.log.fresh_identity()).await.expect("it is stored")
    }

    /// The outcome of a command, and that it goes to `token`.
    async fn outcome(&mut self, token: &str, seq: u64) -> OutcomeBody {
        while !self.told.contains_key(&seq) {
            let next = tokio::time::timeout(COMES_WITHIN, self.outcomes.next()).await;
            let message =
                next.unwrap_or_else(|_| panic!("no outcome of {token}'s {seq}")).expect("connected");
            let body = body(&message.payload);
            if body.command.0 == seq {
                assert_eq!(message.subject.as_str(), subjects::outcome(token, CommandSeq(seq)));
            }
            self.told.insert(body.command.0, body);
        }
        self.told.remove(&seq).expect("it was told just now")
    }

    /// Says it and waits for the code, `""` where it is accepted.
    async fn check(&mut self, what: &str, subject: &str, payload: Vec<u8>, code: &str) {
        let seq = self.says(subject, Vec::new(), payload).await;
        let outcome = self.outcome(subjects::outcome_token(subject), seq).await;
        let got = outcome.code.unwrap_or_default();
        assert_eq!(got, code, "{what}: {:?}", outcome.text);
        assert_eq!(outcome.accepted, code.is_empty(), "{what}");
    }

    async fn register(&mut self, name: &str) {
        let body = json!({ "name": name }).to_string().into_bytes();
        self.check(name, "homing.cmd._admin.user.register", body, "").await;
    }

    /// Two new people: one is online, the other writes, and it arrives; the operator sees both.
    async fn is_served(&mut self, from: &str, to: &str) {
        self.register(from).await;
        self.register(to).await;
        let to_name = to.parse().expect("a name");
        let mut live = self.log.client().subscribe(subjects::live_of(&to_name)).await.expect("a subject");
        let online = br#"{"device": "pc", "class": "pc", "lease": "1h"}"#.to_vec();
        self.check("online", &subjects::command(to, "presence.online"), online, "").await;
        let body = json!({ "to": [to], "text": "still there?" }).to_string().into_bytes();
        self.check("a message", &subjects::command(from, "message.send"), body, "").await;
        let heard = tokio::time::timeout(COMES_WITHIN, live.next()).await;
        let heard = heard.expect("it comes live").expect("connected");
        let heard = to_value(&heard.payload).expect("a live message is readable");
        assert_eq!(heard.get("text"), Some(&json!("still there?")));
        for name in [from, to] {
            // The read models follow the log: they may be some thousand commits behind the decider.
            let deadline = Instant::now() + COMES_WITHIN;
            while self.asks("users", &json!({ "user": name })).await.pointer("/items/0/name")
                != Some(&json!(name))
            {
                assert!(Instant::now() < deadline, "the operator does not see {name}");
            }
        }
    }

    /// What an operator's question is answered, if need be after the service has found the server again.
    async fn asks(&self, name: &str, question: &Value) -> Value {
        let deadline = Instant::now() + COMES_WITHIN;
        loop {
            let question = question.to_string().into_bytes();
            match self.log.client().request(subjects::query("_admin", name), question.into()).await {
                Ok(answer) => return to_value(&answer.payload).expect("an answer is readable"),
                Err(error) => assert!(Instant::now() < deadline, "{name}: {error}"),
            }
        }
    }

    /// Which command the last commit answers.
    async fn last_decided(&self) -> u64 {
        let last = self.log.last_seq("EVENTS").await.expect("the server answers");
        let record = self.log.record("EVENTS", last).await.expect("it answers").expect("there is one");
        commit::decode(&record.payload).expect("a commit").command.0
    }
}

fn body(payload: &[u8]) -> OutcomeBody {
    let shown = to_value(payload).expect("an outcome is readable");
    serde_json::from_value(shown).expect("an outcome is one")
}

fn nested(open: &[u8], close: &[u8]) -> Vec<u8> {
    [b"{\"to\":".to_vec(), open.repeat(10_000), close.repeat(10_000), b"}".to_vec()].concat()
}

/// Parts of no size, as a MessagePack that names no field of theirs: 4 bytes each, and 14 in a commit.
fn empty_parts(len: u32) -> Vec<u8> {
    let head = [b"\x82\xa2to\x91\xa5alice\xa5parts\xdd".to_vec(), len.to_be_bytes().to_vec()].concat();
    [head, b"\x93\xa0\xc0\xc4\x00".repeat(len as usize)].concat()
}

/// What it is, the subject, the payload, and the code of the refusal; none where it is accepted.
type Case = (&'static str, &'static str, Vec<u8>, &'static str);

const SEND: &str = "homing.cmd.alice.message.send";

fn json(value: &Value) -> Vec<u8> {
    value.to_string().into_bytes()
}

/// A message from alice to bob, with other fields or more of them.
fn to_bob(more: Value) -> Vec<u8> {
    let mut send = json!({ "to": ["bob"], "text": "x" });
    let fields = more.as_object().cloned().unwrap_or_default();
    send.as_object_mut().expect("an object").extend(fields);
    json(&send)
}

/// Commands that cannot be read.
fn unreadable() -> Vec<Case> {
    vec![
        ("a body of 2 MB", SEND, vec![b'x'; 2_000_000], "command.too_large"),
        ("torn JSON", SEND, b"{\"to\":[\"bob\"],\"text\":".to_vec(), "command.malformed"),
        ("torn MessagePack", SEND, b"\x82\xa2to\x91\xa3bo".to_vec(), "command.malformed"),
        ("a claimed length", SEND, b"\x81\xa2to\xdd\xff\xff\xff\xff".to_vec(), "command.malformed"),
        ("nothing at all", SEND, Vec::new(), "command.malformed"),
        ("neither encoding", SEND, b"hello".to_vec(), "command.malformed"),
        ("bytes behind it", SEND, [to_bob(json!({})), b"x".to_vec()].concat(), "command.malformed"),
        ("text not UTF-8", SEND, b"{\"to\":[\"bob\"],\"text\":\"\xff\xfe\"}".to_vec(), "command.malformed"),
        ("a str not UTF-8", SEND, b"\x82\xa2to\x91\xa3bob\xa4text\xa2\xff\xfe".to_vec(), "command.malformed"),
        ("a half surrogate", SEND, b"{\"to\":[\"bob\"],\"text\":\"\\ud800\"}".to_vec(), "command.malformed"),
        ("a wrong type", SEND, json(&json!({ "to": "bob", "text": 7 })), "command.malformed"),
        ("a field twice", SEND, b"{\"to\":[\"bob\"],\"to\":[],\"text\":\"x\"}".to_vec(), "command.malformed"),
        ("an unknown field", SEND, to_bob(json!({ "from": "bob" })), "command.unknown_field"),
        ("JSON nested deep", SEND, nested(b"[", b"]"), "command.malformed"),
        ("objects nested deep", SEND, nested(b"{\"to\":", b"}"), "command.malformed"),
        ("MessagePack nested deep", SEND, b"\x81\xa2to".repeat(10_000), "command.malformed"),
    ]
}

/// Messages that are not accepted, or not again.
fn unwanted() -> Vec<Case> {
    vec![
        ("no recipient", SEND, to_bob(json!({ "to": [] })), "message.no_recipient"),
        ("too many", SEND, to_bob(json!({ "to": vec!["bob"; 1_001] })), "message.no_recipient"),
        ("nobody", SEND, to_bob(json!({ "to": ["zoe"] })), "message.no_recipient"),
        ("no text", SEND, json(&json!({ "to": ["bob"] })), "message.empty"),
        ("too long a text", SEND, to_bob(json!({ "text": "x".repeat(65_537) })), "message.too_long"),
        ("too many parts", SEND, empty_parts(200_000), "message.too_long"),
        ("an id", SEND, to_bob(json!({ "id": "once" })), ""),
        ("the id again", SEND, to_bob(json!({ "id": "once" })), ""),
        ("the id reused", SEND, to_bob(json!({ "id": "once", "text": "y" })), "command.id_reused"),
        ("too long an id", SEND, to_bob(json!({ "id": "x".repeat(1_040_000) })), "command.too_large"),
    ]
}

/// Commands of somebody else, about something else, or of nobody.
fn not_theirs() -> Vec<Case> {
    vec![
        (
            "a long zone",
            "homing.cmd._admin.user.register",
            json(&json!({ "name": "zoe", "zone": "x".repeat(1_040_000) })),
            "schedule.unknown_zone",
        ),
        ("nobody's command", "homing.cmd.zoe.message.send", to_bob(json!({})), "auth.unknown_sender"),
        ("not a name", "homing.cmd.Alice.message.send", to_bob(json!({})), "auth.unknown_sender"),
        ("not ASCII", "homing.cmd.é.message.send", to_bob(json!({})), "auth.unknown_sender"),
        ("a wildcard", "homing.cmd.*.message.send", to_bob(json!({})), "auth.unknown_sender"),
        (
            "an operator's",
            "homing.cmd.alice.user.register",
            json(&json!({ "name": "zoe" })),
            "auth.not_allowed",
        ),
        (
            "the clock's",
            "homing.cmd.alice.timer.fired",
            json(&json!({ "timer": "expire-m1", "due": 0 })),
            "auth.not_allowed",
        ),
        (
            "the leases'",
            "homing.cmd.bob.presence.lapsed",
            json(&json!({ "user": "alice", "device": "pc", "since": 1 })),
            "auth.not_allowed",
        ),
        ("a part's message", "homing.cmd._sms.message.send", to_bob(json!({})), "auth.not_allowed"),
        ("no such verb", "homing.cmd.alice.message.fly", to_bob(json!({})), "command.unknown"),
        ("too short", "homing.cmd.alice.message", to_bob(json!({})), "command.malformed"),
        ("too long", "homing.cmd.alice.message.send.now", to_bob(json!({})), "command.malformed"),
        (
            "a message to come",
            "homing.cmd.bob.message.read",
            json(&json!({ "message": "m18446744073709551615" })),
            "message.unknown",
        ),
        (
            "another's message",
            "homing.cmd.bob.message.recall",
            json(&json!({ "message": "m3" })),
            "message.not_open",
        ),
        ("and a right one", SEND, to_bob(json!({})), ""),
    ]
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_wrong_command_is_refused_with_its_code() {
    let homing = Homing::start_unsynced();
    let mut client = Client::of(&homing).await;
    for name in ["alice", "bob"] {
        client.register(name).await;
    }
    for (what, subject, payload, code) in [unreadable(), unwanted(), not_theirs()].concat() {
        assert!(code.is_empty() || Rejection::CODES.contains(&code), "{what}: {code} is no code");
        client.check(what, subject, payload, code).await;
    }
    // As many as the server takes, which takes no more on the commit.
    let traced = vec![("traceparent", "0".repeat(32_680)), ("ce-correlationid", "1".repeat(32_680))];
    let seq = client.says(SEND, traced, to_bob(json!({}))).await;
    assert!(client.outcome("alice", seq).await.accepted, "headers of any length");
    client.is_served("henry", "iris").await;
    assert!(homing.stop().success());
}

/// Subjects that a client can publish on and none should.
const ODD: [&str; 10] = [
    "homing.cmd.alice",
    "homing.cmd.alice.message",
    "homing.cmd.alice.message.send.now",
    "homing.cmd.ALICE.message.send",
    "homing.cmd.alice.message.fly",
    "homing.cmd.é你.message.send",
    "homing.cmd.$JS.API.INFO",
    "homing.cmd._inbox.message.send",
    "homing.cmd.-.-.-",
    "homing.cmd._unknown.command.refused",
];

/// Half of it bent, a tenth of it on an odd subject.
fn hostile() -> impl Strategy<Value = (String, Vec<u8>)> {
    let odd = option::weighted(0.1, select(&ODD[..]));
    (wish(), option::weighted(0.5, bends()), odd).prop_map(|(wish, bent, odd)| {
        let mut payload = wish.payload;
        bent.iter().flatten().for_each(|bend| bend.apply(&mut payload));
        (odd.map_or(wish.subject, str::to_owned), payload)
    })
}

/// What was told up to the outcome that goes to `last`.
struct Told {
    codes: BTreeMap<String, usize>,
    commands: HashSet<u64>,
    last: u64,
}

async fn collect(mut outcomes: Subscriber, last: &str) -> Told {
    let (mut codes, mut commands) = (BTreeMap::new(), HashSet::new());
    let last = subjects::outcome_of(last).replace('>', "");
    loop {
        let next = tokio::time::timeout(COMES_WITHIN, outcomes.next()).await;
        let message = next.unwrap_or_else(|_| panic!("silence after {} outcomes", commands.len()));
        let message = message.expect("connected");
        let body = body(&message.payload);
        commands.insert(body.command.0);
        *codes.entry(body.code.clone().unwrap_or_default()).or_default() += 1;
        if message.subject.starts_with(&last) {
            return Told { codes, commands, last: body.command.0 };
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_hundred_thousand_hostile_commands_are_all_answered() {
    let mut runner = TestRunner::deterministic();
    let strategy = hostile();
    let mut drawn = || strategy.new_tree(&mut runner).expect("nothing is filtered out").current();
    let commands: Vec<(String, Vec<u8>)> = (0..COMMANDS).map(|_| drawn()).collect();

    let homing = Homing::start_unsynced();
    let mut client = Client::of(&homing).await;
    client.register("alice").await;
    client.register("bob").await;
    let before = resident_kib(homing.pid());
    let outcomes = client.log.client().subscribe("homing.outcome.>").await.expect("a subject");
    let first = client.log.last_seq("COMMANDS").await.expect("the server answers") + 1;
    let collecting = tokio::spawn(collect(outcomes, "last"));
    let producer = Log::connect(homing.url(), "producer").await.expect("Homing is up");
    let mut pipeline = Pipeline::new(producer, IN_FLIGHT_MAX);
    let began = Instant::now();
    for (subject, payload) in commands {
        pipeline.publish(subject, payload.into()).await.expect("it is sent");
    }
    pipeline.publish("homing.cmd.last.message.send".to_owned(), "{}".into()).await.expect("it is sent");
    pipeline.drain().await.expect("all of it is stored");
    let published = began.elapsed();
    let Told { codes, commands: answered, last } = collecting.await.expect("every outcome is readable");
    let took = began.elapsed();

    let unanswered: Vec<u64> = (first..=last).filter(|seq| !answered.contains(seq)).collect();
    assert_eq!(unanswered, [] as [u64; 0], "of {first} to {last}");
    assert!(last - first >= COMMANDS as u64);
    assert!(client.last_decided().await >= last, "a refusal is a commit too");
    let strange: Vec<_> =
        codes.keys().filter(|code| !code.is_empty() && !Rejection::CODES.contains(&code.as_str())).collect();
    assert!(strange.is_empty(), "{strange:?}");
    let after = resident_kib(homing.pid());
    let per_second = COMMANDS as f64 / took.as_secs_f64();
    say(&format!(
        "{COMMANDS} hostile commands: published in {published:.1?}, answered in {took:.1?} ({per_second:.0}/s); \
         resident {before:?} -> {after:?} KiB; {codes:?}"
    ));
    let grown = after.zip(before).map_or(0, |(after, before)| after.saturating_sub(before));
    assert!(grown < GROWTH_KIB_MAX, "{grown} KiB more");
    client.outcomes.unsubscribe().await.expect("connected");
    let mut client = Client::of(&homing).await;
    client.is_served("henry", "iris").await;
    assert!(homing.stop().success());
}

/// What a client that checks nothing can put on the wire, and the Rust client takes for a broken connection.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn records_that_end_every_connection_are_got_past() {
    let homing = Homing::start_unsynced();
    let mut client = Client::of(&homing).await;
    client.register("alice").await;
    let mut raw = RawClient::connect(homing.url());
    let send: &[u8] = b"homing.cmd.alice.message.send";
    let body = br#"{"to": ["alice"], "text": "x"}"#;
    for (what, subject, headers, code) in [
        ("a subject not UTF-8", &b"homing.cmd.\xff\xfe.message.send"[..], &b""[..], "auth.unknown_sender"),
        ("headers not UTF-8", send, b"NATS/1.0\r\na: \xff\r\n\r\n", ""),
        ("a header without a colon", send, b"NATS/1.0\r\na\r\n\r\n", ""),
        ("no headers where they should be", send, b"nonsense", ""),
        ("a status of the server's", send, b"NATS/1.0 404 No Messages\r\n\r\n", ""),
        ("a heartbeat of the server's", send, b"NATS/1.0 100 Idle Heartbeat\r\n\r\n", ""),
    ] {
        let began = Instant::now();
        let answer = raw.publish(subject, headers, body);
        let ack: Value = serde_json::from_str(&answer).unwrap_or_else(|_| panic!("{what}: {answer}"));
        let seq = ack.get("seq").and_then(Value::as_u64).unwrap_or_else(|| panic!("{what}: {answer}"));
        client.check("the next command", "homing.cmd.alice.profile.set", b"{}".to_vec(), "").await;
        let token = if subject == send { "alice" } else { "_unknown" };
        let got = client.outcome(token, seq).await.code.unwrap_or_default();
        assert_eq!(got, code, "{what}");
        say(&format!("{what}: got past in {:.1?}", began.elapsed()));
    }
    for subject in [&b"homing.live.\xff.pc"[..], b"homing.query.\xff.users", b"homing.query._admin.\xff"] {
        raw.publish_and_forget(subject, b"", b"{}");
        raw.publish_and_forget(subject, b"nonsense", b"{}");
    }
    client.is_served("henry", "iris").await;
    assert!(homing.stop().success());
}
