//! Deciding: each command in stream order, its commit appended under the fence, the next one not waiting for it.

use std::time::Duration;

use futures_util::StreamExt;
use tokio::sync::mpsc;
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;
use tokio_util::task::AbortOnDropHandle;

use super::settle::{Answer, IN_FLIGHT_MAX, Settling, settle};
use super::{Memory, Snapshots, awaited, standby};
use crate::log::{Appender, Appending, Fault, Log, Record};
use crate::rules::presence::Encoding;
use crate::rules::{Commit, Outcome, decide as judge, refuse};
use crate::wire::headers::{self, Trace};
use crate::wire::outcome::OutcomeBody;
use crate::wire::{command, commit, subjects, to_payload};
use crate::words::CommandSeq;

/// A `traceparent` has 55 bytes. A longer header is not carried on, for a commit must not outgrow what a server takes.
const TRACE_BYTES_MAX: usize = 256;
/// So long without a command is a good time for a snapshot.
const QUIET: Duration = Duration::from_secs(1);

/// Decides until `stop`, then waits for what is under way and keeps a snapshot.
pub(super) async fn decide(
    log: &Log,
    snapshots: &Snapshots,
    memory: Memory,
    stop: &CancellationToken,
) -> Result<(), Fault> {
    let _claim = standby::claim(log).await?;
    let mut questions = awaited::questions(log).await?;
    let (appender, acks) = log.appender(memory.read()).await?;
    let (queue, settling) = mpsc::channel(IN_FLIGHT_MAX);
    let settler = settle(log.client().clone(), acks, snapshots.clone(), settling);
    let mut settler = AbortOnDropHandle::new(tokio::spawn(settler));
    let mut active = Active { appender, memory, queue };
    let first = active.memory.state().position().0.0 + 1;
    let mut commands = log.follow("COMMANDS", None, first);
    loop {
        tokio::select! {
            () = stop.cancelled() => break,
            ended = &mut settler => return joined(ended),
            () = sleep(QUIET), if active.memory.wants_snapshot() => active.keep_snapshot().await,
            Some(question) = questions.next() => {
                awaited::answer(log.client(), active.memory.state(), question).await;
            }
            records = commands.next() => {
                for record in records? {
                    if active.decide_one(&record).await.is_err() {
                        // Where an append failed the settler knows why, once its queue is closed.
                        drop(active);
                        return joined(settler.await);
                    }
                }
            }
        }
    }
    active.keep_snapshot().await;
    drop(active);
    joined(settler.await)
}

fn joined(ended: Result<Result<(), Fault>, tokio::task::JoinError>) -> Result<(), Fault> {
    ended.unwrap_or_else(|error| Err(Fault::reload("settle decisions").because(error)))
}

/// Where commands become commits.
struct Active {
    memory: Memory,
    appender: Appender,
    queue: mpsc::Sender<Settling>,
}

/// The settler is gone.
struct Closed;

impl Active {
    async fn decide_one(&mut self, record: &Record) -> Result<(), Closed> {
        let seq = CommandSeq(record.seq);
        let (parts, outcome, encoding) =
            match command::parse(record.subject.as_str(), &record.payload, seq, record.at) {
                Ok(order) => {
                    let decision = judge(self.memory.state(), &order);
                    let outcome = decision.outcome.clone();
                    (commit::of_order(&order, decision), outcome, order.encoding)
                }
                Err(unread) => {
                    let decision = refuse(unread.rejection);
                    let outcome = decision.outcome.clone();
                    (commit::parts(seq, record.at, &unread.by, decision), outcome, unread.encoding)
                }
            };
        let answer = answer(record, seq, &outcome, encoding);
        let appending = self.append(&parts, record).await?;
        self.queue.send(Settling::Decision { appending, outcome: answer }).await.map_err(|_| Closed)?;
        if self.memory.needs_snapshot() {
            self.keep_snapshot().await;
        }
        Ok(())
    }

    /// Appends the parts that do not stand in the log yet, and takes the whole decision in.
    async fn append(&mut self, parts: &[Commit], record: &Record) -> Result<Vec<Appending>, Closed> {
        let (written, at) = self.memory.written();
        let mut appending = Vec::with_capacity(parts.len());
        if parts.is_empty() {
            return Ok(appending);
        }
        let trace = trace(record);
        for part in parts.iter().skip(written) {
            match self.appender.append(commit::outgoing(part, &trace)).await {
                Ok(at) => appending.push(at),
                Err(fault) => {
                    tracing::warn!(%fault, seq = record.seq, "the decider stops appending");
                    return Err(Closed);
                }
            }
        }
        self.memory.decided(parts, at);
        Ok(appending)
    }

    async fn keep_snapshot(&mut self) {
        let Some(bytes) = self.memory.snapshot() else { return };
        // A closed queue means that an append failed; this state is then not the log's.
        let _ = self.queue.send(Settling::Snapshot(bytes)).await;
    }
}

/// What the commits carry on of a command's headers.
fn trace(record: &Record) -> Trace {
    let get = |name: &str| {
        let value = record.headers.as_ref()?.get(name)?.as_str();
        let carried = value.len() <= TRACE_BYTES_MAX && value.bytes().all(|byte| matches!(byte, b' '..=b'~'));
        carried.then(|| value.to_owned())
    };
    Trace { correlation: get(headers::CORRELATION), traceparent: get(headers::TRACEPARENT) }
}

fn answer(record: &Record, seq: CommandSeq, outcome: &Outcome, encoding: Encoding) -> Answer {
    let subject = subjects::outcome(subjects::outcome_token(record.subject.as_str()), seq);
    Answer { subject, payload: to_payload(&OutcomeBody::new(seq, outcome), encoding).into() }
}
