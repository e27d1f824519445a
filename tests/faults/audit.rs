//! The audit of a log: whatever has happened, no gap, one commit a command, one end a delivery, and the same
//! bytes when everything is decided again.

use std::collections::{BTreeMap, BTreeSet};

use homing::log::{Log, Record};
use homing::rules::{Commit, Fact, State, decide, message, refuse};
use homing::wire::headers::Trace;
use homing::wire::{command, commit};
use homing::words::{CommandSeq, EventSeq, MessageId, Party};

/// COMMANDS, and the commits that answer them.
pub struct Audit {
    commands: Vec<Record>,
    events: Vec<Record>,
    commits: Vec<Commit>,
}

impl Audit {
    /// Reads both streams; all commands up to `decided` have been decided.
    pub async fn read(url: &str, decided: u64) -> Audit {
        let log = Log::connect(url, "audit").await.unwrap();
        let mut commands = whole(&log, "COMMANDS").await;
        assert!(commands.len() as u64 >= decided, "COMMANDS ends before {decided}");
        commands.truncate(usize::try_from(decided).unwrap());
        let mut events = whole(&log, "EVENTS").await;
        let mut commits: Vec<_> =
            events.iter().map(|event| commit::decode(&event.payload).unwrap()).collect();
        let until = commits.partition_point(|commit| commit.command <= CommandSeq(decided));
        events.truncate(until);
        commits.truncate(until);
        Audit { commands, events, commits }
    }

    pub fn commands_len(&self) -> usize {
        self.commands.len()
    }

    pub fn commits_len(&self) -> usize {
        self.commits.len()
    }

    /// Every kind of fact that there is in the log, by name.
    pub fn kinds_of_facts(&self) -> BTreeSet<String> {
        self.commits.iter().flat_map(|commit| &commit.facts).map(|fact| fact.name().to_owned()).collect()
    }

    pub fn decisions_in_parts(&self) -> usize {
        self.commits.iter().filter(|commit| commit.part == 1).count()
    }

    /// Each command is answered by the parts of one decision, in order and side by side, or by nothing.
    pub fn each_command_is_answered_once(&self) {
        let mut before: Option<&Commit> = None;
        for (commit, event) in self.commits.iter().zip(&self.events) {
            let seq = event.seq;
            assert!(commit.part < commit.parts, "EVENTS {seq}: part {} of {}", commit.part, commit.parts);
            if commit.part > 0 {
                let first = before.expect("a part follows another one");
                assert_eq!((first.command, first.part + 1), (commit.command, commit.part), "EVENTS {seq}");
            } else if let Some(last) = before {
                assert!(last.is_last_part(), "EVENTS {seq} follows a decision that does not end");
                assert!(last.command < commit.command, "EVENTS {seq} answers {:?} again", commit.command);
            }
            before = Some(commit);
        }
        assert!(before.is_none_or(Commit::is_last_part), "the last decision does not end");
    }

    /// Each record says behind which one it was to stand: whoever wrote without saying so could write past another decider.
    pub fn each_record_is_fenced(&self) {
        for event in &self.events {
            let fence = event.headers.as_ref().and_then(|headers| headers.get("Nats-Expected-Last-Sequence"));
            let fence = fence.map(|value| value.as_str().to_owned());
            assert_eq!(fence, Some((event.seq - 1).to_string()), "EVENTS {} has no fence", event.seq);
        }
    }

    /// The deliveries of `accepted` are all that there are, and each was delivered, once, and did not end otherwise.
    pub fn each_message_is_delivered_once(&self, accepted: &BTreeSet<MessageId>) {
        let facts = || self.commits.iter().flat_map(|commit| &commit.facts);
        let told: Vec<MessageId> =
            facts().filter_map(Fact::get::<message::Accepted>).map(|accepted| accepted.message).collect();
        assert!(
            told.iter().eq(accepted),
            "stored {} messages, EVENTS accepts {}",
            accepted.len(),
            told.len()
        );
        let mut ends: BTreeMap<MessageId, usize> = BTreeMap::new();
        for fact in facts() {
            match ended(fact) {
                Some((message, to, true)) => {
                    assert_eq!(to.user().map(|user| user.as_str()), Some("bob"), "{message} went astray");
                    *ends.entry(message).or_default() += 1;
                }
                Some((message, _, false)) => panic!("{message} was not delivered: {fact:?}"),
                None => {}
            }
        }
        assert!(ends.keys().eq(accepted), "accepted {}, delivered {}", accepted.len(), ends.len());
        let twice: Vec<_> = ends.iter().filter(|(_, times)| **times != 1).collect();
        assert!(twice.is_empty(), "delivered more than once: {twice:?}");
    }

    /// Decides all commands again, and compares subject, headers and payload of each commit.
    pub fn deciding_again_gives_the_same_bytes(&self) {
        let mut state = State::default();
        let mut stored = self.events.iter();
        let mut next = 1;
        for record in &self.commands {
            let parts = again(&state, record);
            for part in &parts {
                let trace = trace(record);
                let want = commit::outgoing(part, &trace);
                let event = stored.next().unwrap_or_else(|| panic!("no commit for command {}", record.seq));
                let same = event.subject.as_str() == want.subject && *event.payload == *want.payload;
                assert!(same, "EVENTS {}: {:?}\nagain: {part:?}", event.seq, commit::decode(&event.payload));
                let headers = event.headers.as_ref().expect("a commit has headers");
                for (name, value) in want.headers {
                    let is = headers.get(name).map(|value| value.as_str().to_owned());
                    assert_eq!(is, Some(value), "EVENTS {}: {name}", event.seq);
                }
            }
            state.evolve(&parts, EventSeq(next));
            next += parts.len() as u64;
        }
        let more = stored.next().map(|event| event.seq);
        assert_eq!(more, None, "a commit that no command explains");
    }
}

/// As the decider does it, from the record alone.
fn again(state: &State, record: &Record) -> Vec<Commit> {
    let seq = CommandSeq(record.seq);
    match command::parse(record.subject.as_str(), &record.payload, seq, record.at) {
        Ok(order) => commit::of_order(&order, decide(state, &order)),
        Err(unread) => commit::parts(seq, record.at, &unread.by, refuse(unread.rejection)),
    }
}

fn trace(record: &Record) -> Trace {
    let get = |name: &str| record.headers.as_ref()?.get(name).map(|value| value.as_str().to_owned());
    Trace { correlation: get("ce-correlationid"), traceparent: get("traceparent") }
}

/// The message, the recipient, and whether it arrived, where a fact ends a delivery.
fn ended(fact: &Fact) -> Option<(MessageId, &Party, bool)> {
    if let Some(message::Delivered { message, to, .. }) = fact.get() {
        return Some((*message, to, true));
    }
    if let Fact::Message(
        message::Fact::Filtered(message::Filtered { message, to, .. })
        | message::Fact::Recalled(message::Recalled { message, to, .. })
        | message::Fact::Expired(message::Expired { message, to, .. }),
    ) = fact
    {
        return Some((*message, to, false));
    }
    None
}

/// Every record of a stream, from 1 to its present end.
async fn whole(log: &Log, stream: &'static str) -> Vec<Record> {
    let last = usize::try_from(log.last_seq(stream).await.unwrap()).unwrap();
    let mut records = Vec::with_capacity(last);
    let mut follower = log.follow(stream, None, 1);
    while records.len() < last {
        for record in follower.next().await.unwrap() {
            assert_eq!(record.seq, records.len() as u64 + 1, "{stream} has a gap");
            records.push(record);
        }
    }
    records
}
