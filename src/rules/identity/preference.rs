//! A user's wishes: not to get SMS, or to get them again; and that their phone may tell others who they are.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_with::skip_serializing_none;

use super::PreferenceSet;
use crate::rules::proof::{ByUser, Case};
use crate::rules::vocabulary::Decide;
use crate::rules::{Decided, Fact, Rejection, group, phone};
use crate::words::{GroupNumber, Party, named};

/// `preference.set`: what is absent stays as it was. Refused with `group.unknown` or `group.not_member`.
#[skip_serializing_none]
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct SetPreference {
    pub sms: Option<Switch>,
    /// Whether who adds them as a contact by their phone is told whose it is.
    pub findable: Option<Switch>,
    /// What they wish of a group's.
    pub group: Option<BTreeMap<GroupNumber, GroupWish>>,
}

/// A member's wishes of one group; what is absent stays as it was.
#[skip_serializing_none]
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GroupWish {
    pub sms: Option<Switch>,
}

named! {
    "switch" Switch {
        On = "on",
        Off = "off",
    }
}

impl Decide for SetPreference {
    fn decide(&self, case: &Case<'_, ByUser>) -> Decided {
        let (user, on) = (case.user(), |switch: Switch| switch == Switch::On);
        let sms = self.sms.map(on).filter(|sms| user.sms_off == *sms);
        let findable = self.findable.map(on).filter(|findable| user.findable != *findable);
        let set = PreferenceSet { user: case.name().clone(), sms, findable };
        let set = (sms.is_some() || findable.is_some()).then(|| set.into());
        // Who wants SMS again wants them on the phone that wrote STOP, too.
        let again = user.phone.filter(|_| self.sms.is_some_and(on));
        let of_phone = again.and_then(|theirs| phone::wish_of_phone(case.state, theirs, true));
        let groups = self.group.iter().flatten();
        let of_groups = groups.map(|(group, wish)| {
            let sms = wish.sms.map(on);
            group::wishes_sms(case.state, Party::User(case.name().clone()), *group, sms)
        });
        let of_groups = of_groups.collect::<Result<Vec<Option<Fact>>, Rejection>>()?;
        Ok(set.into_iter().chain(of_phone).chain(of_groups.into_iter().flatten()).collect())
    }
}
