//! Deciding: each command in stream order, its commit appended under the fence, the next one not waiting for it.

use std::time::Duration;

use futures_util::StreamExt;
use tokio::sync::mpsc;
use tokio::time::{MissedTickBehavior, interval, sleep};
use tokio_util::sync::CancellationToken;
use tokio_util::task::AbortOnDropHandle;

use super::judge::{Judged, failed, judge};
use super::settle::{IN_FLIGHT_MAX, Settling, settle};
use super::{Memory, Snapshots, awaited, look, origin, standby};
use crate::log::{Appender, Appending, Fault, Log, Record, Retry};
use crate::words::CommandSeq;

/// So long without a command is a good time for a snapshot.
const QUIET: Duration = Duration::from_secs(1);
/// So soon it is noticed that COMMANDS was restored or made anew beside a decider that runs.
const COMPARE_EVERY: Duration = Duration::from_secs(10);

/// What a turn at deciding is given, and leaves behind.
pub(super) struct Turn<'a> {
    pub(super) log: &'a Log,
    /// COMMANDS is read on a connection of its own: a record that no client can read ends the one that it comes on.
    pub(super) commands: &'a Log,
    pub(super) snapshots: &'a Snapshots,
    /// The command whose decision the rules could not take in the last time: it is refused.
    pub(super) unfit: &'a mut Option<CommandSeq>,
    pub(super) stop: &'a CancellationToken,
}

/// Decides until `stop`, then waits for what is under way and keeps a snapshot.
pub(super) async fn decide(turn: Turn<'_>, memory: Memory) -> Result<(), Fault> {
    let Turn { log, commands, snapshots, unfit, stop } = turn;
    must_be_completed_alike(log, &memory).await?;
    let _claim = standby::claim(log, memory.passed_over().0).await?;
    let mut questions = awaited::questions(log).await?;
    let mut looks = look::questions(log).await?;
    let (appender, acks) = log.appender(memory.read()).await?;
    let (queue, settling) = mpsc::channel(IN_FLIGHT_MAX);
    let settler = settle(log.client().clone(), acks, snapshots.clone(), settling);
    let mut settler = AbortOnDropHandle::new(tokio::spawn(settler));
    let first = memory.state().position().0.0 + 1;
    let mut commands = commands.follow("COMMANDS", None, first);
    let mut active = Active { appender, memory, queue, unfit, begun: commands.begun() };
    let mut compare = interval(COMPARE_EVERY);
    compare.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let ended = loop {
        tokio::select! {
            () = stop.cancelled() => break Ok(()),
            ended = &mut settler => return joined(ended),
            () = sleep(QUIET), if active.memory.wants_snapshot() => active.keep_snapshot().await,
            Some(question) = questions.next() => {
                awaited::answer(log.client(), active.memory.state(), question).await;
            }
            Some(question) = looks.next() => {
                look::answer(log.client(), active.memory.state(), question).await;
            }
            _ = compare.tick() => match origin::compare(log, active.memory.mark()).await {
                Err(fault) if fault.retry == Retry::Never => break Err(fault),
                // Where the server does not answer, it is asked again.
                Ok(()) | Err(_) => {}
            },
            records = commands.next() => match records {
                Ok(records) => {
                    if let Err(fault) = active.decide_all(log, records, commands.begun()).await {
                        break Err(fault);
                    }
                }
                Err(fault) => break Err(fault),
            },
        }
    };
    if ended.is_ok() {
        active.keep_snapshot().await;
    }
    drop(active);
    // What is under way is waited for. Where an append failed, that came first.
    joined(settler.await).and(ended)
}

/// Whoever cannot complete what was begun says so before it says that it decides.
async fn must_be_completed_alike(log: &Log, memory: &Memory) -> Result<(), Fault> {
    let Some(begun) = memory.written().first().map(|part| part.command) else { return Ok(()) };
    let command = log.wrapped_record("COMMANDS", begun.0, None).await?.filter(|it| it.seq == begun.0);
    // Between the position and this command nothing was decided that has facts, so the state is the one to judge by.
    let parts = command.map(|command| judge(memory.state(), &command).parts).unwrap_or_default();
    if parts.get(..memory.written().len()) == Some(memory.written()) {
        return Ok(());
    }
    Err(otherwise(memory, begun))
}

/// A decision was begun in the log, and is not the one that is made now. To complete it by this one would leave half of each.
fn otherwise(memory: &Memory, seq: CommandSeq) -> Fault {
    let begun = memory.written().first().map_or(0, |part| part.command.0);
    let (first, last) = (memory.written_at().first(), memory.written_at().last());
    let [first, last] = [first, last].map(|place| place.map_or(0, |place| place.0));
    Fault::never(format!("complete the decision of command {begun}")).because(format!(
        "its first parts stand in EVENTS at {first} to {last}, and what is decided now (of command {}) differs from them: \
         another version of Homing has begun it, so let that version complete it",
        seq.0
    ))
}

fn joined(ended: Result<Result<(), Fault>, tokio::task::JoinError>) -> Result<(), Fault> {
    ended.unwrap_or_else(|error| Err(Fault::reload("settle decisions").because(error)))
}

/// Where commands become commits.
struct Active<'a> {
    memory: Memory,
    appender: Appender,
    queue: mpsc::Sender<Settling>,
    unfit: &'a mut Option<CommandSeq>,
    /// Of the reader of COMMANDS, when it was last known to be the stream that EVENTS answers.
    begun: u64,
}

impl Active<'_> {
    async fn decide_all(&mut self, log: &Log, records: Vec<Record>, begun: u64) -> Result<(), Fault> {
        if begun != self.begun {
            origin::compare(log, self.memory.mark()).await?;
            self.begun = begun;
        }
        for record in records {
            self.decide_one(&record).await?;
        }
        Ok(())
    }

    async fn decide_one(&mut self, record: &Record) -> Result<(), Fault> {
        let seq = CommandSeq(record.seq);
        let judged =
            if *self.unfit == Some(seq) { failed(record) } else { judge(self.memory.state(), record) };
        let answer = judged.answer.clone();
        let appending = self.append(judged, seq).await?;
        let settling = Settling::Decision { appending, outcome: answer };
        self.queue.send(settling).await.map_err(|_| Fault::reload("hand on a decision"))?;
        if self.memory.needs_snapshot() {
            self.keep_snapshot().await;
        }
        Ok(())
    }

    /// Takes the whole decision in, and appends the parts that do not stand in the log yet.
    async fn append(&mut self, judged: Judged, seq: CommandSeq) -> Result<Vec<Appending>, Fault> {
        let Judged { parts, outgoing, answer: _ } = judged;
        if parts.is_empty() {
            return Ok(Vec::new());
        }
        let written = self.memory.written().len();
        if parts.get(..written) != Some(self.memory.written()) {
            return Err(otherwise(&self.memory, seq));
        }
        if let Err(fault) = self.memory.decided(&parts) {
            *self.unfit = Some(seq);
            return Err(fault);
        }
        let mut appending = Vec::with_capacity(parts.len());
        for part in outgoing.into_iter().skip(written) {
            appending.push(self.appender.append(part).await?);
        }
        Ok(appending)
    }

    async fn keep_snapshot(&mut self) {
        let Some(bytes) = self.memory.snapshot() else { return };
        // A closed queue means that an append failed; this state is then not the log's.
        let _ = self.queue.send(Settling::Snapshot(bytes)).await;
    }
}
