//! The bodies of messages and schedules, fetched from EVENTS for the answers that show them.

use futures_util::{StreamExt, stream};
use serde::Serialize;

use super::model::{Line, Listed, Scheduled};
use super::page::Filling;
use super::refusal::Unanswered;
use super::schedules;
use crate::log::{Fault, Log};
use crate::rules::message::{Accepted, MessagePart};
use crate::rules::presence::Encoding;
use crate::rules::schedule::Content;
use crate::rules::{Commit, Fact};
use crate::wire::schedule_query::ScheduleShown;
use crate::wire::{Shown, commit};
use crate::words::EventSeq;

/// Reads on their way at the same time for one answer.
const READS_IN_FLIGHT: usize = 16;

/// The lines with their bodies, as many as fit.
pub(super) async fn messages(
    log: &Log,
    Listed { items, more }: Listed<Line>,
    filling: Filling<Shown>,
) -> Result<Vec<u8>, Unanswered> {
    let shown = items.into_iter().map(|line| message(log, line));
    fill(shown, more, filling, |shown: &Shown| shown.message.to_string()).await
}

/// The schedules with their bodies, as many as fit.
pub(super) async fn schedules(
    log: &Log,
    Listed { items, more }: Listed<Scheduled>,
    encoding: Encoding,
    bytes_max: usize,
) -> Result<Vec<u8>, Unanswered> {
    let shown = items.into_iter().map(|scheduled| schedule(log, scheduled));
    let name = |shown: &ScheduleShown| shown.schedule.to_string();
    fill(shown, more, Filling::new(encoding, bytes_max), name).await
}

async fn fill<T: Serialize>(
    items: impl Iterator<Item = impl Future<Output = Result<T, Fault>>>,
    more: bool,
    mut filling: Filling<T>,
    name: impl Fn(&T) -> String,
) -> Result<Vec<u8>, Unanswered> {
    let mut shown = stream::iter(items).buffered(READS_IN_FLIGHT);
    let mut left = more;
    while let Some(next) = shown.next().await {
        if !filling.push(next?) {
            left = true;
            break;
        }
    }
    filling.close(left, name)
}

/// A message whose body the log has given up is shown without it.
async fn message(log: &Log, line: Line) -> Result<Shown, Fault> {
    let body = match commit_at(log, line.body).await? {
        Some(commit) => body(log, &commit, &line).await?,
        None => None,
    };
    let (text, parts) = body.unwrap_or_default();
    Ok(Shown {
        message: line.message,
        from: line.from,
        to: line.to,
        text,
        parts,
        at: line.at.to_string(),
        state: line.state.as_str().to_owned(),
    })
}

type Body = (Option<String>, Option<Vec<MessagePart>>);

async fn body(log: &Log, commit: &Commit, line: &Line) -> Result<Option<Body>, Fault> {
    let mut accepted = commit.facts.iter().filter_map(Fact::get::<Accepted>);
    let Some(accepted) = accepted.find(|accepted| accepted.message == line.message) else {
        return Ok(None);
    };
    let Some(made) = accepted.body else {
        return Ok(Some((accepted.text.clone(), accepted.parts.clone())));
    };
    // What a schedule sent has its text where the schedule was made.
    let content =
        commit_at(log, made).await?.and_then(|commit| commit.facts.iter().find_map(Content::of).cloned());
    Ok(content.map(|content| (content.text, content.parts)))
}

/// A schedule whose body the log has given up is shown without it.
async fn schedule(log: &Log, scheduled: Scheduled) -> Result<ScheduleShown, Fault> {
    let commit = commit_at(log, scheduled.made.body).await?;
    let facts = commit.map(|commit| commit.facts).unwrap_or_default();
    let mut its = facts.iter().filter(|fact| fact.schedule() == Some(scheduled.id));
    let body = its.find_map(Content::of).map(|content| (content.text.clone(), content.parts.clone()));
    let (text, parts) = body.unwrap_or_default();
    Ok(schedules::shown(scheduled, text, parts))
}

async fn commit_at(log: &Log, seq: EventSeq) -> Result<Option<Commit>, Fault> {
    let record = log.record("EVENTS", seq.0).await?;
    Ok(record.and_then(|record| commit::decode(&record.payload).ok()))
}
