//! People are asked to join a group, or join at once.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use serde_with::skip_serializing_none;

use super::{ASKED_MAX, Actor, GROUPS_MAX, Invited, Joined, NAMED_LEN_MAX, Seat, UNASKED_MAX, notice};
use crate::rules::proof::{ByUser, Case};
use crate::rules::quota::Load;
use crate::rules::vocabulary::Decide;
use crate::rules::{Decided, Fact, Rejection, contacts};
use crate::words::{Address, GroupNumber, Party, Span};

/// So long an invitation may be answered.
pub(super) const OPEN_FOR: Span = Span::from_secs(7 * 86_400);

/// `group.invite`. Refused with `group.unknown`, `group.not_member`, `group.not_admin`, `group.nobody`, `group.is_member`,
/// `group.named_twice`, `group.full`, `group.too_many`, `group.asked_lately`, `message.no_recipient` or `quota.too_fast`. Who is asked
/// already is not asked again.
#[skip_serializing_none]
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Invite {
    pub group: GroupNumber,
    pub who: Vec<Address>,
    /// Whether they are asked first; true unless said otherwise.
    pub confirm: Option<bool>,
    pub id: Option<String>,
}

impl Decide for Invite {
    fn decide(&self, case: &Case<'_, ByUser>) -> Decided {
        self.by(Actor::of(case))
    }
}

impl Invite {
    pub(in crate::rules) fn by(&self, actor: Actor<'_>) -> Decided {
        let group = actor.state.group(self.group)?;
        group.must_allow(actor.uid, group.invites)?;
        let place = Place {
            group: self.group,
            members: |seat| group.role(seat).is_some(),
            asked: |seat| group.invited.get(&seat).is_some_and(|until| *until > actor.at),
        };
        let guests = Guests::named(actor, &self.who, place)?;
        let is_new = |seat: &&Seat| group.invited.get(seat).is_none();
        if group.taken() + guests.seats.iter().filter(is_new).count() > group.cap as usize {
            return Err(Rejection::group_full(group.cap).at_field("who"));
        }
        guests.come(actor, (self.group, &group.name), self.confirm.unwrap_or(true))
    }
}

/// Where they are to come in: who is there already, and who is asked and has not answered.
pub(super) struct Place<M, A> {
    pub(super) group: GroupNumber,
    pub(super) members: M,
    pub(super) asked: A,
}

/// Those who are to come in.
#[derive(Debug, Default)]
pub(super) struct Guests {
    seats: Vec<Seat>,
    /// Of them those who are asked already.
    asked: BTreeSet<Seat>,
}

impl Guests {
    /// Each of these once, all of whom there can be, and none who is in already.
    pub(super) fn named(
        actor: Actor<'_>,
        who: &[Address],
        place: Place<impl Fn(Seat) -> bool, impl Fn(Seat) -> bool>,
    ) -> Result<Guests, Rejection> {
        if who.is_empty() || who.len() > NAMED_LEN_MAX {
            return Err(Rejection::nobody_named(NAMED_LEN_MAX));
        }
        let user = actor.user();
        user.pace.check(user.limits(), Load { recipients: who.len(), bytes: 0 }, actor.at)?;
        let mut seen = BTreeSet::new();
        let seat = |address: &Address| {
            let named = || address.to_string();
            let seat = actor.state.seat_at(address).ok_or_else(|| Rejection::unknown_member(&named()))?;
            if (place.members)(seat) {
                return Err(Rejection::is_member(&named()));
            }
            if !seen.insert(seat) {
                return Err(Rejection::named_twice(&named()));
            }
            if (place.asked)(seat) {
                return Ok(seat);
            }
            actor.state.must_have_place(seat, actor.at)?;
            if let Seat::Phone(phone) = seat {
                actor.state.asked_phones.may_be_asked(phone, place.group, actor.at)?;
            }
            Ok(seat)
        };
        let seats = who.iter().map(seat).collect::<Result<Vec<Seat>, Rejection>>()?;
        let asked = seats.iter().copied().filter(|seat| (place.asked)(*seat)).collect();
        Ok(Guests { seats, asked })
    }

    pub(super) fn len(&self) -> usize {
        self.seats.len()
    }

    /// They join at once, or are asked; and they are told. Whoever has no account is always asked, and so is who is in very many
    /// groups. Who has blocked the one who invites is left out, and who is asked already is not asked again.
    pub(super) fn come(
        &self,
        actor: Actor<'_>,
        (group, name): (GroupNumber, &str),
        confirm: bool,
    ) -> Decided {
        let (state, by) = (actor.state, actor.name());
        let hears = |seat: &Seat| match seat {
            Seat::User(uid) => contacts::hears(state, state.user(*uid), actor.user()),
            Seat::Phone(_) => true,
        };
        let is_in_few = |seat: &Seat| state.places_of(*seat, actor.at).0 < UNASKED_MAX;
        let joins = |seat: &Seat| !confirm && matches!(seat, Seat::User(_)) && is_in_few(seat);
        let (joined, asked): (Vec<Seat>, Vec<Seat>) =
            self.seats.iter().copied().filter(|seat| hears(seat)).partition(joins);
        let asked: Vec<Seat> = asked.into_iter().filter(|seat| !self.asked.contains(seat)).collect();
        let too_many = |seat: &&Seat| state.places_of(**seat, actor.at).1 >= ASKED_MAX;
        if let Some(seat) = asked.iter().find(too_many) {
            let who = state.party(*seat).to_string();
            return Err(Rejection::too_many_groups(&who, GROUPS_MAX, ASKED_MAX));
        }
        let told: Vec<Party> = joined.iter().chain(&asked).map(|seat| state.party(*seat)).collect();
        if told.is_empty() {
            return Ok(Vec::new());
        }
        let parties = |seats: &[Seat]| seats.iter().map(|seat| state.party(*seat)).collect::<Vec<Party>>();
        let mut facts: Vec<Fact> = Vec::new();
        if !joined.is_empty() {
            facts.push(Joined { group, who: parties(&joined), by: Some(by.clone()) }.into());
        }
        if !asked.is_empty() {
            let until = actor.at + OPEN_FOR;
            facts.push(Invited { group, who: parties(&asked), by: by.clone(), until }.into());
        }
        let how = notice::How::of(!joined.is_empty(), !asked.is_empty());
        facts.extend(notice::tell(actor, (group, name), how, &told)?);
        Ok(facts)
    }
}
