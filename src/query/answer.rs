//! The answers to questions about messages and people, as far as the read models hold them.

use serde::Serialize;

use super::asker::{Asked, Asker};
use super::form::Form;
use super::model::{Conversation, GroupPlace, Line, Listed, Model, Place, Scheduled};
use super::page::{answer, cursor, limit, place};
use super::refusal::{Unanswered, bad_limit};
use super::views;
use crate::debug::Inquiry;
use crate::rules::Rejection;
use crate::wire::query::{
    self, Deliveries, DeliveryId, DeliveryOf, HistoryOf, Items, LIMIT_MAX, Page, SenderView, SendersOf,
};
use crate::words::{GroupNumber, Party, UserName};

/// An answer, or one that lacks only the bodies of its messages or schedules.
#[derive(Debug)]
pub(super) enum Found {
    Answer(Vec<u8>),
    Lines(Listed<Line>),
    /// The same, the newest first.
    LinesBack(Listed<Line>),
    Conversations(Listed<Conversation>),
    Schedules(Listed<Scheduled>),
    /// A story that is still to be read from the log.
    Why(Inquiry),
}

pub(super) fn inbox(model: &Model, asker: &Asker, asked: Asked<'_>) -> Result<Found, Unanswered> {
    let page: Page = query::parse(asked.payload)?;
    let (limit, after) = (limit(page.limit)?, cursor(page.after.as_deref())?);
    let user = asker.whose(page.user, model)?;
    Ok(Found::Lines(model.inbox(&user, after, limit)?))
}

pub(super) fn history(model: &Model, asker: &Asker, asked: Asked<'_>) -> Result<Found, Unanswered> {
    let HistoryOf { with, limit: asked_limit, after, before, user } = query::parse(asked.payload)?;
    let (limit, place) = (limit(asked_limit)?, place(after.as_deref(), before.as_deref())?);
    let user = asker.whose(user, model)?;
    if let Some(group) = with.group() {
        must_be_in(model, &user, group)?;
    } else if model.resolve(&with)?.is_none() {
        return Err(Rejection::unknown_user(&with.to_string()).at_field("with").into());
    }
    let listed = model.history(&user, &with, place, limit)?;
    Ok(match place {
        Place::After(_) => Found::Lines(listed),
        Place::Before(_) => Found::LinesBack(listed),
    })
}

fn must_be_in(model: &Model, user: &UserName, group: GroupNumber) -> Result<(), Unanswered> {
    match model.place_in(group, &Party::User(user.clone()))? {
        Some(GroupPlace::In { .. }) => Ok(()),
        Some(GroupPlace::Asked { .. }) | None => Err(Rejection::not_member().at_field("with").into()),
    }
}

pub(super) fn conversations(model: &Model, asker: &Asker, asked: Asked<'_>) -> Result<Found, Unanswered> {
    let page: Page = query::parse(asked.payload)?;
    let (limit, after) = (limit(page.limit)?, cursor(page.after.as_deref())?);
    let user = asker.whose(page.user, model)?;
    Ok(Found::Conversations(model.conversations(&user, after, limit)?))
}

pub(super) fn presence(model: &Model, asker: &Asker, asked: Asked<'_>) -> Result<Found, Unanswered> {
    let page: Page = query::parse(asked.payload)?;
    let (limit, after) = (limit(page.limit)?, cursor::<UserName>(page.after.as_deref())?);
    let listed = match (asker, page.user) {
        (Asker::Operator, None) => model.presence_of_all(after.as_ref(), limit)?,
        (Asker::Operator, Some(user)) => {
            let user = asker.whose(Some(user), model)?;
            Listed { items: vec![model.present(user)?], more: false }
        }
        (Asker::User(_), user) => {
            let user = asker.whose(user, model)?;
            model.presence_of_contacts(&user, after.as_ref(), limit)?
        }
    };
    list(asked, listed, views::present, |shown| shown.user.to_string())
}

pub(super) fn users(model: &Model, asker: &Asker, asked: Asked<'_>) -> Result<Found, Unanswered> {
    asker.operator("for users")?;
    let page: Page = query::parse(asked.payload)?;
    let (limit, after) = (limit(page.limit)?, cursor(page.after.as_deref())?);
    let listed = match page.user {
        None => model.users(after.as_ref(), limit)?,
        Some(name) => {
            Listed { items: model.user(&name)?.map(|user| (name, user)).into_iter().collect(), more: false }
        }
    };
    list(asked, listed, views::user, |shown| shown.name.to_string())
}

/// The sender and operators see all recipients, a recipient their own delivery, others nothing.
pub(super) fn delivery(model: &Model, asker: &Asker, asked: Asked<'_>) -> Result<Found, Unanswered> {
    let DeliveryOf { message, limit: asked_limit, after } = query::parse(asked.payload)?;
    let (limit, after) = (limit(asked_limit)?, cursor::<Party>(after.as_deref())?);
    let known = model.message(message)?.ok_or_else(Rejection::unknown_message)?;
    let only = match asker {
        Asker::User(user) if known.from.user() != Some(user) => Some(Party::User(user.clone())),
        Asker::User(_) | Asker::Operator => None,
    };
    let (deliveries, more) = match (known.group, &only) {
        (Some(_), None) => {
            let Listed { items, more } = model.deliveries_after(message, after.as_ref(), limit)?;
            (items, more)
        }
        (Some(_), Some(_)) | (None, _) => (model.deliveries(message, only.as_ref())?, false),
    };
    // What is said to an app has no deliveries, and its sender knows of it.
    if deliveries.is_empty() && after.is_none() && only.is_some() {
        return Err(Rejection::unknown_message().into());
    }
    let accepted = (known.at, known.body);
    let next = deliveries.last().filter(|_| more).map(|(to, _)| to.to_string());
    let sums = match (known.group, only) {
        (Some(_), None) => model.sums(message)?.map(|sums| sums.shown()),
        (Some(_), Some(_)) | (None, _) => None,
    };
    let recipients =
        deliveries.into_iter().map(|(to, steps)| views::recipient(to, accepted, &steps)).collect();
    fitting(Deliveries { message, group: known.group, sums, recipients, next }, asked.form).map(Found::Answer)
}

/// Of those deliveries that have arrived, and of people's messages, whom their news is for.
pub(super) fn senders(model: &Model, asker: &Asker, asked: Asked<'_>) -> Result<Found, Unanswered> {
    asker.operator("whose messages these are")?;
    let SendersOf { deliveries } = query::parse(asked.payload)?;
    if deliveries.len() > LIMIT_MAX {
        return Err(bad_limit().into());
    }
    let mut items = Vec::with_capacity(deliveries.len());
    for DeliveryId { message, to } in deliveries {
        if let Some(from) = model.sender_of_arrived(message, &to)? {
            let encoding = model.understood(&from)?;
            items.push(SenderView { message, to, from, encoding });
        }
    }
    asked.form.whole(&Items { items, next: None }).map(Found::Answer)
}

/// Of a message to very many, the histories are cut to where each delivery stands.
fn fitting(mut all: Deliveries, form: Form) -> Result<Vec<u8>, Unanswered> {
    if let Ok(answer) = form.whole(&all) {
        return Ok(answer);
    }
    for recipient in &mut all.recipients {
        let earlier = recipient.history.len().saturating_sub(1);
        recipient.history.drain(..earlier);
    }
    form.whole(&all)
}

pub(super) fn list<S, T: Serialize>(
    asked: Asked<'_>,
    listed: Listed<S>,
    shown: impl Fn(S) -> T,
    name: impl Fn(&T) -> String,
) -> Result<Found, Unanswered> {
    answer(listed, asked.form, shown, name).map(Found::Answer)
}
