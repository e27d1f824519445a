//! The bodies of messages and schedules, fetched from EVENTS for the answers that show them.

use futures_util::{StreamExt, stream};
use serde::Serialize;

use super::form::Form;
use super::model::{Conversation, Line, Listed, Scheduled};
use super::page::Filling;
use super::refusal::Unanswered;
use super::schedules;
use crate::log::{Fault, Log};
use crate::rules::schedule::content_of;
use crate::wire::query::ConversationView;
use crate::wire::schedule_query::ScheduleView;
use crate::wire::{Body, MessageView};

/// Reads on their way at the same time for one answer.
const READS_IN_FLIGHT: usize = 16;

/// The lines with their bodies, as many as fit.
pub(super) async fn messages(
    log: &Log,
    Listed { items, more }: Listed<Line>,
    filling: Filling<MessageView>,
) -> Result<Vec<u8>, Unanswered> {
    let shown = items.into_iter().map(async |line| {
        let cursor = line.message.to_string();
        Ok((message(log, line).await?, cursor))
    });
    fill(shown, more, filling).await
}

/// The conversations with the bodies of their last messages, as many as fit.
pub(super) async fn conversations(
    log: &Log,
    Listed { items, more }: Listed<Conversation>,
    form: Form,
) -> Result<Vec<u8>, Unanswered> {
    let shown = items.into_iter().map(async |Conversation { rank, unread, last }| {
        let (cursor, last) = (rank.to_string(), message(log, last).await?);
        Ok((ConversationView { with: rank.into_with(), unread, last }, cursor))
    });
    fill(shown, more, Filling::new(form)).await
}

/// The schedules with their bodies, as many as fit.
pub(super) async fn schedules(
    log: &Log,
    Listed { items, more }: Listed<Scheduled>,
    form: Form,
) -> Result<Vec<u8>, Unanswered> {
    let shown = items.into_iter().map(async |scheduled| {
        let cursor = scheduled.id.to_string();
        Ok((schedule(log, scheduled).await?, cursor))
    });
    fill(shown, more, Filling::new(form)).await
}

/// Each item comes with the cursor that goes on behind it.
async fn fill<T: Serialize>(
    items: impl Iterator<Item = impl Future<Output = Result<(T, String), Fault>>>,
    more: bool,
    mut filling: Filling<T>,
) -> Result<Vec<u8>, Unanswered> {
    let mut shown = stream::iter(items).buffered(READS_IN_FLIGHT);
    let mut left = more;
    while let Some(next) = shown.next().await {
        let (item, cursor) = next?;
        if !filling.push(item, cursor) {
            left = true;
            break;
        }
    }
    filling.close(left)
}

/// A message whose body the log has given up is shown without it.
async fn message(log: &Log, line: Line) -> Result<MessageView, Fault> {
    let body = log.body(line.body, line.message).await?;
    let shown = |body: Body| (body.accepted.text_for(&line.to), body.accepted.parts);
    let (text, parts) = body.map(shown).unwrap_or_default();
    Ok(MessageView {
        message: line.message,
        from: line.from,
        to: line.to,
        group: line.group,
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
