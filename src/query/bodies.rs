//! The bodies of messages and schedules, fetched from EVENTS for the answers that show them.

use futures_util::{StreamExt, stream};
use serde::Serialize;

use super::model::{Line, Listed, Scheduled};
use super::page::Filling;
use super::refusal::Unanswered;
use super::schedules;
use crate::log::{Fault, Log};
use crate::rules::presence::Encoding;
use crate::rules::schedule::content_of;
use crate::wire::MessageView;
use crate::wire::schedule_query::ScheduleView;

/// Reads on their way at the same time for one answer.
const READS_IN_FLIGHT: usize = 16;

/// The lines with their bodies, as many as fit.
pub(super) async fn messages(
    log: &Log,
    Listed { items, more }: Listed<Line>,
    filling: Filling<MessageView>,
) -> Result<Vec<u8>, Unanswered> {
    let shown = items.into_iter().map(|line| message(log, line));
    fill(shown, more, filling, |shown: &MessageView| shown.message.to_string()).await
}

/// The schedules with their bodies, as many as fit.
pub(super) async fn schedules(
    log: &Log,
    Listed { items, more }: Listed<Scheduled>,
    encoding: Encoding,
    bytes_max: usize,
) -> Result<Vec<u8>, Unanswered> {
    let shown = items.into_iter().map(|scheduled| schedule(log, scheduled));
    let name = |shown: &ScheduleView| shown.schedule.to_string();
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
async fn message(log: &Log, line: Line) -> Result<MessageView, Fault> {
    let body = log.body(line.body, line.message).await?;
    let (text, parts) = body.map(|body| (body.accepted.text, body.accepted.parts)).unwrap_or_default();
    Ok(MessageView {
        message: line.message,
        from: line.from,
        to: line.to,
        text,
        parts,
        at: line.at.to_string(),
        state: line.state.as_str().to_owned(),
    })
}

/// A schedule whose body the log has given up is shown without it.
async fn schedule(log: &Log, scheduled: Scheduled) -> Result<ScheduleView, Fault> {
    let commit = log.commit(scheduled.made.body).await?;
    let facts = commit.map(|commit| commit.facts).unwrap_or_default();
    let mut its = facts.iter().filter(|fact| fact.schedule() == Some(scheduled.id));
    let body = its.find_map(content_of).map(|content| (content.text.clone(), content.parts.clone()));
    let (text, parts) = body.unwrap_or_default();
    Ok(schedules::shown(scheduled, text, parts))
}
