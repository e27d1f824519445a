//! A decider without a log and without a server: it keeps its commits in a list.

use futures_util::StreamExt;
use homing::log::Log;
use homing::rules::message::{Expired, Filtered};
use homing::rules::presence::WentOffline;
use homing::rules::{Commit, Fact, Happened, Outcome, State, decide, leading, refuse, timer};
use homing::wire::look::{LookAt, Looked};
use homing::wire::{Outgoing, command, commit, from_msgpack, subjects, to_msgpack};
use homing::words::{CommandSeq, EventSeq, Instant};
use tokio_util::task::AbortOnDropHandle;

/// As many as a part has at most.
const FACTS_PER_PART: usize = 1_024;

/// The pure rules at work, as the decider sets them to work.
#[derive(Default)]
pub struct PureDecider {
    pub state: State,
    /// The last command taken.
    pub seq: u64,
    /// Every commit's subject and bytes, as they would stand on EVENTS.
    pub log: Vec<(String, Vec<u8>)>,
}

impl PureDecider {
    /// Decides the next command and takes the decision in.
    pub fn take(&mut self, at: Instant, subject: &str, payload: &[u8]) -> (Vec<Commit>, Outcome) {
        self.seq += 1;
        let (parts, outcome) = judge(&self.state, CommandSeq(self.seq), at, subject, payload);
        self.state.evolve(&parts, EventSeq(self.log.len() as u64 + 1));
        assert!(
            are_led(&parts),
            "another part begins where none has to, or a fact stands where it is not looked for: {parts:?}"
        );
        for part in &parts {
            self.log.push((subjects::event(part), commit::encode(part)));
        }
        (parts, outcome)
    }

    /// Answers fan-outs that look again before they send, by what is decided so far, until the handle is dropped.
    pub async fn answers_looks(&self, log: &Log) -> AbortOnDropHandle<()> {
        let (state, client) = (self.state.clone(), log.client().clone());
        let mut looks = client.subscribe(subjects::LOOK).await.expect("the server is there");
        client.flush().await.expect("the server is there");
        AbortOnDropHandle::new(tokio::spawn(async move {
            while let Some(asked) = looks.next().await {
                let LookAt { at, deliveries } = from_msgpack(&asked.payload).expect("a fan-out asks");
                let may_go = deliveries.iter().map(|(message, to)| state.may_go_live(*message, to, at));
                let looked = to_msgpack(&Looked { may_go: may_go.collect() });
                client.publish(asked.reply.expect("it waits"), looked.into()).await.expect("it is there");
            }
        }))
    }

    /// Appends its commits to EVENTS, where nothing stands yet: what others find who were away when it was decided.
    pub async fn store(self, log: &Log) {
        self.store_behind(EventSeq(0), log).await;
    }

    /// Appends what it decided since this commit was stored.
    pub async fn store_behind(&self, stored: EventSeq, log: &Log) {
        let (mut appender, mut acks) = log.appender(stored).await.expect("the server is there");
        let behind = self.log.iter().skip(usize::try_from(stored.0).expect("it is in memory"));
        for (subject, payload) in behind.cloned() {
            let commit = Outgoing { subject, headers: Vec::new(), payload };
            let appending = appender.append(commit).await.expect("it can be sent");
            acks.stored(appending).await.expect("it is stored");
        }
    }
}

/// Whether each fact stands behind a first one that it may follow, and a part begins only where the one before is full, where
/// timers begin or end, or where presence and the ends of deliveries do.
fn are_led(parts: &[Commit]) -> bool {
    let first = |part: &Commit| part.facts.first().map_or("", Fact::name);
    let led =
        |part: &Commit| part.facts.iter().skip(1).all(|fact| leading::may_follow(first(part), fact.name()));
    let timers = |part: &Commit| first(part) == timer::Set::NAME;
    let apart = |part: &Commit| [WentOffline::NAME, Filtered::NAME, Expired::NAME].contains(&first(part));
    let len = |part: &Commit| part.facts.iter().map(Fact::tells_of).sum::<usize>();
    let begins = |(before, part): (&Commit, &Commit)| {
        len(before) + part.facts.first().map_or(1, Fact::tells_of) > FACTS_PER_PART
            || timers(before)
            || timers(part)
            || ((apart(before) || apart(part)) && !leading::may_follow(first(before), first(part)))
    };
    parts.iter().all(led) && parts.iter().zip(parts.iter().skip(1)).all(begins)
}

/// A command's commits and outcome, nothing taken in.
pub fn judge(
    state: &State,
    seq: CommandSeq,
    at: Instant,
    subject: &str,
    payload: &[u8],
) -> (Vec<Commit>, Outcome) {
    match command::parse(subject, payload, seq, at) {
        Ok(order) => {
            let decision = decide(state, &order);
            let outcome = decision.outcome.clone();
            (commit::of_order(&order, decision), outcome)
        }
        Err(unread) => {
            let decision = refuse(unread.rejection);
            let outcome = decision.outcome.clone();
            (commit::parts(seq, at, &unread.by, decision), outcome)
        }
    }
}
