//! A story as a test: the commands that led to what an id tells of, decided anew from an empty log, in the notation of stories.

mod around;
mod play;
mod renumber;

use std::collections::{BTreeMap, BTreeSet};

use super::{Named, Redaction};
use crate::log::{Fault, History, Record};
use crate::rules::Commit;
use crate::words::{EventSeq, MessageId};
use around::Around;
use play::Play;

/// A story, and what of the log could not be carried into it.
#[derive(Debug, Default)]
pub struct Tale {
    pub text: String,
    pub commands: usize,
    pub left_out: Vec<String>,
}

/// Tells what the `closure` of an id tells of by commands alone: those that answer it, and those before them that made people, groups,
/// schedules and wishes as they were. The log is read twice, up to the closure's last commit.
///
/// # Errors
/// When the log cannot be read.
pub async fn as_test(
    history: &History,
    id: &str,
    closure: &BTreeSet<EventSeq>,
    mut redaction: Redaction,
) -> Result<Tale, Fault> {
    let message: Option<MessageId> = match id.parse() {
        Ok(Named::Message(message)) => Some(message),
        Ok(_) | Err(()) => None,
    };
    let around = Around::of(history, closure, message).await?;
    let mut play = Play::new(message);
    let decisions = decisions(history, &around.commits(history, closure).await?).await?;
    for (command, commits) in decisions {
        let said = history.first_from("COMMANDS", command).await?;
        let said = said.filter(|record| record.seq == command);
        let in_closure = commits.keys().any(|seq| closure.contains(seq));
        play.take(command, said, (commits, in_closure), &mut redaction);
    }
    redaction.must_be_whole()?;
    let about = redaction.id_asked(id);
    Ok(play.told(&about))
}

type Decisions = BTreeMap<u64, BTreeMap<EventSeq, Commit>>;

/// The commits at these places, by the command that each answers.
async fn decisions(history: &History, places: &BTreeSet<EventSeq>) -> Result<Decisions, Fault> {
    let mut decisions = Decisions::new();
    for seq in places {
        if let Some(commit) = history.commit(*seq).await? {
            decisions.entry(commit.command.0).or_default().insert(*seq, commit);
        }
    }
    Ok(decisions)
}

/// The commits of a history up to a place, in pieces.
async fn each_commit(
    history: &History,
    last: u64,
    mut take: impl FnMut(&Record, Commit),
) -> Result<(), Fault> {
    let mut records = history.read("EVENTS", Vec::new(), 1);
    let mut reached = 0;
    while reached < last {
        let read = records.next_up_to(last).await?;
        reached = read.last().map_or(last, |record| record.seq);
        for record in read.iter().filter(|record| record.seq <= last) {
            if let Ok(commit) = record.commit() {
                take(record, commit);
            }
        }
    }
    Ok(())
}
