//! Deciding: each command in stream order, its commit appended under the fence, the next one not waiting for it.

use std::sync::Arc;
use std::time::Duration;

use async_nats::Subscriber;
use futures_util::{FutureExt, StreamExt};
use tokio::sync::{mpsc, watch};
use tokio::task::unconstrained;
use tokio::time::{MissedTickBehavior, interval};
use tokio_util::sync::CancellationToken;
use tokio_util::task::AbortOnDropHandle;

use super::ids::{ASKED_LEN_MAX, Handing, Ids, write};
use super::judge::{Heard, Judged, failed, judge};
use super::settle::{IN_FLIGHT_MAX, Keeper, Settling, settle};
use super::{KeepCommands, Memory, Snapshots, awaited, look, origin, standby};
use crate::log::{Appender, Appending, Fault, Log, Record, Retry};
use crate::rules::State;
use crate::words::{CommandSeq, Span};

/// So soon it is noticed that COMMANDS was restored or made anew beside a decider that runs.
const COMPARE_EVERY: Duration = Duration::from_secs(10);
/// Fan-outs that are answered between a few commands and the next: whoever asks more holds no command up.
const LOOKS_MAX: usize = 64;

/// What a turn at deciding is given, and leaves behind.
pub(super) struct Turn<'a> {
    pub(super) log: &'a Log,
    /// COMMANDS is read on a connection of its own: a record that no client can read ends the one that it comes on.
    pub(super) commands: &'a Log,
    pub(super) snapshots: &'a Snapshots,
    pub(super) ids: &'a Arc<Ids>,
    pub(super) keep_commands: KeepCommands,
    /// The command whose decision the rules could not take in the last time: it is refused.
    pub(super) unfit: &'a mut Option<CommandSeq>,
    pub(super) stop: &'a CancellationToken,
}

/// Decides until `stop`, then waits for what is under way and keeps a snapshot.
pub(super) async fn decide(turn: Turn<'_>, mut memory: Memory) -> Result<(), Fault> {
    let Turn { log, commands, snapshots, ids, keep_commands, unfit, stop } = turn;
    must_be_completed_alike(log, &memory, ids).await?;
    // Anybody may ask, and a question that no client can read ends the connection it comes on: not the one that appends.
    let ears = log.another("decider questions").await?;
    let _claim = standby::claim(&ears, memory.passed_over().0).await?;
    let mut questions = awaited::questions(&ears).await?;
    let mut looks = look::questions(&ears).await?;
    let (appender, acks) = log.appender(memory.read()).await?;
    let (queue, settling) = mpsc::channel(IN_FLIGHT_MAX);
    let (stored, told) = watch::channel(memory.mark());
    let keeper = Keeper { log: log.clone(), snapshots: snapshots.clone(), commands: keep_commands };
    let settler = settle(log.client().clone(), acks, keeper, stored, settling);
    let mut settler = AbortOnDropHandle::new(tokio::spawn(settler));
    let (handing, writer) = write(Arc::clone(ids), told);
    let mut writer = AbortOnDropHandle::new(tokio::spawn(writer));
    let first = memory.state().position().0.0 + 1;
    let mut commands = commands.follow("COMMANDS", None, first);
    let checkpoint_every = keep_commands.checkpoint_every();
    memory.has_checkpoint_due(snapshots.checkpoint_due(checkpoint_every)?);
    let begun = commands.begun();
    let heard = first - 1;
    let mut active = Active { appender, memory, queue, ids, handing, checkpoint_every, unfit, begun, heard };
    let mut compare = interval(COMPARE_EVERY);
    compare.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let ended = loop {
        tokio::select! {
            () = stop.cancelled() => break Ok(()),
            ended = &mut settler => {
                drop(active);
                return joined(ended).and(joined(writer.await));
            }
            ended = &mut writer => {
                drop(active);
                return joined(settler.await).and(joined(ended));
            }
            Some(question) = questions.next() => {
                awaited::answer(ears.client(), &active.memory, question).await;
            }
            Some(question) = looks.next() => {
                look::answer(ears.client(), active.memory.state(), question).await;
            }
            _ = compare.tick() => match active.compare(log).await {
                Err(fault) if fault.retry == Retry::Never => break Err(fault),
                // Where the server does not answer, it is asked again.
                Ok(()) | Err(_) => {}
            },
            records = commands.next() => match records {
                Ok(records) => {
                    let begun = commands.begun();
                    if let Err(fault) = active.decide_all(log, records, begun, (&ears, &mut looks)).await {
                        break Err(fault);
                    }
                }
                Err(fault) => break Err(origin::missing(fault)),
            },
        }
    };
    if ended.is_ok() {
        active.keep_snapshot().await;
    }
    drop(active);
    // What is under way is waited for. Where an append failed, or the disk of the ids, that came first.
    joined(settler.await).and(joined(writer.await)).and(ended)
}

/// Whoever cannot complete what was begun says so before it says that it decides.
async fn must_be_completed_alike(log: &Log, memory: &Memory, ids: &Arc<Ids>) -> Result<(), Fault> {
    let Some(begun) = memory.written().first().map(|part| part.command) else { return Ok(()) };
    let command = log.wrapped_record("COMMANDS", begun.0, None).await?.filter(|it| it.seq == begun.0);
    // Between the position and this command nothing was decided that has facts, so the state is the one to judge by.
    let heard = hear(ids, memory.state(), command.as_slice()).await?;
    let parts = heard.into_iter().next().map(|heard| judge(memory.state(), heard).parts).unwrap_or_default();
    if parts.get(..memory.written().len()) == Some(memory.written()) {
        return Ok(());
    }
    Err(otherwise(memory, begun))
}

/// Reads commands, and looks for their ids: on disk for those that are not in memory any more. What memory holds is handed along
/// too, for it may have forgotten that when it comes to the last of them.
pub(super) async fn hear<'a>(
    ids: &Arc<Ids>,
    state: &State,
    records: &'a [Record],
) -> Result<Vec<Heard<'a>>, Fault> {
    let heard: Vec<Heard<'a>> = records.iter().map(Heard::of).collect();
    let keys = heard.iter().filter_map(Heard::kept_under);
    let found = ids.find(keys.filter(|key| state.latest_of_id(key).is_none()).collect()).await?;
    let knowing = |heard: Heard<'a>| {
        let kept =
            heard.kept_under().and_then(|key| state.latest_of_id(&key).or_else(|| found.get(&key)).cloned());
        heard.knowing(kept)
    };
    Ok(heard.into_iter().map(knowing).collect())
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

pub(super) fn joined(ended: Result<Result<(), Fault>, tokio::task::JoinError>) -> Result<(), Fault> {
    ended.unwrap_or_else(|error| Err(Fault::reload("store decisions").because(error)))
}

/// Where commands become commits.
struct Active<'a> {
    memory: Memory,
    appender: Appender,
    queue: mpsc::Sender<Settling>,
    ids: &'a Arc<Ids>,
    handing: Handing,
    checkpoint_every: Option<Span>,
    unfit: &'a mut Option<CommandSeq>,
    /// Of the reader of COMMANDS, when it was last known to be the stream that EVENTS answers.
    begun: u64,
    /// The last command that was read.
    heard: u64,
}

impl Active<'_> {
    /// Fan-outs that ask meanwhile are answered between a few commands and the next: what is late waits for that.
    async fn decide_all(
        &mut self,
        log: &Log,
        records: Vec<Record>,
        begun: u64,
        (ears, looks): (&Log, &mut Subscriber),
    ) -> Result<(), Fault> {
        if begun != self.begun {
            origin::compare(log, self.memory.mark()).await?;
            self.begun = begun;
        }
        for records in records.chunks(ASKED_LEN_MAX) {
            for heard in hear(self.ids, self.memory.state(), records).await? {
                self.decide_one(heard).await?;
            }
            for _ in 0..LOOKS_MAX {
                let Some(Some(question)) = unconstrained(looks.next()).now_or_never() else { break };
                look::answer(ears.client(), self.memory.state(), question).await;
            }
        }
        Ok(())
    }

    async fn compare(&self, log: &Log) -> Result<(), Fault> {
        origin::compare(log, self.memory.mark()).await?;
        origin::must_go_on(log, self.heard).await
    }

    async fn decide_one(&mut self, heard: Heard<'_>) -> Result<(), Fault> {
        let seq = CommandSeq(heard.record().seq);
        if seq.0 > self.heard + 1 {
            return Err(origin::lacks(self.heard + 1, seq.0 - 1));
        }
        self.heard = seq.0;
        let is_unfit = *self.unfit == Some(seq);
        let judged = if is_unfit { failed(heard.record()) } else { judge(self.memory.state(), heard) };
        let answer = judged.answer.clone();
        let appending = self.append(judged, seq).await?;
        for fresh in self.memory.take_fresh() {
            self.handing.hand(fresh).await?;
        }
        let settling = Settling::Decision { appending, outcome: answer, mark: self.memory.mark() };
        self.queue.send(settling).await.map_err(|_| Fault::reload("hand on a decision"))?;
        if self.memory.wants_snapshot() {
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
        let Some((mark, state)) = self.memory.snapshot(self.checkpoint_every) else { return };
        // A closed queue means that an append failed; this state is then not the log's.
        let _ = self.queue.send(Settling::Snapshot(mark, state)).await;
    }
}
