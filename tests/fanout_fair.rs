//! Fan-out with small and large commits at hand, on a real server: nobody waits for a campaign who has no part in it.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod support;

use std::time::Duration;

use futures_util::StreamExt;
use homing::log::{Handler, Log, Record, Source, Verdict, clock, work};
use homing::rules::message::Routed;
use homing::rules::{Commit, Fact, Outcome};
use homing::server::{Managed, Sync};
use homing::wire::work::{Parked, Work};
use homing::wire::{MessageView, Outgoing, commit, from_msgpack};
use homing::words::{CommandSeq, EventSeq, MessageId, Span};
use serde_json::{Value, json};
use support::Homing;
use support::pure_decider::PureDecider;
use support::server::server;
use tempfile::TempDir;
use tokio::task::{JoinHandle, block_in_place};
use tokio::time::{Instant, sleep_until, timeout};
use tokio_util::sync::CancellationToken;
use tokio_util::task::AbortOnDropHandle;

/// Also on a busy machine.
const WITHIN: Duration = Duration::from_secs(60);
const PHONES: usize = 1_000;
const CAMPAIGNS: usize = 5;

/// A server, and commits of a decider that is not there.
struct Scene {
    folder: TempDir,
    server: Managed,
    log: Log,
    decider: PureDecider,
    stored: usize,
    looks: Option<AbortOnDropHandle<()>>,
}

impl Scene {
    /// Alice, and bob who is online.
    async fn begin() -> Scene {
        let folder = tempfile::tempdir().unwrap();
        let server = server(&folder.path().join("server"), 0, Sync::Off).await;
        let log = Log::connect(&server.url(), "test").await.unwrap();
        log.provision(true, None).await.unwrap();
        let decider = PureDecider::default();
        let mut scene = Scene { folder, server, log, decider, stored: 0, looks: None };
        scene.says("_admin", "user.register", &json!({ "name": "alice" }));
        scene.says("_admin", "user.register", &json!({ "name": "bob" }));
        scene
    }

    fn online(&mut self) {
        self.says("bob", "presence.online", &json!({ "device": "pc", "class": "pc", "lease": "3600s" }));
    }

    /// Gives the message's id, where it is one.
    fn says(&mut self, by: &str, verb: &str, payload: &Value) -> MessageId {
        let now = clock::now() + Span::from_ms(self.decider.seq.cast_signed());
        let subject = format!("homing.cmd.{by}.{verb}");
        let (_, outcome) = self.decider.take(now, &subject, payload.to_string().as_bytes());
        assert!(!matches!(outcome, Outcome::Refused(_)), "{payload}: {outcome:?}");
        MessageId::of(CommandSeq(self.decider.seq))
    }

    fn campaigns(&mut self) {
        for _ in 0..CAMPAIGNS {
            self.says("alice", "message.send", &json!({ "to": phones(PHONES), "text": "all of you" }));
        }
    }

    /// Lets everybody read what was said.
    async fn store(&mut self) {
        let (mut appender, mut acks) = self.log.appender(EventSeq(self.stored as u64)).await.unwrap();
        for (subject, payload) in self.decider.log.iter().skip(self.stored).cloned() {
            let commit = Outgoing { subject, headers: Vec::new(), payload };
            let appending = appender.append(commit).await.unwrap();
            acks.stored(appending).await.unwrap();
        }
        self.stored = self.decider.log.len();
        self.looks = Some(self.decider.answers_looks(&self.log).await);
    }

    fn fanout(&self) -> (CancellationToken, JoinHandle<()>) {
        let (log, stop) = (self.log.clone(), CancellationToken::new());
        let stopped = stop.clone();
        let running = tokio::spawn(async move { homing::fanout::run(log, stopped).await.unwrap() });
        (stop, running)
    }

    async fn outbox_until(&self, len: u64) {
        let reached = async { while self.log.last_seq("OUTBOX").await.unwrap() < len {} };
        timeout(WITHIN, reached).await.expect("it is handed over");
    }

    async fn item(&self, seq: u64) -> Record {
        self.log.record("OUTBOX", seq).await.unwrap().unwrap()
    }

    /// The items of OUTBOX, in order.
    async fn items(&self) -> Vec<Work> {
        let mut items = Vec::new();
        for seq in 1..=self.log.last_seq("OUTBOX").await.unwrap() {
            items.push(from_msgpack(&self.item(seq).await.payload).unwrap());
        }
        items
    }

    async fn end(self, (stop, running): (CancellationToken, JoinHandle<()>)) {
        stop.cancel();
        running.await.unwrap();
        self.server.stop().await.unwrap();
    }
}

fn phones(len: usize) -> Vec<String> {
    (0..len).map(|number| format!("+4477009{number:05}")).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_bystanders_live_message_does_not_wait_for_a_campaign() {
    let mut scene = Scene::begin().await;
    scene.online();
    scene.campaigns();
    scene.store().await;
    let mut live = scene.log.client().subscribe("homing.to.bob.>").await.unwrap();
    let fanout = scene.fanout();
    scene.outbox_until(1).await;
    scene.says("alice", "message.send", &json!({ "to": ["bob"], "text": "and you" }));
    scene.store().await;
    let came = timeout(WITHIN, live.next()).await.expect("it comes").unwrap();
    let behind = scene.log.last_seq("OUTBOX").await.unwrap();
    assert_eq!(
        serde_json::from_slice::<MessageView>(&came.payload).unwrap().text.as_deref(),
        Some("and you")
    );
    let all = (CAMPAIGNS * PHONES) as u64;
    assert!(behind < all, "the campaigns were over before it came");
    scene.outbox_until(all).await;
    scene.end(fanout).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_recipient_gets_what_is_theirs_in_the_order_of_the_log_past_a_campaign() {
    let mut scene = Scene::begin().await;
    scene.campaigns();
    let last = &phones(PHONES)[PHONES - 1];
    for text in ["one", "two"] {
        scene.says("alice", "message.send", &json!({ "to": [last], "text": text }));
    }
    scene.says("alice", "message.send", &json!({ "to": ["+447700800000"], "text": "a stranger" }));
    scene.store().await;
    let fanout = scene.fanout();
    scene.outbox_until((CAMPAIGNS * PHONES) as u64 + 3).await;
    let items = scene.items().await;
    let stranger = items.iter().position(|item| item.text.as_deref() == Some("a stranger")).unwrap();
    assert!(stranger < PHONES, "a stranger waited for a campaign: {stranger}");
    for phone in phones(PHONES) {
        let its = items.iter().filter(|item| item.to.to_string() == phone).map(|item| item.message);
        let its: Vec<MessageId> = its.collect();
        assert!(its.is_sorted(), "{phone}: {its:?}");
        assert_eq!(its.len(), if phone == *last { CAMPAIGNS + 2 } else { CAMPAIGNS }, "{phone}");
    }
    scene.end(fanout).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_second_fan_out_goes_on_with_campaigns_where_the_first_stops_and_hands_over_each_delivery_once() {
    let mut scene = Scene::begin().await;
    scene.campaigns();
    scene.store().await;
    let (one, other) = (scene.fanout(), scene.fanout());
    scene.outbox_until(1).await;
    // What it has in hand goes to the other.
    one.0.cancel();
    one.1.await.unwrap();
    let all = (CAMPAIGNS * PHONES) as u64;
    scene.outbox_until(all).await;
    performed(&scene).await;
    assert_eq!(scene.log.last_seq("OUTBOX").await.unwrap(), all, "some were handed over twice");
    scene.end(other).await;
}

/// Waits until the consumer has nothing in hand.
async fn performed(scene: &Scene) {
    let idle = async {
        loop {
            let info = info(&scene.log, "fanout").await;
            if info["num_pending"] == 0 && info["num_ack_pending"] == 0 {
                return;
            }
        }
    };
    timeout(WITHIN, idle).await.expect("all is performed");
}

async fn info(log: &Log, consumer: &str) -> Value {
    let call = format!("$JS.API.CONSUMER.INFO.EVENTS.{consumer}");
    let answer = log.client().request(call, "".into()).await.unwrap();
    serde_json::from_slice(&answer.payload).unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_body_that_is_nowhere_is_parked_and_the_rest_of_its_commit_is_delivered() {
    let mut scene = Scene::begin().await;
    for text in ["before", "behind"] {
        scene.says("alice", "message.send", &json!({ "to": ["bob"], "text": text }));
    }
    scene.online();
    // A commit between them whose body is in no commit.
    let (subject, payload) = scene.decider.log.pop().unwrap();
    let mut commit: Commit = commit::decode(&payload).unwrap();
    let place = commit.facts.iter().rposition(|fact| fact.get::<Routed>().is_some()).unwrap();
    let routed = commit.facts[place].get::<Routed>().unwrap().clone();
    let nowhere = Routed { message: MessageId::of(CommandSeq(77)), body: Some(EventSeq(1)), ..routed };
    commit.facts.insert(place, Fact::from(nowhere));
    scene.decider.log.push((subject, commit::encode(&commit)));
    scene.store().await;
    let mut live = scene.log.client().subscribe("homing.to.bob.>").await.unwrap();
    let fanout = scene.fanout();
    for text in ["before", "behind"] {
        let came = timeout(WITHIN, live.next()).await.expect("it comes").unwrap();
        assert_eq!(serde_json::from_slice::<MessageView>(&came.payload).unwrap().text.as_deref(), Some(text));
    }
    scene.outbox_until(1).await;
    let record = scene.item(1).await;
    assert_eq!(record.subject.as_str(), format!("homing.out._parked.fanout.{}", scene.stored));
    let parked: Parked = from_msgpack(&record.payload).unwrap();
    assert!(parked.why.contains("m77") && !parked.payload.0.is_empty(), "{}", parked.why);
    performed(&scene).await;
    scene.end(fanout).await;
}

/// A picture that many get: it stands once in EVENTS.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_large_body_to_many_stands_once_and_their_items_say_where() {
    let mut scene = Scene::begin().await;
    let data = "A".repeat(400_000);
    let part = json!({ "type": "image/jpeg", "data": data });
    let to = phones(400);
    let picture = scene.says("alice", "message.send", &json!({ "to": to, "parts": [part], "route": "mms" }));
    scene.says("alice", "message.send", &json!({ "to": [to[0]], "text": "small" }));
    scene.store().await;
    let fanout = scene.fanout();
    scene.outbox_until(401).await;
    let answer = scene.log.client().request("$JS.API.STREAM.INFO.OUTBOX", "".into()).await.unwrap();
    let info: Value = serde_json::from_slice(&answer.payload).unwrap();
    let bytes = info["state"]["bytes"].as_u64().unwrap();
    assert!(bytes < 401 * 600, "{bytes} bytes for 401 items");
    for item in scene.items().await {
        let Some(held) = item.body else {
            assert_eq!(item.text.as_deref(), Some("small"));
            continue;
        };
        assert!(item.message == picture && item.parts.is_none());
        let made = scene.log.commit(held).await.unwrap().unwrap();
        assert_eq!(item.filled(&made).parts.unwrap()[0].data.0.len(), 300_000);
    }
    scene.end(fanout).await;
}

/// More than 50 MB on the wire, in some hundred messages.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_waits_for_a_client_leaves_in_order_and_a_few_bodies_at_a_time() {
    let mut scene = Scene::begin().await;
    let part = json!({ "type": "image/jpeg", "data": "A".repeat(500_000) });
    let ids: Vec<MessageId> = (0..120)
        .map(|_| scene.says("alice", "message.send", &json!({ "to": ["bob"], "parts": [part] })))
        .collect();
    scene.store().await;
    let fanout =
        block_in_place(|| Homing::serve(&scene.folder.path().join("data"), &scene.server.url(), "fanout"));
    performed(&scene).await;
    let before = peak_kib(fanout.pid());
    let mut live = scene.log.client().subscribe("homing.to.bob.>").await.unwrap();
    scene.online();
    scene.store().await;
    let mut came = Vec::new();
    while came.len() < ids.len() {
        let next = timeout(WITHIN, live.next()).await.expect("it comes").unwrap();
        came.push(next.subject.rsplit('.').next().unwrap().parse::<MessageId>().unwrap());
    }
    assert_eq!(came, ids);
    let grown = peak_kib(fanout.pid()) - before;
    assert!(grown < 40 * 1_024, "{grown} KiB for bodies");
    assert!(block_in_place(|| fanout.stop()).success());
    scene.server.stop().await.unwrap();
}

/// The most that a process had in memory so far.
fn peak_kib(pid: u32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    line.split_whitespace().next().unwrap().parse().unwrap()
}

/// Has each record beside the way for longer than the server waits for an acknowledgement.
struct Slow {
    judged: Vec<u64>,
    ends: Option<(Instant, u64)>,
    stop: CancellationToken,
}

const ACK_WAIT: Duration = Duration::from_secs(2);

impl Handler for Slow {
    async fn judge(&mut self, records: &[&Record]) -> Vec<Verdict> {
        self.judged.extend(records.iter().map(|record| record.seq));
        self.ends = Some((Instant::now() + 2 * ACK_WAIT, records[0].seq));
        records.iter().map(|_| Verdict::Beside).collect()
    }

    async fn beside(&mut self) -> (u64, Verdict) {
        let Some((ends, seq)) = self.ends else { return std::future::pending().await };
        sleep_until(ends).await;
        self.stop.cancel();
        (seq, Verdict::Done)
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_worked_on_beside_the_way_comes_to_nobody_else_however_long_it_takes() {
    let mut scene = Scene::begin().await;
    scene.store().await;
    let config = json!({
        "durable_name": "slow", "name": "slow", "ack_policy": "explicit", "ack_wait": ACK_WAIT.as_nanos() as u64,
        "filter_subject": "homing.evt.>", "opt_start_seq": 2, "deliver_policy": "by_start_sequence",
    });
    let request = json!({ "stream_name": "EVENTS", "config": config });
    let call = "$JS.API.CONSUMER.DURABLE.CREATE.EVENTS.slow";
    scene.log.client().request(call, request.to_string().into()).await.unwrap();
    let stop = CancellationToken::new();
    let mut slow = Slow { judged: Vec::new(), ends: None, stop: stop.clone() };
    let source = Source { stream: "EVENTS", durable: "slow", batch_len_max: 1 };
    timeout(WITHIN, work(&scene.log, source, &mut slow, &stop)).await.expect("it ends").unwrap();
    assert_eq!(slow.judged, [2]);
    let info = info(&scene.log, "slow").await;
    assert_eq!(info["num_redelivered"], 0, "{info}");
    scene.server.stop().await.unwrap();
}
