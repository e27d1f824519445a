//! A Homing with an account at an SMSC that is not ours; what it decided, as it stands on EVENTS.

use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use homing::log::Log;
use homing::rules::attempt::Adapter;
use homing::rules::message::{Route, Send};
use homing::rules::{Command as Wish, Fact, attempt, identity, message};
use homing::wire::commit;
use homing::words::{CommandSeq, ImNumber, MessageId};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::task::block_in_place;

use crate::board::Board;
use crate::smsc::{Ids, Message, Smsc, Submit};
use crate::support::Homing;
use crate::support::world::{registers, says};

pub const BOB: &str = "+447700900001";

pub struct World {
    pub smsc: Smsc,
    pub facts: Arc<Board<Vec<Fact>>>,
    /// Of alice.
    pub im: ImNumber,
    pub log: Log,
    homing: Homing,
    phones: AtomicU32,
    _folder: TempDir,
}

impl World {
    /// Alice, who has no phone, and bob, who has nothing else. `through` stands between Homing and the SMSC.
    pub async fn start(command: &mut Command, ids: Ids, settings: &str, through: Option<u16>) -> World {
        let smsc = Smsc::start(command, ids).await;
        World::with(smsc, settings, through).await
    }

    pub async fn with(smsc: Smsc, settings: &str, through: Option<u16>) -> World {
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        let port = through.unwrap_or(smsc.port());
        let url = format!("smpp://esme:secret@127.0.0.1:{port}?name=main&bind_again=1s&{settings}");
        let (data, flags) = (folder.path().join("data"), ["--sync", "off", "--smsc", &url]);
        let homing = block_in_place(|| Homing::start_at(&data, 0, &flags));
        let log = Log::connect(homing.url(), "test").await.expect("it is ready");
        let facts = Arc::new(Board::new(Vec::new()));
        tokio::spawn(follow(log.clone(), Arc::clone(&facts)));
        let mut world = World {
            smsc,
            facts,
            im: "100001".parse().expect("an IM number"),
            log,
            homing,
            phones: AtomicU32::new(0),
            _folder: folder,
        };
        says(&world.log, "_admin", &registers("alice", None)).await;
        says(&world.log, "_admin", &registers("bob", Some(BOB))).await;
        world.im = world
            .fact("alice is registered", |fact| {
                let identity::Registered { user, im, .. } = fact.get()?;
                (user.to_string() == "alice").then_some(*im)
            })
            .await;
        world.smsc.session().await;
        world
    }

    /// Where clients connect, as the operator.
    pub fn url(&self) -> &str {
        self.homing.url()
    }

    /// One that nobody has yet.
    pub fn phone(&self) -> String {
        format!("+4479110{:05}", self.phones.fetch_add(1, Ordering::Relaxed))
    }

    pub fn phones(&self, len: usize) -> Vec<String> {
        (0..len).map(|_| self.phone()).collect()
    }

    /// From alice, by SMS.
    pub async fn sends(&self, to: &str, text: &str) -> MessageId {
        let to = vec![to.parse().expect("an address")];
        let send = Send { to, text: Some(text.into()), route: Route::By(Adapter::Sms), ..Send::default() };
        MessageId::of(CommandSeq(says(&self.log, "alice", &Wish::from(send)).await))
    }

    /// The first in the log that is like this, or the first to come.
    pub async fn fact<R>(&self, what: &str, look: impl FnMut(&Fact) -> Option<R>) -> R {
        let mut look = look;
        self.facts.wait(what, |facts| facts.iter().find_map(&mut look)).await
    }

    pub async fn decides(&self, what: &str, like: impl Fn(&Fact) -> bool) {
        self.fact(what, |fact| like(fact).then_some(())).await;
    }

    pub async fn accepted(&self, message: MessageId) {
        let like = |fact: &Fact| matches!(fact, Fact::Attempt(attempt::Fact::Accepted(attempt::Accepted { attempt, .. })) if attempt.message == message);
        self.decides("the SMSC accepts it", like).await;
    }

    pub async fn delivered(&self, message: MessageId) {
        let like = |fact: &Fact| matches!(fact, Fact::Message(message::Fact::Delivered(message::Delivered { message: it, .. })) if *it == message);
        self.decides("it is delivered", like).await;
    }

    /// A receipt of a submit: that it was delivered.
    pub async fn receipt(&self, submit: &Submit, form: Form) -> u64 {
        let id = self.smsc.ids.of_receipt(submit.number);
        let text = |id: &str| {
            format!(
                "id:{id} sub:001 dlvrd:001 submit date:2611211200 done date:2611211201 stat:DELIVRD err:000 text:"
            )
        };
        let message = Message { esm_class: 0x04, ..Message::default() };
        let message = match form {
            Form::Text => Message { octets: text(&id).into_bytes(), ..message },
            Form::Tlvs => message.tlv("receipted_message_id", id).tlv("message_state", 2),
            // The text names another, and the TLVs count.
            Form::Both => Message { octets: text("0").into_bytes(), ..message }
                .tlv("receipted_message_id", id)
                .tlv("message_state", 2),
        };
        self.smsc.hands(&submit.dest, &submit.source, message).await
    }

    /// What operators are told of a message with one recipient: the states that it went through, channel and reason.
    pub async fn shown(&self, message: MessageId, last: &str) -> (Vec<String>, Value) {
        let question = json!({ "message": message }).to_string();
        for _ in 0..10_000 {
            let subject = "homing.query._admin.delivery";
            let answer = self.log.client().request(subject, question.clone().into()).await;
            let answer = answer.expect("queries are answered").payload;
            let mut answer: Value = serde_json::from_slice(&answer).expect("JSON");
            let recipient = answer["recipients"][0].take();
            if recipient["state"] == last {
                let states = recipient["history"].as_array().cloned().unwrap_or_default();
                let states = states.iter().filter_map(|entry| entry["state"].as_str().map(str::to_owned));
                return (states.collect(), recipient);
            }
        }
        panic!("{message} is never shown as {last}");
    }

    /// Stops cleanly, in order also for the SMSC.
    pub async fn stops(self) {
        assert!(block_in_place(|| self.homing.stop()).success());
        self.smsc.seen.wait("the end of the session", |seen| (seen.closed > 0).then_some(())).await;
    }
}

/// How a receipt names what it is about.
#[derive(Debug, Clone, Copy)]
pub enum Form {
    Text,
    Tlvs,
    Both,
}

async fn follow(log: Log, board: Arc<Board<Vec<Fact>>>) {
    let mut events = log.follow("EVENTS", None, 1);
    // Until Homing has ended, with its server.
    while let Ok(records) = events.next().await {
        for record in records {
            let commit = commit::decode(&record.payload).expect("a commit");
            board.change(|facts| facts.extend(commit.facts));
        }
    }
}
