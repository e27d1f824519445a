//! A channel of a few lines: an adapter sends what it is granted, once, and its reports end the deliveries.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod support;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use homing::channel::{Channel, Connector, Grant, OnUnknown, Performer, Protocol, Then};
use homing::log::{Fault, Log, Record, Verdict};
use homing::rules::attempt::{Adapter, Attempt, DeferClass, DeferReason, Report};
use homing::rules::message::{Recall, Send};
use homing::rules::{Command, Fact, Happened, attempt};
use homing::wire::work::CARRIED_BYTES_MAX;
use homing::wire::{commit, subjects};
use homing::words::{CommandSeq, EventSeq, MessageId, Party};
use support::Homing;
use support::world::{registers, says};
use tokio::sync::mpsc;
use tokio::task::block_in_place;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

const WITHIN: Duration = Duration::from_secs(60);
const RECIPIENTS: usize = 40;
/// It is deferred once, and takes its turn again.
const DEFERRED: &str = "+447700900007";

/// A book that each delivery is written into.
struct Book {
    pages: Vec<Page>,
    channel: Arc<Channel>,
}

struct Page {
    channel: Arc<Channel>,
    open: AtomicBool,
    written: mpsc::Sender<(Party, String)>,
    deferred: Arc<AtomicBool>,
    /// When what is deferred comes again; none: at once.
    again_after: Option<Duration>,
}

impl Protocol for Book {
    const CHANNEL: Adapter = Adapter::Sms;
    type Connector = Page;

    fn connectors(&self) -> &[Page] {
        &self.pages
    }

    async fn resume(&self) {
        self.channel.conclude(|_| false, |_, _| DeferClass::Temporary, |_| {}).await;
    }

    fn reads() -> Vec<String> {
        subjects::events_with(&[attempt::Granted::NAME, attempt::LetGo::NAME, attempt::Unknown::NAME])
    }

    fn position(&self) -> EventSeq {
        EventSeq(0)
    }

    async fn project(&self, _: Arc<Vec<Record>>) -> Result<(), Fault> {
        Ok(())
    }
}

impl Connector for Page {
    fn is_open(&self) -> bool {
        self.open.load(Ordering::Relaxed)
    }

    fn is_up(&self) -> bool {
        self.is_open()
    }

    fn is_behind(&self) -> bool {
        false
    }

    fn grants_len_max(&self) -> usize {
        8
    }

    async fn send(&self, grant: Grant) {
        let (channel, written) = (Arc::clone(&self.channel), self.written.clone());
        let then = self.again_after.map_or(Then::Again, |after| Then::Settle(Verdict::Again(after)));
        let again = grant.granted.to.to_string() == DEFERRED && !self.deferred.swap(true, Ordering::Relaxed);
        tokio::spawn(async move {
            channel.journal.begins(&grant.granted, "book", &[None]);
            assert!(channel.journal.writes(&grant.granted, 0));
            let text = grant.work.text.as_deref().unwrap_or_default().to_owned();
            written.send((grant.granted.to.clone(), text)).await.unwrap();
            let (message, to, number) =
                (grant.granted.message, grant.granted.to.clone(), grant.granted.grant);
            let ids = vec![(!again).then(|| "1".to_owned())];
            let attempt = Attempt { message, to, connector: "book".to_owned(), ids, grant: number };
            let (report, then) = if again {
                (Report::Deferred { attempt, class: DeferClass::NotSent, why: DeferReason::NotSent }, then)
            } else {
                (Report::Accepted { attempt, receipts: false }, Then::Settle(Verdict::Done))
            };
            channel.ends(&grant, report, then).await;
        });
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_adapter_of_a_few_lines_sends_what_it_is_granted_once_and_nothing_while_it_is_closed() {
    let homing = block_in_place(Homing::start_unsynced);
    let log = Log::connect(homing.url(), "test").await.unwrap();
    says(&log, "_admin", &registers("alice", None)).await;
    let folder = tempfile::tempdir().unwrap();
    let mut performer =
        Performer::begin::<Book>(&log, folder.path(), EventSeq(0), OnUnknown::Hold).await.unwrap();
    let channel = Arc::clone(performer.channel());
    let (written, mut pages) = mpsc::channel(4 * RECIPIENTS);
    let deferred = Arc::new(AtomicBool::new(false));
    let page = |open| Page {
        channel: Arc::clone(&channel),
        open: AtomicBool::new(open),
        written: written.clone(),
        deferred: Arc::clone(&deferred),
        again_after: None,
    };
    // The first one is preferred, and closed.
    let book = Book { pages: vec![page(false), page(true)], channel: Arc::clone(&channel) };
    drop((written, channel));
    let ends = CancellationToken::new();
    let told = async {
        let phones = (0..RECIPIENTS).map(|number| format!("+44770090{number:04}").parse().unwrap());
        let text = Some(the_text().into());
        says(&log, "alice", &Command::from(Send { to: phones.collect(), text, ..Send::default() })).await;
        accepted(&log, RECIPIENTS).await;
        ends.cancel();
    };
    let (worked, told) = tokio::join!(performer.run(&book, &ends), timeout(WITHIN, told));
    told.expect("all are accepted in time");
    worked.unwrap();
    drop(book);
    timeout(WITHIN, performer.finish()).await.expect("nothing is left to be stored");
    let mut times: BTreeMap<String, usize> = BTreeMap::new();
    while let Some((to, text)) = pages.recv().await {
        assert_eq!(text, the_text());
        *times.entry(to.to_string()).or_default() += 1;
    }
    assert_eq!(times.len(), RECIPIENTS);
    let twice: Vec<_> = times.into_iter().filter(|(_, times)| *times != 1).collect();
    assert_eq!(twice, [(DEFERRED.to_owned(), 2)]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_item_that_waits_to_be_tried_again_leaves_outbox_when_its_message_is_recalled() {
    let homing = block_in_place(Homing::start_unsynced);
    let log = Log::connect(homing.url(), "test").await.unwrap();
    says(&log, "_admin", &registers("alice", None)).await;
    let folder = tempfile::tempdir().unwrap();
    let mut performer =
        Performer::begin::<Book>(&log, folder.path(), EventSeq(0), OnUnknown::Hold).await.unwrap();
    let channel = Arc::clone(performer.channel());
    let (written, mut pages) = mpsc::channel(4);
    let (open, deferred) = (AtomicBool::new(true), Arc::new(AtomicBool::new(false)));
    let again_after = Some(Duration::from_secs(2));
    let page = Page { channel: Arc::clone(&channel), open, written, deferred, again_after };
    let book = Book { pages: vec![page], channel };
    let ends = CancellationToken::new();
    let told = async {
        let (to, text) = (vec![DEFERRED.parse().unwrap()], Some("not so fast".into()));
        let message =
            CommandSeq(says(&log, "alice", &Command::from(Send { to, text, ..Send::default() })).await);
        let deferred = |fact: &Fact| matches!(fact, Fact::Attempt(attempt::Fact::Deferred(_)));
        seen(&log, 1, deferred).await;
        assert_eq!(items(&log).await, 1, "it waits");
        let recall = Recall { message: MessageId::of(message), id: None };
        says(&log, "alice", &Command::from(recall)).await;
        while items(&log).await > 0 {
            tokio::task::yield_now().await;
        }
        ends.cancel();
    };
    let (worked, told) = tokio::join!(performer.run(&book, &ends), timeout(WITHIN, told));
    told.expect("it leaves");
    worked.unwrap();
    drop(book);
    timeout(WITHIN, performer.finish()).await.expect("nothing is left to be stored");
    assert!(pages.recv().await.is_some());
    assert_eq!(pages.recv().await, None, "it was not sent again");
}

async fn items(log: &Log) -> usize {
    log.subjects("OUTBOX", "homing.out.sms.>").await.unwrap().len()
}

/// More than an item on OUTBOX carries: the text stands in EVENTS alone.
fn the_text() -> String {
    "a page ".repeat(CARRIED_BYTES_MAX)
}

/// Waits until so many deliveries are accepted.
async fn accepted(log: &Log, len: usize) {
    seen(log, len, |fact| matches!(fact, Fact::Attempt(attempt::Fact::Accepted(_)))).await;
}

/// Waits until the log holds so many of these facts.
async fn seen(log: &Log, len: usize, wanted: impl Fn(&Fact) -> bool) {
    let mut facts = log.follow("EVENTS", None, 1);
    let mut seen = 0;
    while seen < len {
        for record in facts.next().await.unwrap() {
            let commit = commit::decode(&record.payload).unwrap();
            seen += commit.facts.iter().filter(|fact| wanted(fact)).count();
        }
    }
}
