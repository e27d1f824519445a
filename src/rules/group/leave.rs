//! Somebody leaves a group, or its owner closes it.

use serde::{Deserialize, Serialize};
use serde_with::skip_serializing_none;

use super::{Actor, Closed, Left, Role, RoleSet, Seat};
use crate::rules::proof::{ByUser, Case};
use crate::rules::vocabulary::Decide;
use crate::rules::{Decided, Fact, Rejection, State};
use crate::words::{GroupNumber, Party};

/// `group.leave`: who inherits from an owner is the oldest administrator, or else the oldest member with an account, an app not; where there
/// is nobody the group is closed. Refused with `group.unknown` or `group.not_member`.
#[skip_serializing_none]
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Leave {
    pub group: GroupNumber,
    pub id: Option<String>,
}

/// `group.close`. Refused with `group.unknown`, `group.not_member` or `group.not_owner`.
#[skip_serializing_none]
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Close {
    pub group: GroupNumber,
    pub id: Option<String>,
}

impl Decide for Leave {
    fn decide(&self, case: &Case<'_, ByUser>) -> Decided {
        leave(case.state, Seat::User(case.uid()), self.group)
    }
}

impl Decide for Close {
    fn decide(&self, case: &Case<'_, ByUser>) -> Decided {
        self.by(Actor::of(case))
    }
}

impl Close {
    pub(in crate::rules) fn by(&self, actor: Actor<'_>) -> Decided {
        actor.state.group(self.group)?.must_be_owned_by(actor.uid)?;
        Ok(vec![Closed { group: self.group }.into()])
    }
}

/// The same, by whatever way it was said.
pub(in crate::rules) fn leave(state: &State, seat: Seat, number: GroupNumber) -> Decided {
    let group = state.group(number)?;
    let role = group.role(seat).ok_or_else(Rejection::not_member)?;
    let left = Left { group: number, who: state.party(seat), by: None }.into();
    // An app answers what is written to it, and cannot look after a group; who is suspended cannot either.
    let is_person = |seat| match seat {
        Seat::User(uid) => !state.user(uid).suspended && state.app_of(seat).is_none(),
        Seat::Phone(_) => false,
    };
    let follows: Option<Fact> =
        (role == Role::Owner).then(|| match group.heir(seat, is_person).map(|heir| state.party(heir)) {
            Some(Party::User(who)) => {
                RoleSet { group: number, who, role: Role::Owner, inherited: true }.into()
            }
            Some(Party::Phone(_)) | None => Closed { group: number }.into(),
        });
    Ok(std::iter::once(left).chain(follows).collect())
}
