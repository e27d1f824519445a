//! The open deliveries, and how facts open, move and end them.

use std::cmp::Ordering;

use serde::{Deserialize, Serialize};

use super::sweep::KEPT_FOR;
use super::{
    Accepted, Channel, Delivered, Expired, Fact, Failed, Filtered, Page, Recalled, Route, RouteReason, Routed,
};
use crate::rules::attempt::Adapter;
use crate::rules::state::Uid;
use crate::rules::{State, quota};
use crate::words::{Author, EventSeq, GroupNumber, Instant, MessageId, Party, Phone};

/// A message with at least one open delivery. Its body stays in the log, at `body`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(in crate::rules) struct OpenMessage {
    pub(in crate::rules) body: EventSeq,
    pub(in crate::rules) expires: Instant,
    /// Whether no timer watches that; the sweep ends it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(in crate::rules) undated: bool,
    /// When who got it live and did not confirm it gets it otherwise; [`never`] where nobody said so, and once that was done, or somebody got it
    /// after that time.
    #[serde(default = "never", skip_serializing_if = "is_never")]
    pub(in crate::rules) escalates: Instant,
    /// Whether somebody was escalated: the deadline is done then, and the same firing once more is none.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(super) escalated: bool,
    /// Whose delivery is open, in [`Target::order`]: one of thousands is found without a look at the others.
    pub(super) to: Box<[Target]>,
    /// None: Homing itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) from: Option<Uid>,
    pub(in crate::rules) route: Route,
    /// The group that it is for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(in crate::rules) group: Option<GroupNumber>,
}

/// No deadline: later than any.
pub(super) fn never() -> Instant {
    Instant::from_unix_ms(i64::MAX)
}

fn is_never(due: &Instant) -> bool {
    *due == never()
}

/// A user's standing is in their mailbox.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Target {
    User(Uid),
    Phone(Phone, Standing),
}

impl Target {
    /// Users, then phones.
    fn order(&self, other: &Target) -> Ordering {
        match (self, other) {
            (Target::User(a), Target::User(b)) => a.cmp(b),
            (Target::Phone(a, _), Target::Phone(b, _)) => a.cmp(b),
            (Target::User(_), Target::Phone(..)) => Ordering::Less,
            (Target::Phone(..), Target::User(_)) => Ordering::Greater,
        }
    }
}

/// How far an open delivery has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::rules) enum Standing {
    /// No channel is open.
    Waiting,
    /// Sent live, not confirmed.
    Sent,
    /// In the pull store.
    Pull,
    /// Handed to a channel's adapter.
    Queued(Adapter),
    /// The adapter has a grant to submit it, and has not said what came of it.
    Attempted(Adapter),
    /// The far side has it; a receipt is waited for.
    Accepted(Adapter),
    /// Nobody knows whether the far side has it.
    Unknown(Adapter),
}

impl Standing {
    pub(super) fn of(channel: Channel) -> Standing {
        match channel {
            Channel::Live => Standing::Sent,
            Channel::Pull => Standing::Pull,
            Channel::By(by) => Standing::Queued(by),
            Channel::None => Standing::Waiting,
        }
    }
}

impl OpenMessage {
    /// The recipients whose deliveries are open, by name.
    pub(super) fn parties(&self, state: &State) -> impl Iterator<Item = Party> {
        self.to.iter().map(|target| match target {
            Target::User(uid) => Party::User(state.user(*uid).name.clone()),
            Target::Phone(phone, _) => Party::Phone(*phone),
        })
    }

    /// How many recipients have an open delivery.
    pub(in crate::rules) fn open_len(&self) -> usize {
        self.to.len()
    }

    pub(in crate::rules) fn author(&self, state: &State) -> Author {
        self.from.map_or(Author::Homing, |uid| Author::User(state.user(uid).name.clone()))
    }

    /// Whether its sender was suspended since.
    pub(in crate::rules) fn is_of_suspended(&self, state: &State) -> bool {
        self.from.is_some_and(|uid| state.user(uid).suspended)
    }

    /// How far the delivery to one recipient has come; none where it is not open.
    pub(in crate::rules) fn standing(
        &self,
        state: &State,
        message: MessageId,
        to: &Party,
    ) -> Option<Standing> {
        match to {
            Party::User(name) => state.user_named(name)?.mailbox.standing(message),
            Party::Phone(_) => match self.to.get(self.place(target(state, to)?)?)? {
                Target::Phone(_, standing) => Some(*standing),
                Target::User(_) => None,
            },
        }
    }

    fn place(&self, wanted: Target) -> Option<usize> {
        self.to.binary_search_by(|target| target.order(&wanted)).ok()
    }
}

impl State {
    /// How far a delivery has come; none where it is not open.
    pub(in crate::rules) fn standing(&self, message: MessageId, to: &Party) -> Option<Standing> {
        self.messages.get(&message)?.standing(self, message, to)
    }

    /// Moves a delivery that is open.
    pub(in crate::rules) fn set_standing(&mut self, message: MessageId, to: &Party, standing: Standing) {
        match to {
            Party::User(name) => {
                let user = self.user_named_mut(name);
                let user = user.filter(|user| user.mailbox.standing(message).is_some());
                user.into_iter().for_each(|user| user.mailbox.set(message, standing));
            }
            Party::Phone(phone) => {
                let moved = Target::Phone(*phone, standing);
                if let Some(open) = self.messages.get_mut(&message)
                    && let Some(place) = open.place(moved)
                    && let Some(target) = open.to.get_mut(place)
                {
                    *target = moved;
                }
            }
        }
    }

    pub(in crate::rules) fn end_delivery(&mut self, message: MessageId, to: &Party) {
        ends(self, message, to);
    }
}

pub(in crate::rules) fn evolve(state: &mut State, fact: &Fact, at: EventSeq, now: Instant) {
    match fact {
        Fact::Accepted(accepted) => {
            quota::count(state, accepted, now);
            opens(state, accepted, at, now);
        }
        Fact::Page(page) => plans(state, page),
        Fact::Routed(routed) => moves(state, routed, now),
        Fact::Delivered(Delivered { message, to, .. })
        | Fact::Filtered(Filtered { message, to, .. })
        | Fact::Recalled(Recalled { message, to, .. })
        | Fact::Expired(Expired { message, to, .. })
        | Fact::Failed(Failed { message, to, .. }) => ends(state, *message, to),
        // Received before, it is not open.
        Fact::WasRead(_) => {}
    }
}

/// When whoever got it live and did not confirm it gets it otherwise.
pub(in crate::rules) fn escalates(state: &mut State, message: MessageId, due: Instant) {
    if let Some(open) = state.messages.get_mut(&message) {
        open.escalates = due;
    }
}

fn target(state: &State, to: &Party) -> Option<Target> {
    match to {
        Party::User(name) => state.uid(name).map(Target::User),
        Party::Phone(phone) => Some(Target::Phone(*phone, Standing::Waiting)),
    }
}

fn opens(state: &mut State, accepted: &Accepted, at: EventSeq, now: Instant) {
    let from = accepted.from.user().and_then(|name| state.uid(name));
    // What is for an app has no delivery, and is done with.
    if from.is_none() && accepted.from != Author::Homing || accepted.app.is_some() {
        return;
    }
    let mut to: Box<[Target]> = accepted.to.iter().filter_map(|to| target(state, to)).collect();
    to.sort_unstable_by(Target::order);
    let (expires, escalates) = (accepted.expires.unwrap_or(now + KEPT_FOR), never());
    let (escalated, route, group) = (false, accepted.route, accepted.group);
    // Homing's own answers have a deadline, and nobody is told of it: none of them is worth a timer.
    let undated = accepted.expires.is_none() || from.is_none();
    if undated {
        state.undated.insert(accepted.message);
    }
    let open = OpenMessage { body: at, expires, undated, escalates, escalated, to, from, route, group };
    state.messages.insert(accepted.message, open);
}

/// Those who get it come behind those of the pages before: a group's plan is in [`Target::order`].
fn plans(state: &mut State, page: &Page) {
    let mut opened = Vec::with_capacity(page.recipients_len());
    for run in &page.routed {
        let standing = Standing::of(run.channel);
        for to in &run.to {
            match target(state, to) {
                Some(Target::User(uid)) => {
                    state.user_mut(uid).mailbox.set(page.message, standing);
                    opened.push(Target::User(uid));
                }
                Some(Target::Phone(phone, _)) => opened.push(Target::Phone(phone, standing)),
                None => {}
            }
        }
    }
    opened.sort_unstable_by(Target::order);
    let Some(open) = state.messages.get_mut(&page.message) else { return };
    let mut to = std::mem::take(&mut open.to).into_vec();
    to.append(&mut opened);
    open.to = to.into_boxed_slice();
    if page.last && open.to.is_empty() {
        state.messages.remove(&page.message);
        state.undated.remove(&page.message);
    }
}

fn moves(state: &mut State, routed: &Routed, now: Instant) {
    let Some(open) = state.messages.get_mut(&routed.message) else { return };
    // All recipients have one timer: until it has fired, whoever has it live then is still to be escalated. Who goes live
    // after it is not.
    open.escalated |= routed.because == RouteReason::NotConfirmed;
    if open.escalated || now >= open.escalates {
        open.escalates = never();
    }
    let standing = Standing::of(routed.channel);
    match routed.to.user().and_then(|name| state.user_named_mut(name)) {
        Some(user) => user.mailbox.set(routed.message, standing),
        None => state.set_standing(routed.message, &routed.to, standing),
    }
    if routed.because == RouteReason::Answer {
        let phone = match &routed.to {
            Party::Phone(phone) => Some(*phone),
            Party::User(name) => state.user_named(name).and_then(|user| user.phone),
        };
        phone.into_iter().for_each(|phone| state.answered.count(phone, now));
    }
}

fn ends(state: &mut State, message: MessageId, to: &Party) {
    let Some(ended) = target(state, to) else { return };
    if let Target::User(uid) = ended {
        state.user_mut(uid).mailbox.remove(message);
    }
    // What is kept of segments has had a receipt.
    if !state.said.is_empty() {
        let key = (message, to.clone());
        state.segments.remove(&key);
        state.said.remove(&key);
    }
    if !state.grants.is_empty() {
        state.grants.remove(&(message, to.clone()));
    }
    let Some(open) = state.messages.get_mut(&message) else { return };
    let Some(place) = open.place(ended) else { return };
    if open.to.len() == 1 {
        state.messages.remove(&message);
        state.undated.remove(&message);
        return;
    }
    let mut left = std::mem::take(&mut open.to).into_vec();
    left.remove(place);
    open.to = left.into_boxed_slice();
}
