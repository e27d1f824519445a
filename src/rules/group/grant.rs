//! The owner gives a member another role, or the group itself.

use serde::{Deserialize, Serialize};
use serde_with::skip_serializing_none;

use super::{Role, RoleSet, Seat};
use crate::rules::proof::{ByUser, Case};
use crate::rules::vocabulary::Decide;
use crate::rules::{Decided, Rejection};
use crate::words::{Address, GroupNumber};

/// `group.grant`: with `owner` the group is theirs, and who had it is an administrator. Refused with `group.unknown`,
/// `group.not_member`, `group.not_owner`, `group.owner`, `group.no_such_member` or `group.no_account`.
#[skip_serializing_none]
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Grant {
    pub group: GroupNumber,
    pub who: Address,
    pub role: Role,
    pub id: Option<String>,
}

impl Decide for Grant {
    fn decide(&self, case: &Case<'_, ByUser>) -> Decided {
        let (state, group) = (case.state, case.state.group(self.group)?);
        group.must_be_owned_by(case.uid())?;
        let seat = state.seat_at(&self.who).filter(|seat| group.role(*seat).is_some());
        let seat = seat.ok_or_else(|| Rejection::no_such_member(&self.who.to_string()))?;
        let Seat::User(uid) = seat else { return Err(Rejection::no_account(&self.who.to_string())) };
        let set = |uid, role| {
            let who = state.user(uid).name.clone();
            RoleSet { group: self.group, who, role, inherited: false }.into()
        };
        if group.role(seat) == Some(self.role) {
            return Ok(Vec::new());
        }
        match self.role {
            _ if uid == case.uid() => Err(Rejection::is_owner()),
            Role::Owner => Ok(vec![set(uid, Role::Owner), set(case.uid(), Role::Admin)]),
            role @ (Role::Admin | Role::Member) => Ok(vec![set(uid, role)]),
        }
    }
}
