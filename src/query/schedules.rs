//! The question `schedules`: what is sent later, how it goes, and what became of the latest occurrences.

use std::sync::Arc;

use super::answer::Found;
use super::asker::{Asked, Asker};
use super::model::{Ended, Listed, Made, Model, Scheduled};
use super::page::{cursor, limit};
use super::refusal::Unanswered;
use crate::log::Fault;
use crate::rules::Rejection;
use crate::rules::message::MessagePart;
use crate::wire::query;
use crate::wire::schedule_query::{LastView, NextView, OccurrenceView, ScheduleView, SchedulesOf};
use crate::words::{ScheduleId, UserName};

/// Ended occurrences shown of one schedule.
const OCCURRENCES_LEN_MAX: usize = 20;

pub(super) fn find(model: &Model, asker: &Asker, asked: Asked<'_>) -> Result<Found, Unanswered> {
    let SchedulesOf { limit: asked_limit, after, user, schedule, state } = query::parse(asked.payload)?;
    let (limit, after) = (limit(asked_limit)?, cursor(after.as_deref())?);
    let of = match (asker, user) {
        (Asker::Operator, None) => None,
        (Asker::Operator | Asker::User(_), user) => Some(asker.whose(user, model)?),
    };
    let listed = match schedule {
        None => model.schedules(of.as_ref(), state, after, limit)?,
        Some(id) => {
            owned(model, of.as_ref(), id)?;
            let one = model.scheduled(id, |course| state.is_none_or(|state| course.state == state))?;
            let items = one.map(|one| with_occurrences(model, one)).transpose()?.into_iter().collect();
            Listed { items, more: false }
        }
    };
    Ok(Found::Schedules(listed))
}

/// A schedule of the user's, or anybody's where none is named; somebody else's is not told apart from none.
pub(super) fn owned(model: &Model, of: Option<&UserName>, id: ScheduleId) -> Result<Made, Unanswered> {
    let made = model.made(id)?.filter(|made| of.is_none_or(|user| *user == made.from));
    made.ok_or_else(|| Rejection::unknown_schedule().into())
}

fn with_occurrences(model: &Model, scheduled: Scheduled) -> Result<Scheduled, Fault> {
    let latest = model.ended_of(scheduled.id).rev().take(OCCURRENCES_LEN_MAX);
    Ok(Scheduled { occurrences: Some(latest.collect::<Result<_, Fault>>()?), ..scheduled })
}

pub(super) fn shown(
    scheduled: Scheduled,
    text: Option<Arc<str>>,
    parts: Option<Arc<[MessagePart]>>,
) -> ScheduleView {
    let Scheduled { id, made, course, last, occurrences } = scheduled;
    let Made { from, body: _, to, as_group, route, when, reckoned: _ } = made;
    let next = course.next.map(|next| NextView {
        nominal: next.nominal,
        second: next.second,
        due: next.due.brief(),
    });
    ScheduleView {
        schedule: id,
        from,
        to,
        as_group,
        text,
        parts,
        route,
        when,
        state: course.state,
        next,
        fired: course.sums.fired,
        skipped: course.sums.skipped,
        missed: course.sums.missed,
        cancelled: course.sums.cancelled,
        pending: course.sums.pending,
        run_now: course.run_now,
        last: last.as_ref().map(ended_last),
        skips: course.skips.into_iter().collect(),
        occurrences: occurrences.map(|ended| ended.iter().map(occurrence).collect()),
    }
}

fn ended_last(ended: &Ended) -> LastView {
    LastView {
        nominal: ended.nominal,
        second: ended.second,
        state: ended.how.as_str().to_owned(),
        late_ms: ended.late_ms,
        at: ended.at().to_string(),
    }
}

fn occurrence(ended: &Ended) -> OccurrenceView {
    OccurrenceView {
        nominal: ended.nominal,
        second: ended.second,
        due: ended.due.brief(),
        state: ended.how.as_str().to_owned(),
        reason: ended.how.reason().map(str::to_owned),
        late_ms: ended.late_ms,
        message: ended.how.message(),
        seq: ended.seq,
    }
}
