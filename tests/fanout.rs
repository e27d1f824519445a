//! Fan-out and the loop that settles its work, on a real server, beside nobody else: in order, and nothing before its time.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod support;

use std::collections::BTreeSet;
use std::time::Duration;

use futures_util::StreamExt;
use homing::log::{Handler, Log, Record, Source, Verdict, clock, work};
use homing::rules::{Commit, Outcome};
use homing::server::{Managed, Sync};
use homing::wire::work::Work;
use homing::wire::{MessageView, Outgoing, commit, from_msgpack, subjects};
use homing::words::{CommandSeq, EventSeq, MessageId, Span};
use support::pure_decider::PureDecider;
use support::server::server;
use tempfile::TempDir;
use tokio::sync::oneshot;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;
use tokio_util::task::AbortOnDropHandle;

/// Also on a busy machine, with records that come again after five seconds.
const WITHIN: Duration = Duration::from_secs(60);
/// More than fan-out takes at once.
const MESSAGES: usize = 600;
const SOURCE: Source = Source { stream: "EVENTS", durable: "fanout", batch_len_max: 16 };

/// What alice said, when bob was online and nobody performed it: by turns to him, and to a phone of nobody's.
async fn decided(messages: usize) -> (TempDir, Managed, Log, AbortOnDropHandle<()>) {
    let folder = tempfile::tempdir().unwrap();
    let server = server(&folder.path().join("server"), 0, Sync::Off).await;
    let log = Log::connect(&server.url(), "test").await.unwrap();
    log.provision(true, None).await.unwrap();
    let (mut decider, mut now) = (PureDecider::default(), clock::now());
    let mut says = |by: &str, verb: &str, payload: &str| {
        now = now + Span::from_ms(1);
        let (_, outcome) = decider.take(now, &format!("homing.cmd.{by}.{verb}"), payload.as_bytes());
        assert!(!matches!(outcome, Outcome::Refused(_)), "{payload}: {outcome:?}");
    };
    says("_admin", "user.register", r#"{"name":"alice"}"#);
    says("_admin", "user.register", r#"{"name":"bob"}"#);
    says("bob", "presence.online", r#"{"device":"pc","class":"pc","lease":"3600s"}"#);
    for n in 0..messages {
        let to = if n % 2 == 0 { "bob" } else { "+447700900123" };
        says("alice", "message.send", &format!(r#"{{"to":["{to}"],"text":"{n}"}}"#));
    }
    let looks = decider.answers_looks(&log).await;
    decider.store(&log).await;
    (folder, server, log, looks)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_decided_while_nobody_performed_it_leaves_in_the_order_of_the_log() {
    let (_folder, server, log, _looks) = decided(MESSAGES).await;
    let mut live = log.client().subscribe("homing.to.bob.>").await.unwrap();
    log.client().flush().await.unwrap();
    let stop = CancellationToken::new();
    let fanout = tokio::spawn(homing::fanout::run(log.clone(), stop.clone()));
    let (mut shown, mut handed_over) = (Vec::new(), Vec::new());
    let all = async {
        while shown.len() < MESSAGES / 2 {
            let message = live.next().await.unwrap();
            shown.push(serde_json::from_slice::<MessageView>(&message.payload).unwrap().message);
        }
        while handed_over.len() < MESSAGES / 2 {
            // A work queue has no reader beside its own.
            let item = log.record("OUTBOX", handed_over.len() as u64 + 1).await.unwrap();
            handed_over.extend(item.map(|item| from_msgpack::<Work>(&item.payload).unwrap().message));
        }
    };
    timeout(WITHIN, all).await.expect("everything leaves");
    let ids = |first: u64| (0..).map(move |n| MessageId::of(CommandSeq(first + 2 * n))).take(MESSAGES / 2);
    assert!(shown.iter().copied().eq(ids(4)), "live: {shown:?}");
    assert!(handed_over.iter().copied().eq(ids(5)), "to OUTBOX: {handed_over:?}");
    stop.cancel();
    fanout.await.unwrap().unwrap();
    server.stop().await.unwrap();
}

/// A decision that takes two messages is stored by two writers where a stray has kept the first one's second message out.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_body_is_found_where_a_stray_stands_between_two_parts_of_its_decision() {
    let (_folder, server, log, _looks) = decided(1).await;
    let stored = log.last_seq("EVENTS").await.unwrap();
    let mut whole = log.commit(EventSeq(stored)).await.unwrap().expect("the message that bob gets");
    (whole.command, whole.parts) = (CommandSeq(whole.command.0 + 1), 2);
    let routed = Commit { part: 1, facts: whole.facts.split_off(1), ..whole.clone() };
    let mut live = log.client().subscribe("homing.to.bob.>").await.unwrap();
    log.client().flush().await.unwrap();
    let stop = CancellationToken::new();
    let fanout = tokio::spawn(homing::fanout::run(log.clone(), stop.clone()));
    let first = timeout(WITHIN, live.next()).await.expect("it leaves").unwrap();
    for part in [whole, routed] {
        let (mut appender, mut acks) =
            log.appender(EventSeq(log.last_seq("EVENTS").await.unwrap())).await.unwrap();
        let commit =
            Outgoing { subject: subjects::event(&part), headers: Vec::new(), payload: commit::encode(&part) };
        let appending = appender.append(commit).await.unwrap();
        acks.stored(appending).await.unwrap();
        log.client().request("homing.evt.x.y", "hello".into()).await.unwrap();
    }
    let second = timeout(WITHIN, live.next()).await.expect("it leaves, too").unwrap();
    assert_eq!(second.payload, first.payload, "the same message, told of twice");
    stop.cancel();
    fanout.await.unwrap().unwrap();
    server.stop().await.unwrap();
}

/// Takes a batch, says so, and never ends with it.
struct Stuck(Option<oneshot::Sender<BTreeSet<u64>>>);

impl Handler for Stuck {
    async fn judge(&mut self, records: &[&Record]) -> Vec<Verdict> {
        let taken = records.iter().map(|record| record.seq).collect();
        self.0.take().expect("it never comes to a second batch").send(taken).unwrap();
        std::future::pending().await
    }
}

/// Says so when these have come.
struct Awaits(BTreeSet<u64>, Option<oneshot::Sender<()>>);

impl Handler for Awaits {
    async fn judge(&mut self, records: &[&Record]) -> Vec<Verdict> {
        self.0.retain(|seq| records.iter().all(|record| record.seq != *seq));
        if self.0.is_empty()
            && let Some(tell) = self.1.take()
        {
            tell.send(()).unwrap();
        }
        records.iter().map(|_| Verdict::Done).collect()
    }
}

/// Whoever dies with a batch in hand has settled nothing of it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_handler_had_not_judged_when_it_died_comes_to_the_next_one() {
    let (_folder, server, log, _looks) = decided(9).await;
    let stop = CancellationToken::new();
    let (tell, taken) = oneshot::channel();
    let mut stuck = Stuck(Some(tell));
    let taken = tokio::select! {
        _ = work(&log, SOURCE, &mut stuck, &stop) => panic!("it never ends"),
        taken = timeout(WITHIN, taken) => taken.expect("it takes some").unwrap(),
    };
    assert!(!taken.is_empty());
    log.client().flush().await.unwrap();
    let (tell, came) = oneshot::channel();
    let mut next = Awaits(taken.clone(), Some(tell));
    tokio::select! {
        _ = work(&log, SOURCE, &mut next, &stop) => panic!("it never ends"),
        came = timeout(WITHIN, came) => came.unwrap_or_else(|_| panic!("{taken:?} never came again")).unwrap(),
    }
    server.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_two_fanouts_one_performs_in_the_order_of_the_log_and_the_other_goes_on_where_it_stops() {
    let (_folder, server, log, _looks) = decided(MESSAGES).await;
    let mut live = log.client().subscribe("homing.to.bob.>").await.unwrap();
    log.client().flush().await.unwrap();
    let mut two = Vec::new();
    for name in ["one", "two"] {
        let (log, stop) = (Log::connect(&server.url(), name).await.unwrap(), CancellationToken::new());
        two.push((stop.clone(), tokio::spawn(homing::fanout::run(log, stop))));
    }
    let mut shown = Vec::new();
    let came = async {
        while shown.len() < MESSAGES / 2 {
            shown.push(text(&live.next().await.unwrap()));
        }
    };
    timeout(WITHIN, came).await.expect("all of them come");
    let sent: Vec<usize> = (0..MESSAGES).step_by(2).collect();
    assert_eq!(shown, sent, "in the order of the log, and each once");
    let (stop, running) = two.remove(0);
    stop.cancel();
    running.await.unwrap().unwrap();
    // What bob is to get now is the other's to perform, whichever of them it was that stopped.
    log.client().request("homing.evt.message.accepted", "none of ours".into()).await.unwrap();
    let done = async { while unperformed(&log).await > 0 {} };
    timeout(WITHIN, done).await.expect("the other goes on");
    let (stop, running) = two.remove(0);
    stop.cancel();
    running.await.unwrap().unwrap();
    server.stop().await.unwrap();
}

fn text(live: &async_nats::Message) -> usize {
    serde_json::from_slice::<MessageView>(&live.payload).unwrap().text.unwrap().parse().unwrap()
}

/// What the consumer has not delivered, or nobody has acknowledged.
async fn unperformed(log: &Log) -> u64 {
    let info = log.client().request("$JS.API.CONSUMER.INFO.EVENTS.fanout", "".into()).await.unwrap();
    let info: serde_json::Value = serde_json::from_slice(&info.payload).unwrap();
    ["num_pending", "num_ack_pending"].iter().map(|key| info[key].as_u64().unwrap()).sum()
}
