//! Each part that may run elsewhere does its work with a key of its own, and that key does nothing else.

use std::fs;
use std::time::Duration;

use async_nats::Subscriber;
use futures_util::StreamExt;
use homing::lab::smsc::{Options, Smsc};
use homing::log::{Log, NatsUrl, clock};
use homing::wire::part_keys::PART_KEYS;
use homing::words::Span;
use serde_json::{Value, json};
use tokio::task::{block_in_place, yield_now};

use crate::support::Homing;
use crate::world::{Apart, comes, register, says};

const WITHIN: Duration = Duration::from_secs(60);
const ROLES: [&str; 6] = ["decider", "fanout", "scheduler", "presence", "query", "gate"];

/// A role with its own key, and all others beside it.
struct Split {
    apart: Apart,
    rest: Homing,
    role: &'static str,
    admin: Log,
    alice: Log,
    bob: Log,
}

impl Split {
    async fn start(role: &'static str) -> Split {
        let apart = block_in_place(Apart::start);
        let rest: Vec<_> = ROLES.into_iter().filter(|other| *other != role).collect();
        let rest = block_in_place(|| apart.homing(&rest.join(",")));
        block_in_place(|| {
            register(&apart.admin, "alice", &[]);
            register(&apart.admin, "bob", &[]);
            register(&apart.admin, "viewer", &["--access", "viewer"]);
        });
        let admin = Log::of_user(&apart.admin.parse().unwrap(), "_admin").await.unwrap();
        let (alice, bob) = (comes(apart.address(), "alice").await, comes(apart.address(), "bob").await);
        Split { rest, role, admin, alice: alice.unwrap(), bob: bob.unwrap(), apart }
    }

    fn part(&self, flags: &[&str]) -> Homing {
        block_in_place(|| self.apart.part(self.role, flags))
    }

    /// The part has done its work: nothing that it needed was denied, it says how it stands, and its key does nothing else.
    async fn ends(self, part: Homing) {
        for who in ["_admin", "viewer"] {
            self.says_how_it_stands(who).await;
        }
        assert!(!part.log().contains("ermission"), "the part lacks a right:\n{}", part.log());
        self.key_reaches_no_further().await;
        assert!(block_in_place(|| part.stop()).success());
        assert!(block_in_place(|| self.rest.stop()).success());
    }

    async fn says_how_it_stands(&self, who: &str) {
        let (at, role) = (self.apart.address(), self.role);
        let log = if who == "viewer" { comes(at, who).await.unwrap() } else { self.admin.clone() };
        let inbox = log.client().new_inbox();
        let mut answers = log.client().subscribe(inbox.clone()).await.unwrap();
        log.client().publish_with_reply("homing.query._admin.status", inbox, "".into()).await.unwrap();
        let answered = async {
            loop {
                let told = answers.next().await.unwrap();
                let view: Value = serde_json::from_slice(&told.payload).unwrap();
                if view.pointer("/roles/0/role") == Some(&json!(role)) && view.pointer("/roles/1").is_none() {
                    return;
                }
            }
        };
        within(&format!("{role} tells {who} how it stands"), answered).await;
    }

    async fn key_reaches_no_further(&self) {
        let seed = fs::read_to_string(self.apart.key(self.role)).unwrap();
        let at: NatsUrl = format!("nats://{}", self.apart.address()).parse().unwrap();
        let log = Log::at(&at.with_nkey(seed.trim()), "a thief").await.unwrap();
        let mut denials = log.denials();
        for subject in forbidden(self.role) {
            log.client().publish(subject.clone(), "{}".into()).await.unwrap();
            within(&format!("{subject} is denied to {}", self.role), denials.of(&subject)).await;
        }
    }
}

/// What a part's key may not say.
fn forbidden(role: &str) -> Vec<String> {
    let part = |of: &str| match of {
        "scheduler" => Some("homing.cmd._clock.timer.fired"),
        "presence" => Some("homing.cmd._lease.presence.lapsed"),
        "sms" => Some("homing.cmd._sms.attempt.report"),
        _ => None,
    };
    let others = PART_KEYS.iter().filter(|other| other.role != role);
    let said = others.filter_map(|other| part(other.role)).map(str::to_owned);
    let consumers = ["EVENTS.fanout", "EVENTS.scheduler", "OUTBOX.sms"];
    let foreign = consumers.into_iter().filter(|consumer| !consumer.ends_with(role));
    let calls = ["CREATE", "MSG.NEXT", "DELETE"];
    let consuming =
        foreign.flat_map(|consumer| calls.map(|call| format!("$JS.API.CONSUMER.{call}.{consumer}")));
    let all = [
        "homing.evt.message.accepted",
        "homing.evt.a.b",
        "homing.cmd.alice.message.send",
        "homing.cmd._admin.user.register",
        "homing.gate.end",
        "$JS.API.STREAM.DELETE.EVENTS",
        "$JS.API.STREAM.PURGE.COMMANDS",
        "$JS.API.STREAM.UPDATE.OUTBOX",
        "$JS.API.CONSUMER.CREATE.COMMANDS",
        "$SYS.REQ.SERVER.PING",
    ];
    all.map(str::to_owned).into_iter().chain(said).chain(consuming).collect()
}

async fn within<T>(what: &str, comes: impl Future<Output = T>) -> T {
    tokio::time::timeout(WITHIN, comes).await.unwrap_or_else(|_| panic!("{what}: it never came"))
}

/// Says something and waits until it is decided; its outcome.
async fn decided(log: &Log, by: &str, verb: &str, said: Value) -> Value {
    let mut outcomes = hears(log, &format!("homing.outcome.{by}.>")).await;
    let stored = log.client().request(format!("homing.cmd.{by}.{verb}"), said.to_string().into()).await;
    let ack: Value = serde_json::from_slice(&stored.unwrap().payload).unwrap();
    let seq = ack.get("seq").and_then(Value::as_u64).unwrap_or_else(|| panic!("{verb}: {ack}"));
    let told = async {
        loop {
            let outcome = outcomes.next().await.unwrap();
            if outcome.subject.ends_with(&format!(".{seq}")) {
                return serde_json::from_slice::<Value>(&outcome.payload).unwrap();
            }
        }
    };
    let outcome = within(verb, told).await;
    assert_eq!(outcome.get("accepted"), Some(&Value::Bool(true)), "{verb}: {outcome}");
    outcome
}

async fn hears(log: &Log, subject: &str) -> Subscriber {
    let subscription = log.client().subscribe(subject.to_owned()).await.unwrap();
    log.flush().await.unwrap();
    subscription
}

async fn comes_online(bob: &Log, lease: &str) {
    decided(bob, "bob", "presence.online", json!({ "device": "pc", "class": "pc", "lease": lease })).await;
}

async fn message(alice: &Log, more: Value) -> Value {
    let mut said = json!({ "to": ["bob"], "text": "hello" });
    said.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    decided(alice, "alice", "message.send", said).await
}

async fn lose(admin: &Log, consumer: &str) {
    let lost =
        admin.client().request(format!("$JS.API.CONSUMER.DELETE.{consumer}"), "".into()).await.unwrap();
    assert!(String::from_utf8_lossy(&lost.payload).contains("true"), "{lost:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn fanout_delivers_with_its_own_key_also_what_waited_for_it_and_after_its_consumer_was_lost() {
    let split = Split::start("fanout").await;
    let mut live = hears(&split.bob, "homing.to.bob.>").await;
    let mut notes = hears(&split.alice, "homing.note.alice.>").await;
    let mut work = hears(&split.admin, "homing.out.sms.>").await;
    comes_online(&split.bob, "1h").await;
    message(&split.alice, json!({})).await;
    let part = split.part(&[]);
    let told = within("what waited", live.next()).await.unwrap();
    lose(&split.admin, "EVENTS.fanout").await;
    message(&split.alice, json!({})).await;
    within("a live message", live.next()).await.unwrap();
    message(&split.alice, json!({ "to": ["+447700900123"], "route": "sms" })).await;
    within("work for the bridge", work.next()).await.unwrap();
    let read = told.subject.rsplit('.').next().unwrap();
    decided(&split.bob, "bob", "message.read", json!({ "message": read })).await;
    let news = async { while !is_read(&notes.next().await.unwrap().payload) {} };
    within("that it was read", news).await;
    split.ends(part).await;
}

fn is_read(note: &[u8]) -> bool {
    note.windows(4).any(|bytes| bytes == b"read")
}

#[tokio::test(flavor = "multi_thread")]
async fn the_scheduler_fires_with_its_own_key_and_takes_out_what_has_ended() {
    let split = Split::start("scheduler").await;
    let part = split.part(&[]);
    let mut expired = hears(&split.admin, "homing.evt.delivery.expired").await;
    message(&split.alice, json!({ "expires_in": "1s" })).await;
    within("a timer fires", expired.next()).await.unwrap();
    lose(&split.admin, "EVENTS.scheduler").await;
    let tomorrow = (clock::now() + Span::from_secs(86_400)).brief();
    let when = json!({ "at": tomorrow.trim_end_matches('Z'), "zone": "UTC" });
    let far = json!({ "message": { "to": ["bob"], "text": "hello" }, "when": when });
    let mut due = hears(&split.admin, "homing.due.>").await;
    let created = decided(&split.alice, "alice", "schedule.create", far).await;
    within("its timer is set", due.next()).await.unwrap();
    decided(&split.alice, "alice", "schedule.cancel", json!({ "schedule": created["schedule"] })).await;
    let taken_out = async {
        while !split.admin.subjects("DUE", ">").await.unwrap().is_empty() {
            yield_now().await
        }
    };
    within("it is taken out", taken_out).await;
    split.ends(part).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn presence_keeps_leases_with_its_own_key() {
    let split = Split::start("presence").await;
    let part = split.part(&[]);
    let mut offline = hears(&split.admin, "homing.evt.presence.offline").await;
    comes_online(&split.bob, "1s").await;
    let beat = async || split.bob.client().request("homing.live.bob.phone", "".into()).await;
    let answered = async {
        loop {
            // It may not listen yet.
            if let Ok(answer) = beat().await {
                return answer.payload;
            }
            yield_now().await;
        }
    };
    assert_eq!(within("an answer to a heartbeat", answered).await, r#"{"online":false}"#);
    within("a lease lapses", offline.next()).await.unwrap();
    split.ends(part).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn query_answers_with_its_own_key_whoever_asks() {
    let split = Split::start("query").await;
    message(&split.alice, json!({})).await;
    let part = split.part(&[]);
    let inbox = split.bob.client().request("homing.query.bob.inbox", "{}".into()).await.unwrap();
    assert!(String::from_utf8_lossy(&inbox.payload).contains("hello"), "{inbox:?}");
    let (_, address) = split.apart.admin.rsplit_once('@').unwrap();
    for who in [split.apart.admin.clone(), format!("nats://viewer:the%20password%20of%20viewer@{address}")] {
        let told = block_in_place(|| says(&who, &["user", "ls"], "")).succeeded("listing users");
        assert!(told.stdout.contains("alice"), "{}", told.stdout);
    }
    split.ends(part).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_sms_bridge_sends_with_its_own_key_also_after_a_kill() {
    let split = Split::start("sms").await;
    let (smsc, mut events) = Smsc::start(Options::default()).await.unwrap();
    let smsc = format!("smpp://any:any@127.0.0.1:{}", smsc.port());
    let mut accepted = hears(&split.admin, "homing.evt.attempt.accepted").await;
    let by_sms = json!({ "to": ["+447700900123"], "route": "sms" });
    let reading = tokio::spawn(async move { while events.recv().await.is_some() {} });
    let killed = split.part(&["--smsc", &smsc]);
    message(&split.alice, by_sms.clone()).await;
    within("an SMS is accepted", accepted.next()).await.unwrap();
    block_in_place(|| killed.kill());
    let part = split.part(&["--smsc", &smsc]);
    message(&split.alice, by_sms.clone()).await;
    within("an SMS is accepted after a kill", accepted.next()).await.unwrap();
    lose(&split.admin, "OUTBOX.sms").await;
    message(&split.alice, by_sms).await;
    within("an SMS is accepted after the consumer was lost", accepted.next()).await.unwrap();
    split.ends(part).await;
    reading.abort();
}
