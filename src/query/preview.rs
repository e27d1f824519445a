//! The question `preview`: the next occurrences of a rule or of a schedule, and what is left out on the way.

use std::collections::BTreeSet;

use super::answer::Found;
use super::asker::{Asked, Asker};
use super::model::Model;
use super::refusal::{Unanswered, bad_count, bad_preview};
use super::schedules::owned;
use crate::log::Fault;
use crate::rules::Rejection;
use crate::rules::schedule::{New, Occurrence, OccurrenceName, OmitReason, Omitted, Plan, Step, When};
use crate::wire::query;
use crate::wire::schedule_query::{COUNT_DEFAULT, COUNT_MAX, Preview, PreviewOf, PreviewView, ScheduleState};
use crate::words::{Instant, ScheduleId, Zone};

pub(super) fn find(model: &Model, asker: &Asker, asked: Asked<'_>) -> Result<Found, Unanswered> {
    let PreviewOf { when, schedule, count, after } = query::parse(asked.payload)?;
    let count = count.unwrap_or(COUNT_DEFAULT);
    if !(1..=COUNT_MAX).contains(&count) {
        return Err(bad_count().into());
    }
    let after = after.as_deref().map(moment).transpose()?.unwrap_or(asked.now);
    let preview = match (when, schedule) {
        (Some(when), None) => {
            let occurrences = of_rule(&when, home(model, asker)?, after, count)?;
            Preview { occurrences, paused: false }
        }
        (None, Some(id)) => of_schedule(model, asker, id, after, count)?,
        (None, None) | (Some(_), Some(_)) => return Err(bad_preview().into()),
    };
    asked.form.whole(&preview).map(Found::Answer)
}

fn moment(text: &str) -> Result<Instant, Rejection> {
    text.parse().map_err(|error| Rejection::malformed(&format!("{error}")).at_field("after"))
}

/// The zone of a rule that names none.
fn home(model: &Model, asker: &Asker) -> Result<Option<Zone>, Fault> {
    match asker {
        Asker::Operator => Ok(None),
        Asker::User(name) => Ok(model.user(name)?.and_then(|user| user.home())),
    }
}

/// As if it were asked for at `after`: what lies ahead then is not in the past.
fn of_rule(
    when: &When,
    home: Option<Zone>,
    after: Instant,
    count: usize,
) -> Result<Vec<PreviewView>, Rejection> {
    let New { plan, .. } = New::of(when, home, after)?;
    Ok(steps(&plan, after, count, &BTreeSet::new()))
}

/// From the rule as it was recorded. Of a paused schedule its occurrences are shown as they would be, were it resumed; a
/// cancelled one has none.
fn of_schedule(
    model: &Model,
    asker: &Asker,
    id: ScheduleId,
    after: Instant,
    count: usize,
) -> Result<Preview, Unanswered> {
    let of = match asker {
        Asker::Operator => None,
        Asker::User(name) => Some(name),
    };
    let made = owned(model, of, id)?;
    let course = model.course(id)?.unwrap_or_default();
    let occurrences = match course.state {
        ScheduleState::Cancelled => Vec::new(),
        ScheduleState::Active | ScheduleState::Paused | ScheduleState::Ended => {
            steps(&Plan::read(&made.when, &made.reckoned)?, after, count, &course.skips)
        }
    };
    Ok(Preview { occurrences, paused: course.state == ScheduleState::Paused })
}

fn steps(plan: &Plan, after: Instant, count: usize, skips: &BTreeSet<OccurrenceName>) -> Vec<PreviewView> {
    plan.steps(after).take(count).map(|step| shown(step, skips)).collect()
}

fn shown(step: Step, skips: &BTreeSet<OccurrenceName>) -> PreviewView {
    match step {
        Step::Due(occurrence) => {
            let Occurrence { nominal, second, due, number: _ } = occurrence;
            let skipped = skips.contains(&occurrence.name());
            let due = (!skipped).then(|| due.brief());
            PreviewView { nominal, second, due, omitted: skipped.then(|| "skipped".to_owned()) }
        }
        Step::Omitted(Omitted { nominal, omitted }) => {
            let omitted = Some(reason(omitted).to_owned());
            PreviewView { nominal, second: false, due: None, omitted }
        }
    }
}

fn reason(omitted: OmitReason) -> &'static str {
    match omitted {
        OmitReason::Gap => "gap",
        OmitReason::NoSuchDate => "no_such_date",
        OmitReason::Excepted => "excepted",
    }
}
