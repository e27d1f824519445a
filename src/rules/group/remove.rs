//! Members are removed, and invitations taken back.

use serde::{Deserialize, Deserializer, Serialize};
use serde_with::skip_serializing_none;

use super::{Actor, Left, NAMED_LEN_MAX, Role, Seat};
use crate::rules::proof::{ByUser, Case};
use crate::rules::vocabulary::Decide;
use crate::rules::{Decided, Fact, Rejection};
use crate::words::{Address, GroupNumber};

/// `group.remove`: an administrator removes members, the owner administrators too. Refused with `group.unknown`,
/// `group.not_member`, `group.not_admin`, `group.not_owner`, `group.owner`, `group.nobody` or `group.no_such_member`.
#[skip_serializing_none]
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Remove {
    pub group: GroupNumber,
    /// One, or a list.
    #[serde(deserialize_with = "one_or_many")]
    pub who: Vec<Address>,
    pub id: Option<String>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum OneOrMany {
    One(Address),
    Many(Vec<Address>),
}

fn one_or_many<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<Address>, D::Error> {
    Ok(match OneOrMany::deserialize(deserializer)? {
        OneOrMany::One(one) => vec![one],
        OneOrMany::Many(many) => many,
    })
}

impl Decide for Remove {
    fn decide(&self, case: &Case<'_, ByUser>) -> Decided {
        self.by(Actor::of(case))
    }
}

impl Remove {
    pub(in crate::rules) fn by(&self, actor: Actor<'_>) -> Decided {
        let (state, group) = (actor.state, actor.state.group(self.group)?);
        let own = group.must_be_led_by(actor.uid)?;
        if self.who.is_empty() || self.who.len() > NAMED_LEN_MAX {
            return Err(Rejection::nobody_named(NAMED_LEN_MAX));
        }
        let left = |address: &Address| {
            let is_in = |seat: &Seat| group.role(*seat).is_some() || group.invited.get(seat).is_some();
            let seat = state.seat_at(address).filter(is_in);
            let seat = seat.ok_or_else(|| Rejection::no_such_member(&address.to_string()))?;
            match (group.role(seat), own) {
                (Some(Role::Owner), _) => Err(Rejection::is_owner()),
                (Some(Role::Admin), Role::Admin | Role::Member) => Err(Rejection::not_owner()),
                (Some(Role::Admin), Role::Owner) | (Some(Role::Member) | None, _) => {
                    let (who, by) = (state.party(seat), Some(actor.name().clone()));
                    Ok(Left { group: self.group, who, by }.into())
                }
            }
        };
        let mut facts = self.who.iter().map(left).collect::<Result<Vec<Fact>, Rejection>>()?;
        facts.dedup();
        Ok(facts)
    }
}
