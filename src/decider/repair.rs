//! The repair of a COMMANDS that does not fit to EVENTS: its numbers go on behind the gap.
//!
//! What was never decided is stored again, under new numbers.
//!
//! Invariant: a command that nobody has answered stands in a stream at every moment; it is removed from one only where it
//! is in another. A repair that is interrupted goes on where it is made again.
//! Invariant: while it is made COMMANDS takes nothing, so that nothing is acknowledged that is then removed.

use std::fmt;

use serde::Serialize;

use super::origin::{self, Found, Wrong};
use super::standby;
use crate::log::{Ends, Fault, Follower, Log, Mark, clock};
use crate::rules::{Commit, Fact, Part, Rejection, Sender};
use crate::wire::{commit, headers, subjects};
use crate::words::{CommandSeq, EventSeq, Instant};

/// What COMMANDS takes while it is repaired: a subject that nobody publishes on.
const CLOSED: &str = "homing.closed.cmd";
/// Commands that are stored again: minutes of work, one by one. With more of them a newer backup is the better way.
const AGAIN_LEN_MAX: usize = 1_000_000;

/// What a repair would do.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub struct Plan {
    /// What was found, for a person.
    found: String,
    /// The number that the next command gets.
    next: u64,
    /// How many commands were never decided, and are stored again under new numbers.
    again: usize,
    /// How many commands leave COMMANDS whose answers are in EVENTS.
    decided: u64,
    /// The first and the last number under which nothing was decided and nothing will be.
    given_up: Option<(u64, u64)>,
    #[serde(skip)]
    undecided: Vec<u64>,
    #[serde(skip)]
    mark: Mark,
}

impl Plan {
    /// What a repair would do; none where nothing is wrong.
    ///
    /// # Errors
    /// When the server does not answer, or a decider is active, or there is no way.
    pub async fn of(log: &Log) -> Result<Option<Plan>, Fault> {
        if standby::someone_is_active(log).await {
            return Err(
                Fault::never("repair COMMANDS").because("a decider is active, so nothing is wrong with it")
            );
        }
        let (mark, half) = last_commit(log).await?;
        let found = match origin::look(log, mark).await? {
            None => origin::look_behind(log, mark).await?,
            found => found,
        };
        let Some(found) = found else {
            let unfinished = log.newest("OUTBOX", subjects::SET_ASIDE).await?.is_some();
            return Ok(unfinished.then(|| Plan::unfinished(mark)));
        };
        if half {
            return Err(Fault::never("repair COMMANDS").because(format!(
                "a decision is half written in EVENTS behind {}, and its command may be gone; restore EVENTS and COMMANDS \
                 from one backup",
                mark.seq.0
            )));
        }
        let (undecided, decided) = undecided(log, &found).await?;
        Ok(Some(Plan::new(&found, undecided, decided)))
    }

    fn new(found: &Found, undecided: Vec<u64>, decided: u64) -> Plan {
        let Found { wrong, commands: Ends { first, last, .. }, mark } = *found;
        let position = mark.command.0;
        let next = match wrong {
            Wrong::BeginsLate => first,
            Wrong::EndsEarly | Wrong::Another | Wrong::Lacks { .. } => last.max(position) + 1,
        };
        Plan {
            found: found.to_string(),
            next,
            again: undecided.len(),
            decided,
            given_up: (next > position + 1).then_some((position + 1, next - 1)),
            undecided,
            mark,
        }
    }

    /// Of a repair that was interrupted behind the gap.
    fn unfinished(mark: Mark) -> Plan {
        let found = "commands that an earlier repair has set aside are on OUTBOX".to_owned();
        let next = mark.command.0 + 1;
        Plan { found, next, again: 0, decided: 0, given_up: None, undecided: Vec::new(), mark }
    }
}

/// Repairs, where there is something to repair; gives how many commands were stored again.
///
/// # Errors
/// When the server does not answer: then it is to be made again.
pub async fn repair(log: &Log) -> Result<u64, Fault> {
    log.take_subjects("COMMANDS", &[CLOSED]).await?;
    // What came until the door was closed belongs to it.
    let plan = match Plan::of(log).await {
        Ok(plan) => plan,
        Err(fault) => {
            // Nothing was changed yet: what cannot be repaired still takes commands, and says no to nobody.
            log.take_subjects("COMMANDS", &[subjects::COMMANDS]).await?;
            return Err(fault);
        }
    };
    if let Some(plan) = plan {
        for seq in &plan.undecided {
            set_aside(log, *seq).await?;
        }
        if log.ends("COMMANDS").await?.first < plan.next {
            log.begin_at("COMMANDS", plan.next).await?;
        }
        if let Some((first, last)) = plan.given_up {
            give_up(log, first, last, plan.mark).await?;
        }
    }
    log.take_subjects("COMMANDS", &[subjects::COMMANDS]).await?;
    store_again(log).await
}

/// The last decision that stands in EVENTS as a whole, and whether parts of another one stand behind it.
async fn last_commit(log: &Log) -> Result<(Mark, bool), Fault> {
    let Ends { created, last, .. } = log.ends("EVENTS").await?;
    let mut half = false;
    for seq in (1..=last).rev() {
        let record = log.wrapped_record("EVENTS", seq, None).await?.filter(|record| record.seq == seq);
        let Some(Ok(Commit { command, at, part, parts, .. })) = record.map(|record| record.commit()) else {
            continue;
        };
        if part + 1 >= parts {
            return Ok((Mark { seq: EventSeq(seq), command, at, log: Some(created) }, half));
        }
        half = true;
    }
    Ok((Mark { log: Some(created), ..Mark::default() }, half))
}

/// The numbers of the commands in COMMANDS that EVENTS does not answer, and how many it answers.
async fn undecided(log: &Log, found: &Found) -> Result<(Vec<u64>, u64), Fault> {
    let Found { wrong, commands: Ends { first, last, .. }, mark } = *found;
    let (mut undecided, mut answered) = (Vec::new(), 0);
    if wrong == Wrong::BeginsLate {
        return Ok((undecided, answered));
    }
    let mut answers = Answers::of(log, mark);
    let mut next = first;
    while let Some(record) = log.wrapped_record("COMMANDS", next, None).await?.filter(|it| it.seq <= last) {
        next = record.seq + 1;
        let decided = match answers.time_of(record.seq).await? {
            Some(at) => at == record.at,
            // A decision without facts is not in EVENTS. What came after the last commit was never looked at.
            None => record.seq <= mark.command.0 && record.at <= mark.at,
        };
        if decided {
            answered += 1;
        } else {
            undecided.push(record.seq);
        }
        if undecided.len() > AGAIN_LEN_MAX {
            return Err(Fault::never("repair COMMANDS").because(format!(
                "more than {AGAIN_LEN_MAX} commands in it were never decided; restore a newer backup of it"
            )));
        }
    }
    Ok((undecided, answered))
}

/// When the commands were stored that EVENTS answers, in their order.
struct Answers {
    events: Follower,
    last: EventSeq,
    read: EventSeq,
    /// The rest of what was read, the last one first.
    batch: Vec<(u64, Instant)>,
}

impl Answers {
    fn of(log: &Log, mark: Mark) -> Answers {
        let events = log.follow("EVENTS", None, 1);
        Answers { events, last: mark.seq, read: EventSeq::default(), batch: Vec::new() }
    }

    /// Asked with growing numbers.
    async fn time_of(&mut self, command: u64) -> Result<Option<Instant>, Fault> {
        loop {
            while let Some((answered, at)) = self.batch.last().copied() {
                if answered >= command {
                    return Ok((answered == command).then_some(at));
                }
                self.batch.pop();
            }
            if self.read >= self.last {
                return Ok(None);
            }
            for record in self.events.next().await?.into_iter().rev() {
                self.read = self.read.max(EventSeq(record.seq));
                self.batch.extend(record.commit().map(|commit| (commit.command.0, commit.at)));
            }
        }
    }
}

/// Stores a command on OUTBOX too, once.
async fn set_aside(log: &Log, seq: u64) -> Result<(), Fault> {
    let Some(record) = log.wrapped_record("COMMANDS", seq, None).await?.filter(|it| it.seq == seq) else {
        return Ok(());
    };
    let subject = subjects::set_aside(seq, record.subject.as_str());
    if log.newest("OUTBOX", &subject).await?.is_none() {
        log.store_again(&record, subject).await?;
    }
    Ok(())
}

/// Stores what was set aside as commands again, in its order. Where this is interrupted between the two steps, one command
/// is stored twice; nothing is ever stored less than once.
async fn store_again(log: &Log) -> Result<u64, Fault> {
    let (mut stored, mut next) = (0, 1);
    while let Some(record) = log.wrapped_record("OUTBOX", next, Some(subjects::SET_ASIDE)).await? {
        next = record.seq + 1;
        let Some(subject) = subjects::had(record.subject.as_str()) else { continue };
        log.store_again(&record, subject.to_owned()).await?;
        log.remove_record("OUTBOX", record.seq).await?;
        stored += 1;
    }
    Ok(stored)
}

/// Writes into EVENTS that nothing was decided under these numbers, so that the next one is the next.
async fn give_up(log: &Log, first: u64, last: u64, mark: Mark) -> Result<(), Fault> {
    let commit = Commit {
        command: CommandSeq(last),
        at: clock::now().max(mark.at),
        by: Sender::Part(Part::Admin),
        part: 0,
        parts: 1,
        intent: None,
        facts: vec![Fact::from(Rejection::given_up(first, last))],
    };
    let (mut appender, mut acks) = log.appender(EventSeq(log.last_seq("EVENTS").await?)).await?;
    let appending = appender.append(commit::outgoing(&commit, &headers::Trace::default())).await?;
    acks.stored(appending).await
}

impl fmt::Display for Plan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Plan { found, next, again, decided, given_up, .. } = self;
        writeln!(f, "{found}.")?;
        if *decided > 0 {
            writeln!(f, "  {decided} commands leave COMMANDS; what was decided about them stays in EVENTS")?;
        }
        if *again > 0 {
            writeln!(
                f,
                "  {again} commands were acknowledged and never decided; they are stored again, with new numbers"
            )?;
        }
        if let Some((first, last)) = given_up {
            writeln!(f, "  the numbers {first} to {last} are given up: EVENTS gets a refusal that says so")?;
        }
        write!(f, "  the next command has the number {next}")
    }
}
