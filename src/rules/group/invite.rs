//! People are asked to join a group, or join at once.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use serde_with::skip_serializing_none;

use super::{Actor, GROUPS_MAX, Invited, Joined, NAMED_LEN_MAX, Seat, notice};
use crate::rules::proof::{ByUser, Case};
use crate::rules::quota::Load;
use crate::rules::vocabulary::Decide;
use crate::rules::{Decided, Fact, Rejection, contacts};
use crate::words::{Address, GroupNumber, Party, Span};

/// So long an invitation may be answered.
pub(super) const OPEN_FOR: Span = Span::from_secs(7 * 86_400);

/// `group.invite`. Refused with `group.unknown`, `group.not_member`, `group.not_admin`, `group.nobody`, `group.is_member`,
/// `group.named_twice`, `group.full`, `group.too_many`, `message.no_recipient` or `quota.too_fast`.
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
        let guests = Guests::named(actor, &self.who, |seat| group.role(seat).is_some())?;
        let is_new = |seat: &&Seat| group.invited.get(seat).is_none();
        if group.taken() + guests.0.iter().filter(is_new).count() > group.cap as usize {
            return Err(Rejection::group_full(group.cap).at_field("who"));
        }
        guests.come(actor, (self.group, &group.name), self.confirm.unwrap_or(true))
    }
}

/// Those who are to come in.
#[derive(Debug, Default)]
pub(super) struct Guests(Vec<Seat>);

impl Guests {
    /// Each of these once, all of whom there can be, and none who is in already.
    pub(super) fn named(
        actor: Actor<'_>,
        who: &[Address],
        is_member: impl Fn(Seat) -> bool,
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
            if is_member(seat) {
                return Err(Rejection::is_member(&named()));
            }
            if !seen.insert(seat) {
                return Err(Rejection::named_twice(&named()));
            }
            if actor.state.groups_of(seat) >= GROUPS_MAX {
                return Err(Rejection::too_many_groups(&named(), GROUPS_MAX));
            }
            Ok(seat)
        };
        who.iter().map(seat).collect::<Result<_, _>>().map(Guests)
    }

    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    /// They join at once, or are asked; and they are told. Whoever has no account is always asked, and so is who has blocked
    /// the one who invites, who hears nothing of it.
    pub(super) fn come(
        &self,
        actor: Actor<'_>,
        (group, name): (GroupNumber, &str),
        confirm: bool,
    ) -> Decided {
        if self.0.is_empty() {
            return Ok(Vec::new());
        }
        let (state, by) = (actor.state, actor.name());
        let hears = |seat: &Seat| match seat {
            Seat::User(uid) => contacts::hears(state, state.user(*uid), actor.user()),
            Seat::Phone(_) => true,
        };
        let joins = |seat: &Seat| !confirm && matches!(seat, Seat::User(_)) && hears(seat);
        let (joined, asked): (Vec<Seat>, Vec<Seat>) = self.0.iter().copied().partition(joins);
        let told: Vec<Party> =
            self.0.iter().filter(|seat| hears(seat)).map(|seat| state.party(*seat)).collect();
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
