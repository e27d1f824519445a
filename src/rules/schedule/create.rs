//! A schedule is created: its message and its rule are judged now, its firings each at their time.

use super::{Content, Create, Created, New, Occurrence, Occurring, Plan};
use crate::rules::quota::{Limits, OverQuota, forecast};
use crate::rules::{Fact, Rejection, State, Timer, message};
use crate::words::{Instant, ScheduleId, UserName, Zone};

/// Firings that the forecast of the quota looks at.
const FORECAST_LEN: usize = 100;

pub(in crate::rules) fn create(
    state: &State,
    user: &UserName,
    command: &Create,
    schedule: ScheduleId,
    now: Instant,
) -> Result<Vec<Fact>, Rejection> {
    let content = content(state, &command.message)?;
    let New { plan, when, reckoned, first } = New::of(&command.when, home(state, user), now)?;
    let created = Created {
        schedule,
        from: user.clone(),
        message: content,
        when,
        reckoned,
        tzdata: Zone::DATA_VERSION.to_owned(),
        over_quota: over_quota(state, user, &plan, first, now),
    };
    let created = Fact::ScheduleCreated(Box::new(created));
    Ok(std::iter::once(created).chain(plans(schedule, first)).collect())
}

/// The message as it will be sent; it is its schedule that has an `id`.
pub(super) fn content(state: &State, send: &crate::rules::command::Send) -> Result<Content, Rejection> {
    if send.id.is_some() {
        return Err(Rejection::malformed("an id makes one intent happen once; give it to the schedule")
            .at_field("message.id"));
    }
    let letter = message::letter(state, send);
    letter.map(Content::from).map_err(|rejection| {
        let field = rejection.field.as_ref().map(|field| format!("message.{field}"));
        field.iter().fold(rejection, |rejection, field| rejection.at_field(field))
    })
}

pub(super) fn home(state: &State, user: &UserName) -> Option<Zone> {
    state.user_named(user)?.zone
}

/// The next occurrence, and the timer that watches it.
pub(super) fn plans(schedule: ScheduleId, occurrence: Occurrence) -> [Fact; 2] {
    [
        Fact::OccurrencePlanned(Occurring { schedule, occurrence }),
        Fact::TimerSet { timer: Timer::Occur(schedule), due: occurrence.due },
    ]
}

fn over_quota(
    state: &State,
    user: &UserName,
    plan: &Plan,
    first: Occurrence,
    now: Instant,
) -> Vec<OverQuota> {
    let Some(user) = state.user_named(user) else { return Vec::new() };
    let limits = Limits { day: user.day, month: user.month };
    if limits == Limits::default() {
        return Vec::new();
    }
    let next = std::iter::once(first).chain(plan.following(first));
    forecast(&user.usage, limits, user.zone.unwrap_or(Zone::UTC), now, next.take(FORECAST_LEN))
}
