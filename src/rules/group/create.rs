//! A group is created, and gets a number.

use serde::{Deserialize, Serialize};
use serde_with::skip_serializing_none;

use super::invite::{Guests, Place};
use super::{Actor, CAP, Created, SMS_DAY, SMS_MONTH, Seat, must_be_a_cap, must_be_a_name};
use crate::rules::proof::{ByUser, Case};
use crate::rules::vocabulary::Decide;
use crate::rules::{Decided, Rejection};
use crate::words::{Address, GroupNumber, Zone};

/// `group.create`. Refused with `group.bad_name`, `group.bad_cap`, `group.nobody`, `group.is_member`, `group.named_twice`,
/// `group.full`, `group.too_many`, `group.no_number`, `quota.too_fast` or `schedule.unknown_zone`.
#[skip_serializing_none]
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Create {
    pub name: String,
    pub members: Option<Vec<Address>>,
    /// Whether the members are asked first; true unless said otherwise.
    pub confirm: Option<bool>,
    pub cap: Option<u32>,
    pub sms_day: Option<u32>,
    pub sms_month: Option<u32>,
    pub zone: Option<String>,
    pub id: Option<String>,
}

impl Decide for Create {
    fn decide(&self, case: &Case<'_, ByUser>) -> Decided {
        self.by(Actor::of(case))
    }
}

impl Create {
    pub(in crate::rules) fn by(&self, actor: Actor<'_>) -> Decided {
        let (state, owner) = (actor.state, actor.name().clone());
        must_be_a_name(&self.name)?;
        let cap = self.cap.unwrap_or(CAP);
        must_be_a_cap(cap, 1)?;
        let zone = self.zone.as_deref().map(|zone| zone.parse::<Zone>().map_err(|_| Rejection::bad_zone()));
        let zone = zone.transpose()?.or(actor.user().zone);
        let own = Seat::User(actor.uid);
        state.must_have_place(own, actor.at)?;
        let group = GroupNumber::of_index(state.groups_made).ok_or_else(Rejection::group_numbers_used_up)?;
        let guests = match &self.members {
            Some(members) => {
                let place = Place { group, members: |seat| seat == own, asked: |_| false };
                Guests::named(actor, members, place).map_err(|why| why.at_field("members"))?
            }
            None => Guests::default(),
        };
        if 1 + guests.len() > cap as usize {
            return Err(Rejection::group_full(cap).at_field("members"));
        }
        let (sms_day, sms_month) = (self.sms_day.unwrap_or(SMS_DAY), self.sms_month.unwrap_or(SMS_MONTH));
        let name = self.name.clone();
        let created = Created { group, owner, name: name.clone(), cap, sms_day, sms_month, zone };
        let comes = guests.come(actor, (group, &name), self.confirm.unwrap_or(true))?;
        Ok(std::iter::once(created.into()).chain(comes).collect())
    }
}
