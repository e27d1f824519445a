//! A story told: the commits of its places are read from the log, and what they mean is said.

use std::collections::BTreeSet;

use futures_util::{StreamExt, TryStreamExt, stream};

use super::evidence::Commits;
use super::places::{MessagePlaces, TrailPlaces};
use super::{first_answering, story, trails};
use crate::log::{Fault, History};
use crate::rules::message::{Page, Routed};
use crate::rules::{Commit, Fact, Rejection};
use crate::wire::why::{CommandView, StepView, Story};
use crate::words::{CommandSeq, EventSeq, Instant, MessageId};

/// Reads on their way at the same time for one story.
const READS_IN_FLIGHT: usize = 16;
/// Of a decision in very many parts the first ones tell what it is.
const PARTS_LEN_MAX: usize = 32;

/// What is asked about, and where it stands in the log.
#[derive(Debug)]
pub enum Inquiry {
    /// With `open`, also what others did that decided it.
    Message {
        places: MessagePlaces,
        open: bool,
    },
    Command(CommandSeq),
    Trail(TrailPlaces),
}

impl Inquiry {
    /// The cursor behind what it asks about, where there is more.
    pub fn next(&self) -> Option<&str> {
        match self {
            Inquiry::Message { places, .. } => places.next.as_deref(),
            Inquiry::Command(_) => None,
            Inquiry::Trail(places) => places.next.as_deref(),
        }
    }
}

/// The commits that its story is told from, and those that say who a message's recipients are.
///
/// # Errors
/// When the log cannot be read.
pub async fn commits_of(log: &History, inquiry: &Inquiry) -> Result<BTreeSet<EventSeq>, Fault> {
    let (places, message) = match inquiry {
        Inquiry::Message { places, .. } => (places.commits(), places.message),
        Inquiry::Command(command) => return seqs_answering(log, *command).await,
        Inquiry::Trail(places) => return Ok(places.commits.iter().copied().collect()),
    };
    let seen: Vec<EventSeq> =
        read(log, &places).await?.values().flat_map(|commit| seen_by(commit, message)).collect();
    let accepting = seqs_answering(log, message.command()).await?;
    Ok(places.into_iter().chain(seen).chain(accepting).collect())
}

async fn seqs_answering(log: &History, command: CommandSeq) -> Result<BTreeSet<EventSeq>, Fault> {
    Ok(answering(log, command).await?.into_iter().map(|(seq, _)| seq).collect())
}

/// The story; none where there is nothing to tell of.
///
/// # Errors
/// When the server does not answer.
pub async fn told(log: &History, inquiry: Inquiry) -> Result<Option<Story>, Fault> {
    match inquiry {
        Inquiry::Message { places, open } => of_message(log, &places, open).await.map(Some),
        Inquiry::Command(command) => of_command(log, command).await,
        Inquiry::Trail(places) => of_trail(log, &places).await.map(Some),
    }
}

async fn of_message(log: &History, places: &MessagePlaces, open: bool) -> Result<Story, Fault> {
    let mut commits = read(log, &places.commits()).await?;
    let seen: Vec<EventSeq> = commits.values().flat_map(|commit| seen_by(commit, places.message)).collect();
    let wanted: Vec<EventSeq> = seen.into_iter().filter(|seq| open && !commits.contains_key(seq)).collect();
    commits.extend(read(log, &wanted).await?);
    let accepted = commits.get(&places.accepted);
    let command = match accepted {
        Some(commit) => Some(asked(log, commit).await?),
        None => None,
    };
    Ok(Story { command, ..story::of_message(places, &commits, open) })
}

/// The commits that the choice of a channel was read from. Of a page they are as many as its recipients: those are not read.
fn seen_by(commit: &Commit, message: MessageId) -> Vec<EventSeq> {
    let seen = |fact: &Fact| match (fact.get::<Routed>(), fact.get::<Page>()) {
        (Some(routed), _) if routed.message == message => routed.seen.into_iter().collect::<Vec<_>>(),
        (Some(_) | None, _) => Vec::new(),
    };
    commit.facts.iter().flat_map(seen).collect()
}

/// The parts of a command's commit, the first ones where they are very many.
async fn answering(log: &History, command: CommandSeq) -> Result<Vec<(EventSeq, Commit)>, Fault> {
    let mut commits: Vec<(EventSeq, Commit)> = Vec::new();
    let mut next = first_answering(log, command).await?;
    while commits.len() < PARTS_LEN_MAX {
        let Some(record) = log.first_from("EVENTS", next).await? else { break };
        next = record.seq + 1;
        match record.commit() {
            Ok(commit) if commit.command == command => commits.push((EventSeq(record.seq), commit)),
            Ok(_) => break,
            Err(_) => {}
        }
    }
    Ok(commits)
}

async fn of_command(log: &History, command: CommandSeq) -> Result<Option<Story>, Fault> {
    let commits = answering(log, command).await?;
    let said = log.first_from("COMMANDS", command.0).await?.filter(|record| record.seq == command.0);
    let id = format!("c{}", command.0);
    let Some((_, first)) = commits.first() else {
        let Some(record) = said else { return Ok(None) };
        let says =
            format!("{id} has changed nothing: what it asks for was so already, or it is not decided yet");
        let by = record.subject.split('.').nth(2).unwrap_or_default().to_owned();
        let view =
            CommandView { command, by, at: record.at.to_string(), subject: Some(record.subject.to_string()) };
        return Ok(Some(Story { id, says, command: Some(view), ..Story::default() }));
    };
    let view = asked(log, first).await?;
    let (says, otherwise) = what_came_of(&id, first);
    let steps = steps_of(commits.iter().map(|(seq, commit)| (*seq, commit)), |_| true);
    Ok(Some(Story { id, says, command: Some(view), steps, otherwise, ..Story::default() }))
}

fn what_came_of(id: &str, commit: &Commit) -> (String, Vec<String>) {
    let Some(first) = commit.facts.first() else {
        return (format!("{id} is accepted and has changed nothing: its id is remembered"), Vec::new());
    };
    if let Some(refused) = first.get::<Rejection>() {
        let field =
            refused.field.as_ref().map_or_else(String::new, |field| format!(", at the field {field}"));
        let again = refused.retry_at.map_or_else(Vec::new, |at| {
            vec![format!("the same command may be accepted from {} on", at.brief())]
        });
        return (format!("{id} is refused with {}{field}: {}", refused.code, refused.text), again);
    }
    let made = match (first.message(), first.schedule()) {
        (Some(message), _) => {
            format!("; it is about {message}: `homing why {message}` tells what became of it")
        }
        (None, Some(schedule)) => {
            format!("; it is about {schedule}: `homing why {schedule}` tells how that goes")
        }
        (None, None) => String::new(),
    };
    (format!("{id} is accepted: {}{made}", first.name()), Vec::new())
}

async fn of_trail(log: &History, places: &TrailPlaces) -> Result<Story, Fault> {
    let commits = read(log, &places.commits).await?;
    let its = |fact: &Fact| trails(fact).any(|(id, _)| id == places.id);
    let steps = steps_of(commits.iter().map(|(seq, commit)| (*seq, commit)), its);
    let says = match steps.last() {
        Some(last) => format!("{}: {} facts, the last one at {}", places.id, steps.len(), last.at),
        None => format!("{}: the log does not hold its facts any more", places.id),
    };
    Ok(Story { id: places.id.clone(), says, steps, next: places.next.clone(), ..Story::default() })
}

fn steps_of<'a>(
    commits: impl Iterator<Item = (EventSeq, &'a Commit)>,
    its: impl Fn(&Fact) -> bool,
) -> Vec<StepView> {
    let (mut steps, mut before): (Vec<StepView>, Option<Instant>) = (Vec::new(), None);
    for (seq, commit) in commits {
        for fact in commit.facts.iter().filter(|fact| its(fact)) {
            steps.push(story::plain_step(seq, commit, before, fact));
            before = Some(commit.at);
        }
    }
    steps
}

/// The command that a commit answers.
async fn asked(log: &History, commit: &Commit) -> Result<CommandView, Fault> {
    let command = commit.command;
    let record = log.first_from("COMMANDS", command.0).await?;
    let subject = record.filter(|record| record.seq == command.0).map(|record| record.subject.to_string());
    Ok(CommandView { command, by: commit.by.to_string(), at: commit.at.to_string(), subject })
}

/// The commits at these places, those that the log still holds.
async fn read(log: &History, places: &[EventSeq]) -> Result<Commits, Fault> {
    let places: BTreeSet<EventSeq> = places.iter().copied().collect();
    let reads = stream::iter(places).map(async |seq| Ok((seq, log.commit(seq).await?)));
    let read: Vec<(EventSeq, Option<Commit>)> = reads.buffered(READS_IN_FLIGHT).try_collect().await?;
    Ok(read.into_iter().filter_map(|(seq, commit)| Some((seq, commit?))).collect())
}
