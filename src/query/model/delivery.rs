//! Deliveries: one row for each recipient of a message, beside the message's own.

use super::message::Message;
use super::step::{self, State, Step};
use super::store::Model;
use super::sums::Sums;
use super::{Listed, conversations, days, keys, sums};
use crate::log::Fault;
use crate::log::Rows;
use crate::rules::message::Accepted;
use crate::words::{Address, EventSeq, Instant, MessageId, Party, UserName};

/// Opens a delivery for each recipient, in their inboxes and conversations.
pub(super) fn accepted(
    rows: &mut Rows,
    seq: EventSeq,
    at: Instant,
    accepted: &Accepted,
) -> Result<(), Fault> {
    let message = accepted.message;
    let from = accepted.from.user().cloned();
    rows.put_new(keys::message(message), Message::write(at, seq, &accepted.from, accepted.group));
    days::opened(rows, message, at, accepted.to.len() as u64)?;
    for to in &accepted.to {
        opened(rows, message, to);
        // With Homing itself nobody has a conversation.
        if let Some(from) = &from {
            rows.put_new(keys::talk(&Party::User(from.clone()), to, message), []);
            conversations::sent(rows, from, &to.clone().into(), message)?;
        }
    }
    // What is said to an app is not the group's.
    if let Some((group, from)) = accepted.group.filter(|_| accepted.app.is_none()).zip(from) {
        rows.put_new(keys::sums(message), Sums::default().write());
        rows.put_new(keys::talk_in_group(group, message), []);
        conversations::sent(rows, &from, &Address::Group(group), message)?;
    }
    Ok(())
}

/// A recipient has a delivery of it.
pub(super) fn opened(rows: &mut Rows, message: MessageId, to: &Party) {
    rows.put_new(keys::delivery(message, to), []);
    if let Party::User(user) = to {
        rows.put_new(keys::open(user, message), []);
    }
}

/// Moves a delivery where there is one and it may; one that ends leaves the inbox.
pub(super) fn moved(rows: &mut Rows, message: MessageId, to: &Party, step: &Step) -> Result<(), Fault> {
    let key = keys::delivery(message, to);
    let Some(steps) = rows.get(&key)? else { return days::moved(rows, message, None, step) };
    let now = step::state(&steps).ok_or_else(Fault::torn)?;
    days::moved(rows, message, Some(now), step)?;
    let Some(more) = step::with(&steps, now, step) else { return Ok(()) };
    rows.put(key, more);
    sums::moved(rows, message, Some(now).filter(|_| !steps.is_empty()), step.state)?;
    let Party::User(user) = to else { return Ok(()) };
    let open = keys::open(user, message);
    let waits = rows.get(&open)?.is_some();
    // Before its first step nothing has come; what was forgotten waits no more, but may turn out to be delivered.
    let was_unread = !steps.is_empty() && is_unread(now, waits);
    let unread = is_unread(step.state, waits);
    if was_unread != unread
        && let Some(with) = counterpart(rows, message)?
    {
        match unread {
            true => conversations::came(rows, user, &with, message)?,
            false => conversations::settled(rows, user, &with)?,
        }
    }
    if now.is_open() && !step.state.is_open() {
        rows.remove(open);
    }
    Ok(())
}

fn is_unread(state: State, waits: bool) -> bool {
    state == State::Delivered || (state.is_open() && waits)
}

/// Nothing more will be heard of it: it leaves the inbox, and its state stays as it is.
pub(super) fn forgotten(rows: &mut Rows, message: MessageId, to: &Party) -> Result<(), Fault> {
    let Party::User(user) = to else { return Ok(()) };
    let open = keys::open(user, message);
    if rows.get(&open)?.is_some()
        && let Some(with) = counterpart(rows, message)?
    {
        conversations::settled(rows, user, &with)?;
    }
    rows.remove(open);
    Ok(())
}

/// Whom a conversation is with that the message belongs to.
fn counterpart(rows: &Rows, message: MessageId) -> Result<Option<Address>, Fault> {
    let row = rows.get(&keys::message(message))?;
    let row = row.map(|row| Message::read(&row).ok_or_else(Fault::torn)).transpose()?;
    let with = |message: Message| match message.group {
        Some(group) => Some(Address::Group(group)),
        None => message.from.user().cloned().map(Address::User),
    };
    Ok(row.and_then(with))
}

impl Model {
    pub(in crate::query) fn message(&self, message: MessageId) -> Result<Option<Message>, Fault> {
        let row = self.projection.get(keys::message(message))?;
        row.map(|row| Message::read(&row).ok_or_else(Fault::torn)).transpose()
    }

    /// The state of one delivery, where there is one.
    pub(super) fn state(&self, message: MessageId, to: &Party) -> Result<Option<State>, Fault> {
        let row = self.projection.get(keys::delivery(message, to))?;
        row.map(|row| step::state(&row).ok_or_else(Fault::torn)).transpose()
    }

    /// The person whose message it is, where it has arrived at this recipient's.
    pub(in crate::query) fn sender_of_arrived(
        &self,
        message: MessageId,
        to: &Party,
    ) -> Result<Option<UserName>, Fault> {
        let arrived = matches!(self.state(message, to)?, Some(State::Delivered | State::Read));
        let known = if arrived { self.message(message)? } else { None };
        Ok(known.and_then(|message| message.from.user().cloned()))
    }

    /// A page of the deliveries of a message to a group, by recipient.
    pub(in crate::query) fn deliveries_after(
        &self,
        message: MessageId,
        after: Option<&Party>,
        limit: usize,
    ) -> Result<Listed<(Party, Vec<Step>)>, Fault> {
        let after = after.map(Party::to_string);
        // The row of the message itself has no text behind it.
        let rows = self.after(&keys::message(message), after.as_deref().or(Some("")));
        let deliveries = rows.map(|row| {
            let (to, steps) = row?;
            let to = to.parse().map_err(|_| Fault::torn())?;
            Ok((to, step::all(&steps).ok_or_else(Fault::torn)?))
        });
        Listed::take(deliveries, limit)
    }

    /// How many deliveries of a message to a group are in each state.
    pub(in crate::query) fn sums(&self, message: MessageId) -> Result<Option<Sums>, Fault> {
        let row = self.projection.get(keys::sums(message))?;
        row.map(|row| Sums::read(&row)).transpose()
    }

    /// The steps of each delivery of a message, or of one recipient's, by recipient.
    pub(in crate::query) fn deliveries(
        &self,
        message: MessageId,
        only: Option<&Party>,
    ) -> Result<Vec<(Party, Vec<Step>)>, Fault> {
        if let Some(to) = only {
            let row = self.projection.get(keys::delivery(message, to))?;
            let steps = row.map(|row| step::all(&row).ok_or_else(Fault::torn)).transpose()?;
            return Ok(steps.map(|steps| (to.clone(), steps)).into_iter().collect());
        }
        let prefix = keys::message(message);
        let mut deliveries = Vec::new();
        for row in self.projection.prefix(&prefix) {
            let (key, steps) = row?;
            // The first row is the message itself.
            if key.len() > prefix.len() {
                let to = keys::recipient(&key).ok_or_else(Fault::torn)?;
                deliveries.push((to, step::all(&steps).ok_or_else(Fault::torn)?));
            }
        }
        Ok(deliveries)
    }
}
