//! The projection of a commit: which rows it changes.
//!
//! Invariant: whether a delivery has arrived or failed is what the decider says of it, never judged here again.

use std::collections::BTreeSet;

use super::row::{Delivery, Matched, PartRow, Stage, UnmatchedRow, get, write};
use super::{Terms, keys};
use crate::log::{Fault, Rows};
use crate::rules::attempt::{Adapter, Attempt, DeferClass, Granted, Receipt, Stray};
use crate::rules::message::{Delivered, Expired, Failed, Filtered, Recalled};
use crate::rules::phone::Part;
use crate::rules::{Commit, Fact, Happened, attempt, message, phone};
use crate::words::{Instant, MessageId, Party};

/// The facts that are projected, and those that answer a question of the bridge's. A delivery that the bridge has is filtered
/// where the bridge asks for it: those commits are among these.
pub(super) const READS: &[&str] = &[
    attempt::Granted::NAME,
    attempt::LetGo::NAME,
    attempt::Accepted::NAME,
    attempt::Deferred::NAME,
    attempt::Unknown::NAME,
    attempt::Failed::NAME,
    attempt::Receipted::NAME,
    attempt::Unmatched::NAME,
    attempt::Silent::NAME,
    phone::Part::NAME,
    phone::Heard::NAME,
    Delivered::NAME,
    Expired::NAME,
    Recalled::NAME,
    Failed::NAME,
];

/// Receipts kept for one unknown id: segments do not share one, so more are repetitions. The latest stay.
const UNMATCHED_LEN_MAX: usize = 4;

/// Whose adapter's word it is.
fn channel_of(fact: &attempt::Fact) -> Adapter {
    match fact {
        attempt::Fact::Granted(attempt::Granted { channel, .. })
        | attempt::Fact::LetGo(attempt::LetGo { channel, .. })
        | attempt::Fact::Accepted(attempt::Accepted { channel, .. })
        | attempt::Fact::Deferred(attempt::Deferred { channel, .. })
        | attempt::Fact::Unknown(attempt::Unknown { channel, .. })
        | attempt::Fact::Failed(attempt::Failed { channel, .. })
        | attempt::Fact::Receipted(attempt::Receipted { channel, .. })
        | attempt::Fact::Silent(attempt::Silent { channel, .. }) => *channel,
        attempt::Fact::Unmatched(unmatched) => unmatched.channel,
    }
}

/// Gives the receipts that have found their delivery.
pub(super) fn project(rows: &mut Rows, commit: &Commit, terms: &Terms) -> Result<Vec<Matched>, Fault> {
    let mut step = Projecting { rows, at: commit.at, terms, matched: Vec::new() };
    commit.facts.iter().try_for_each(|fact| step.take(fact))?;
    Ok(step.matched)
}

struct Projecting<'a> {
    rows: &'a mut Rows,
    at: Instant,
    terms: &'a Terms,
    matched: Vec<Matched>,
}

impl Projecting<'_> {
    fn take(&mut self, fact: &Fact) -> Result<(), Fault> {
        match fact {
            // What another channel's adapter says is not the bridge's.
            Fact::Attempt(fact) if channel_of(fact) == Adapter::Sms => self.take_attempt(fact),
            Fact::Attempt(_) => Ok(()),
            Fact::Phone(fact) => self.take_phone(fact),
            Fact::Message(fact) => self.take_end(fact),
            Fact::Refusal(_)
            | Fact::Identity(_)
            | Fact::Contacts(_)
            | Fact::Presence(_)
            | Fact::Group(_)
            | Fact::Schedule(_)
            | Fact::Service(_)
            | Fact::Timer(_) => Ok(()),
        }
    }

    fn take_attempt(&mut self, fact: &attempt::Fact) -> Result<(), Fault> {
        match fact {
            attempt::Fact::Granted(granted) => self.attempted(granted),
            attempt::Fact::Accepted(attempt::Accepted { attempt, receipts, channel: _ }) => {
                self.result(attempt, Stage::Accepted, None, *receipts)
            }
            attempt::Fact::Deferred(attempt::Deferred { attempt, class, why, channel: _ }) => {
                self.deferred(attempt, *class)?;
                self.result(attempt, Stage::Deferred, Some(why.to_string()), false)
            }
            attempt::Fact::Unknown(attempt::Unknown { attempt, why, .. }) => {
                self.result(attempt, Stage::Unknown, Some(why.to_string()), true)
            }
            attempt::Fact::Failed(attempt::Failed { attempt, reason, channel: _ }) => {
                self.result(attempt, Stage::Failed, Some(reason.to_string()), false)
            }
            attempt::Fact::Receipted(attempt::Receipted { receipt, channel: _ }) => self.receipt(receipt),
            attempt::Fact::Unmatched(unmatched) => self.unmatched(&unmatched.receipt),
            attempt::Fact::Silent(attempt::Silent { message, to, channel: _ }) => {
                self.change(*message, to, |row| {
                    if !row.is_over() {
                        row.stage = Stage::Silent;
                    }
                })
            }
            // What becomes of the delivery instead is a fact of the message.
            attempt::Fact::LetGo(_) => Ok(()),
        }
    }

    fn take_phone(&mut self, fact: &phone::Fact) -> Result<(), Fault> {
        match fact {
            phone::Fact::Part(part) => self.part(part),
            phone::Fact::Heard(heard) => {
                let joined = heard.joined.iter();
                let joined = joined.flat_map(|whole| (1..=u8::MAX).map(move |n| keys::part(whole, n)));
                joined.for_each(|key| self.rows.remove(key));
                Ok(())
            }
            phone::Fact::PhonePreferenceSet(_) => Ok(()),
        }
    }

    /// The end of a delivery, by SMS or otherwise.
    fn take_end(&mut self, fact: &message::Fact) -> Result<(), Fault> {
        let (message, to, stage, reason) = match fact {
            message::Fact::Delivered(Delivered { message, to, .. }) => (message, to, Stage::Delivered, None),
            message::Fact::Expired(Expired { message, to, .. }) => (message, to, Stage::Expired, None),
            message::Fact::Recalled(Recalled { message, to, .. }) => (message, to, Stage::Recalled, None),
            message::Fact::Failed(Failed { message, to, reason, .. }) => {
                (message, to, Stage::Failed, Some(reason.to_string()))
            }
            message::Fact::Filtered(Filtered { message, to, reason, .. }) => {
                (message, to, Stage::Filtered, Some(reason.to_string()))
            }
            // Of one that is routed elsewhere the row tells the last attempt.
            message::Fact::Accepted(_)
            | message::Fact::Page(_)
            | message::Fact::Routed(_)
            | message::Fact::WasRead(_) => {
                return Ok(());
            }
        };
        self.change(*message, to, |row| (row.stage, row.reason) = (stage, reason))
    }

    /// One that comes again is the one that is there.
    fn part(&mut self, part: &Part) -> Result<(), Fault> {
        let key = keys::part(&part.whole, part.number);
        let before: Option<PartRow> = get(self.rows, &key)?;
        if before.is_none_or(|before| before.part != *part) {
            self.rows.put(key, write(&PartRow { at: self.at, part: part.clone(), went_on: None }));
        }
        Ok(())
    }

    fn attempted(&mut self, granted: &Granted) -> Result<(), Fault> {
        let Granted { message, to, phone, from, channel: _, grant: _ } = granted;
        let before: Option<Delivery> = get(self.rows, &keys::delivery(*message, to))?;
        let fresh = || Delivery {
            stage: Stage::Attempted,
            attempts: 0,
            temporary: 0,
            unknown: 0,
            phone: *phone,
            from: *from,
            connector: String::new(),
            ids: Vec::new(),
            learned: Vec::new(),
            former: Vec::new(),
            receipts: Vec::new(),
            said: BTreeSet::new(),
            attempted: self.at,
            reason: None,
            at: self.at,
            due: None,
        };
        let mut row = before.clone().unwrap_or_else(fresh);
        row.attempts += 1;
        (row.stage, row.phone, row.from) = (Stage::Attempted, *phone, *from);
        (row.attempted, row.at, row.due) = (self.at, self.at, None);
        self.put(*message, to, before.as_ref(), &row);
        Ok(())
    }

    /// Counts a try, where the adapter said that this was one.
    fn deferred(&mut self, attempt: &Attempt, class: DeferClass) -> Result<(), Fault> {
        let Attempt { message, to, .. } = attempt;
        let Some(before) = get::<Delivery>(self.rows, &keys::delivery(*message, to))? else { return Ok(()) };
        let temporary = before.temporary + u32::from(class == DeferClass::Temporary);
        self.put(*message, to, Some(&before), &Delivery { temporary, ..before.clone() });
        Ok(())
    }

    fn result(
        &mut self,
        attempt: &Attempt,
        stage: Stage,
        reason: Option<String>,
        waits: bool,
    ) -> Result<(), Fault> {
        let Attempt { message, to, connector, ids, .. } = attempt;
        let Some(before) = get::<Delivery>(self.rows, &keys::delivery(*message, to))? else { return Ok(()) };
        let mut row = before.clone();
        row.unknown += u32::from(stage == Stage::Unknown);
        if !ids.is_empty() {
            // A receipt may still name them: an earlier attempt's segments are this delivery's too.
            let before = row.ids.iter().flatten().filter(|id| !id.is_empty());
            let before = before.map(|id| (row.connector.clone(), self.terms.of_response(&row.connector, id)));
            let before: Vec<_> = before.filter(|named| !row.former.contains(named)).collect();
            row.former.extend(before);
            row.connector.clone_from(connector);
            row.ids.clone_from(ids);
            row.receipts.resize(ids.len(), None);
        }
        // Receipts may have come before the result they belong to.
        if !row.is_over() {
            (row.stage, row.reason, row.at) = (stage, reason, self.at);
            row.due = waits.then(|| self.at + self.terms.query_after);
        }
        self.put(*message, to, Some(&before), &row);
        let segments = row.segments();
        for (segment, id) in (0..segments).zip(ids.iter()) {
            let id = id.as_deref().map(|id| self.terms.of_response(connector, id));
            if let Some(id) = id.filter(|id| !id.is_empty()) {
                let named = keys::write_segment(*message, (segment, segments), to);
                self.rows.put(keys::id(connector, &id), named);
                self.named(connector, &id, (*message, to, segment), &row)?;
            }
        }
        Ok(())
    }

    /// An id is named: receipts that came for it since the attempt are this segment's, and older ones another message's.
    /// Either way they are done with.
    fn named(
        &mut self,
        connector: &str,
        id: &str,
        (message, to, segment): (MessageId, &Party, u8),
        row: &Delivery,
    ) -> Result<(), Fault> {
        let key = keys::unmatched(connector, id);
        let Some(unmatched) = get::<UnmatchedRow>(self.rows, &key)? else { return Ok(()) };
        self.rows.remove(key);
        for (_, receipt) in unmatched.receipts.into_iter().filter(|(at, _)| *at >= row.attempted) {
            self.matches((message, to, segment), row, &receipt);
        }
        Ok(())
    }

    fn matches(
        &mut self,
        (message, to, segment): (MessageId, &Party, u8),
        row: &Delivery,
        unmatched: &Stray,
    ) {
        if row.said.contains(&(segment, unmatched.state)) {
            return;
        }
        let (state, error) = (unmatched.state, unmatched.error.clone());
        let segments = row.segments();
        let receipt = Receipt { message, to: to.clone(), segment, segments, state, error, id: None };
        let matched = Matched { at: self.at, receipt };
        self.rows.put(keys::matched(&matched.receipt), write(&matched));
        self.matched.push(matched);
    }

    fn receipt(&mut self, receipt: &Receipt) -> Result<(), Fault> {
        let Receipt { message, to, segment, segments, state, error: _, id } = receipt;
        self.rows.remove(keys::matched(receipt));
        let Some(before) = get::<Delivery>(self.rows, &keys::delivery(*message, to))? else { return Ok(()) };
        let mut row = before.clone();
        let learned = id.as_deref().map(|id| self.terms.of_receipt(&row.connector, id));
        if let Some(id) = learned.filter(|id| !id.is_empty() && !row.connector.is_empty()) {
            let named = keys::write_segment(*message, (*segment, *segments), to);
            self.rows.put(keys::id(&row.connector, &id), named);
            row.learned.push((*segment, id));
        }
        row.said.insert((*segment, *state));
        row.receipts.resize(usize::from(*segments).max(row.receipts.len()), None);
        if !row.has_ended(*segment)
            && let Some(last) = row.receipts.get_mut(usize::from(*segment))
        {
            *last = Some(*state);
        }
        // With all its receipts there is nothing to ask after.
        let all = (0..u8::try_from(row.receipts.len()).unwrap_or(u8::MAX)).all(|place| row.has_ended(place));
        row.due = row.due.filter(|_| !all);
        self.put(*message, to, Some(&before), &row);
        Ok(())
    }

    /// Changes a row; one that is not open any more is not looked after.
    fn change(
        &mut self,
        message: MessageId,
        to: &Party,
        change: impl FnOnce(&mut Delivery),
    ) -> Result<(), Fault> {
        let Some(before) = get::<Delivery>(self.rows, &keys::delivery(message, to))? else { return Ok(()) };
        let mut row = before.clone();
        change(&mut row);
        (row.at, row.due) = (self.at, None);
        self.put(message, to, Some(&before), &row);
        Ok(())
    }

    /// One with an id waits for the response that names it. One without belongs to nothing that comes later.
    fn unmatched(&mut self, unmatched: &Stray) -> Result<(), Fault> {
        let id = self.terms.of_receipt(&unmatched.connector, &unmatched.id);
        if id.is_empty() {
            return Ok(());
        }
        let named = self.rows.get(&keys::id(&unmatched.connector, &id))?;
        if let Some(named) = named {
            let (message, (segment, _), to) = keys::read_segment(&named).ok_or_else(Fault::torn)?;
            let row: Option<Delivery> = get(self.rows, &keys::delivery(message, &to))?;
            if let Some(row) = row.filter(|row| row.may_be_meant(segment, unmatched.phone)) {
                self.matches((message, &to, segment), &row, unmatched);
                return Ok(());
            }
        }
        let key = keys::unmatched(&unmatched.connector, &id);
        let mut row: UnmatchedRow = get(self.rows, &key)?.unwrap_or_default();
        if row.receipts.len() >= UNMATCHED_LEN_MAX {
            row.receipts.remove(0);
        }
        row.receipts.push((self.at, unmatched.clone()));
        self.rows.put(key, write(&row));
        Ok(())
    }

    /// Writes a row, and lists it where it is looked for.
    fn put(&mut self, message: MessageId, to: &Party, before: Option<&Delivery>, row: &Delivery) {
        let due = before.and_then(|before| before.due);
        if due != row.due {
            due.into_iter().for_each(|due| self.rows.remove(keys::open(due, message, to)));
            row.due.into_iter().for_each(|due| self.rows.put(keys::open(due, message, to), []));
        }
        let phone = |row: &Delivery| row.nameless_segment().map(|_| row.phone);
        let (listed, lists) = (before.and_then(phone), phone(row));
        if listed != lists {
            listed.into_iter().for_each(|phone| self.rows.remove(keys::nameless(phone, message, to)));
            lists.into_iter().for_each(|phone| self.rows.put(keys::nameless(phone, message, to), []));
        }
        self.rows.put(keys::delivery(message, to), write(row));
    }
}
