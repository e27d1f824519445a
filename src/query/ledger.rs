//! The question `ledger`: whether every planned occurrence has ended, once. Operators only.

use super::answer::Found;
use super::asker::{Asked, Asker};
use super::model::{Listed, Model};
use super::page::{cursor, limit, page};
use super::refusal::Unanswered;
use crate::rules::Rejection;
use crate::rules::schedule::Sums;
use crate::wire::query;
use crate::wire::schedule_query::{AccountView, DAYS_LEN_MAX, DayView, LedgerOf, LedgerView, SumsView};
use crate::words::ScheduleId;

pub(super) fn find(model: &Model, asker: &Asker, asked: Asked<'_>) -> Result<Found, Unanswered> {
    asker.operator("for the ledger")?;
    let LedgerOf { limit: asked_limit, after, schedule, days_from } = query::parse(asked.payload)?;
    let (limit, after) = (limit(asked_limit)?, cursor(after.as_deref())?);
    let total = model.total()?;
    let listed = match schedule {
        None => model.accounts(after, limit)?,
        Some(id) => {
            let course = model.course(id)?.ok_or_else(Rejection::unknown_schedule)?;
            Listed { items: vec![(id, course.sums)], more: false }
        }
    };
    let page = page(listed, asked.form, account, |shown| shown.schedule.to_string())?;
    let total = SumsView { sums: total.sums, balanced: total.is_balanced() };
    let days = days_from.map(|from| model.days(from, DAYS_LEN_MAX)).transpose()?;
    let days = days.map(|days| days.into_iter().map(DayView::of).collect());
    asked.form.whole(&LedgerView { total, page, days }).map(Found::Answer)
}

fn account((schedule, sums): (ScheduleId, Sums)) -> AccountView {
    AccountView { schedule, sums: SumsView { sums, balanced: sums.is_balanced() } }
}
