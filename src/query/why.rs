//! `why`: what is asked about is found in the index; the story is told from the log.

use std::collections::BTreeMap;

use super::answer::Found;
use super::asker::{Asked, Asker};
use super::form::Form;
use super::model::Model;
use super::page::limit;
use super::refusal::{Unanswered, bad_cursor, not_for, unknown_id};
use super::views;
use crate::debug::{
    self, DeliveryPlaces, Inquiry, MessagePlaces, Named, Standing, StepPlace, Topic, TrailPlaces,
};
use crate::log::{Fault, Log};
use crate::rules::Rejection;
use crate::wire::query;
use crate::wire::why::WhyOf;
use crate::words::{Address, EventSeq, MessageId, Party};

/// What a delivery's channel is decided by.
const LOOKED_AT: [Topic; 4] = [Topic::Account, Topic::Contacts, Topic::Presence, Topic::Wish];

pub(super) fn find(model: &Model, asker: &Asker, asked: Asked<'_>) -> Result<Found, Unanswered> {
    let WhyOf { id, to, limit: asked_limit, after } = query::parse(asked.payload)?;
    let limit = limit(asked_limit)?;
    let named: Named = id.parse().unwrap_or_else(|()| Named::BySmsc(id.clone()));
    let message = match &named {
        Named::Message(message) => Some(*message),
        Named::BySmsc(name) => {
            asker.operator("about what the SMSC has")?;
            Some(model.named_by_smsc(name)?.ok_or_else(|| unknown_id(&id))?)
        }
        Named::Command(_) | Named::Schedule(_) | Named::Someone(_) | Named::Group(_) => None,
    };
    if let Some(message) = message {
        return message_places(model, asker, (message, to), after.as_deref(), limit).map(Found::Why);
    }
    asker.operator("about anything but messages")?;
    let topics: (String, &[Topic]) = match named {
        Named::Command(command) => return Ok(Found::Why(Inquiry::Command(command))),
        Named::Schedule(schedule) => (schedule.to_string(), &[Topic::Schedule]),
        Named::Group(group) => (format!("#{group}"), &[Topic::Group]),
        Named::Someone(address) => (
            whose(model, &address)?,
            &[Topic::Account, Topic::Wish, Topic::Presence, Topic::Contacts, Topic::Group],
        ),
        Named::Message(_) | Named::BySmsc(_) => return Err(unknown_id(&id).into()),
    };
    trail(model, topics, after.as_deref(), limit).map(Found::Why)
}

/// The name of who an address means.
fn whose(model: &Model, address: &Address) -> Result<String, Unanswered> {
    let party = model.resolve(address)?.ok_or_else(|| unknown_id(&address.to_string()))?;
    Ok(party.to_string())
}

/// The commits of several topics, the oldest first.
fn trail(
    model: &Model,
    (id, topics): (String, &[Topic]),
    after: Option<&str>,
    limit: usize,
) -> Result<Inquiry, Unanswered> {
    let after = after.map(str::parse).transpose().map_err(|_| bad_cursor())?.map(EventSeq);
    let (mut commits, mut more) = (Vec::new(), false);
    for topic in topics {
        let listed = model.trail(&id, *topic, after, limit)?;
        more |= listed.more;
        commits.extend(listed.items);
    }
    commits.sort_unstable();
    commits.dedup();
    more |= commits.len() > limit;
    commits.truncate(limit);
    if commits.is_empty() && after.is_none() {
        return Err(unknown_id(&id).into());
    }
    let next = commits.last().filter(|_| more).map(|last| last.0.to_string());
    Ok(Inquiry::Trail(TrailPlaces { id, commits, next }))
}

/// As `delivery`: the sender and operators see all recipients, a recipient their own delivery, others nothing.
fn message_places(
    model: &Model,
    asker: &Asker,
    (message, to): (MessageId, Option<Party>),
    after: Option<&str>,
    limit: usize,
) -> Result<Inquiry, Unanswered> {
    let Some(known) = model.message(message)? else {
        // What was refused is no message: its command tells why.
        let Asker::Operator = asker else { return Err(Rejection::unknown_message().into()) };
        return Ok(Inquiry::Command(message.command()));
    };
    let (only, may_know) = match asker {
        Asker::User(user) if known.from.user() != Some(user) => (Some(Party::User(user.clone())), false),
        Asker::User(_) | Asker::Operator => (to, true),
    };
    let (deliveries, next) = match &only {
        Some(_) => (model.deliveries(message, only.as_ref())?, None),
        None => {
            let after = super::page::cursor::<Party>(after)?;
            let listed = model.deliveries_after(message, after.as_ref(), limit)?;
            let next = listed.items.last().filter(|_| listed.more).map(|(to, _)| to.to_string());
            (listed.items, next)
        }
    };
    if let (true, Some(to)) = (deliveries.is_empty(), &only) {
        let refused = if may_know { not_for(message, to) } else { Rejection::unknown_message() };
        return Err(refused.into());
    }
    let attempts = model.trail(&message.to_string(), Topic::Attempt, None, query::LIMIT_MAX)?.items;
    let open = *asker == Asker::Operator;
    let places = deliveries.into_iter().map(|(to, steps)| {
        let shown = views::recipient(to.clone(), (known.at, known.body), &steps);
        let now = Standing { state: shown.state, channel: shown.channel, reason: shown.reason };
        let id = to.to_string();
        // What an adapter did was decided by nothing that is looked up.
        let own = steps.iter().map(|step| Ok((step.seq, model.read_before(&id, &LOOKED_AT, step.seq)?)));
        let mut places = own.collect::<Result<BTreeMap<EventSeq, _>, Fault>>()?;
        for seq in &attempts {
            places.entry(*seq).or_default();
        }
        let steps = places.into_iter().map(|(seq, read)| StepPlace { seq, read }).collect();
        Ok(DeliveryPlaces { to, now, steps })
    });
    let deliveries = places.collect::<Result<Vec<_>, Fault>>()?;
    Ok(Inquiry::Message { places: MessagePlaces { message, accepted: known.body, deliveries, next }, open })
}

/// The story, as far as the log still holds it.
pub(super) async fn told(log: &Log, inquiry: Inquiry, form: Form) -> Result<Vec<u8>, Unanswered> {
    let unknown = match &inquiry {
        Inquiry::Command(command) => format!("c{}", command.0),
        Inquiry::Message { places, .. } => places.message.to_string(),
        Inquiry::Trail(places) => places.id.clone(),
    };
    let story = debug::told(&log.into(), inquiry).await?;
    let story = story.ok_or_else(|| unknown_id(&unknown))?;
    form.whole(&story)
}
