//! A schedule is created: its message and its rule are judged now, its firings each at their time.

use serde::{Deserialize, Serialize};
use serde_with::skip_serializing_none;

use super::{Created, New, Occurrence, Plan, Planned, When};
use crate::rules::message::{self, Content, Send};
use crate::rules::proof::{ByUser, Case};
use crate::rules::quota::{Limits, OverQuota, forecast};
use crate::rules::vocabulary::Decide;
use crate::rules::{Decided, Fact, Rejection, Timer, timer};
use crate::words::{ScheduleId, Zone};

/// Firings that the forecast of the quota looks at.
const FORECAST_LEN: usize = 100;

/// `schedule.create`. Refused with the codes of `schedule.*` that speak of rules and times, and as `message.send` but for its
/// quota, which is judged at each firing.
#[skip_serializing_none]
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Create {
    pub message: Send,
    pub when: When,
    pub id: Option<String>,
}

impl Decide for Create {
    fn decide(&self, case: &Case<'_, ByUser>) -> Decided {
        let schedule = ScheduleId::of(case.seq);
        let content = content(case, &self.message)?;
        paced(case, &content)?;
        let New { plan, when, reckoned, first } = New::of(&self.when, case.user().zone, case.at)?;
        let created = Created {
            schedule,
            from: case.name().clone(),
            over_quota: over_quota(case, &content, &plan, first),
            message: content,
            when,
            reckoned,
            tzdata: Zone::DATA_VERSION.to_owned(),
        };
        Ok(std::iter::once(created.into()).chain(plans(schedule, first)).collect())
    }
}

/// The message as it will be sent; it is its schedule that has an `id`.
pub(super) fn content(case: &Case<'_, ByUser>, send: &Send) -> Result<Content, Rejection> {
    if send.id.is_some() {
        return Err(Rejection::malformed("an id makes one intent happen once; give it to the schedule")
            .at_field("message.id"));
    }
    message::content(case.state, case.uid(), send).map_err(|rejection| {
        let field = rejection.field.as_ref().map(|field| format!("message.{field}"));
        field.iter().fold(rejection, |rejection, field| rejection.at_field(field))
    })
}

/// The next occurrence, and the timer that watches it.
pub(super) fn plans(schedule: ScheduleId, occurrence: Occurrence) -> [Fact; 2] {
    let (timer, due) = (Timer::Occur(schedule), occurrence.due);
    let tzdata = Zone::DATA_VERSION.to_owned();
    [Planned { schedule, occurrence, tzdata }.into(), timer::Set { timer, due }.into()]
}

/// Its text and parts are kept: they take of the pace at which their owner may send.
pub(super) fn paced(case: &Case<'_, ByUser>, content: &Content) -> Result<(), Rejection> {
    let (user, load) = (case.user(), message::load(0, &content.text, &content.parts));
    user.pace.check(user.limits(), load, case.at)
}

fn over_quota(case: &Case<'_, ByUser>, content: &Content, plan: &Plan, first: Occurrence) -> Vec<OverQuota> {
    let user = case.user();
    let limits = Limits { day: user.day, month: user.month };
    if limits == Limits::default() {
        return Vec::new();
    }
    let next = std::iter::once(first).chain(plan.following(first));
    // As it would count if it were sent now.
    let each = message::counts(case.state, user, content);
    forecast(&user.usage, (limits, each), user.zone.unwrap_or(Zone::UTC), case.at, next.take(FORECAST_LEN))
}
