//! A group's name, cap, limits and rules are changed.

use serde::{Deserialize, Serialize};
use serde_with::skip_serializing_none;

use super::{Changed, Whoever, must_be_a_cap, must_be_a_name};
use crate::rules::proof::{ByUser, Case};
use crate::rules::vocabulary::Decide;
use crate::rules::{Decided, Rejection};
use crate::words::{GroupNumber, Zone};

/// `group.set`: what is absent stays as it was. Refused with `group.unknown`, `group.not_member`, `group.not_admin`,
/// `group.bad_name`, `group.bad_cap` or `schedule.unknown_zone`.
#[skip_serializing_none]
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SetGroup {
    pub group: GroupNumber,
    pub name: Option<String>,
    pub cap: Option<u32>,
    pub sms_day: Option<u32>,
    pub sms_month: Option<u32>,
    pub zone: Option<String>,
    /// Who writes to all members: `everyone` of them, or the `admins` alone.
    pub writes: Option<Whoever>,
    pub invites: Option<Whoever>,
}

impl Decide for SetGroup {
    fn decide(&self, case: &Case<'_, ByUser>) -> Decided {
        let group = case.state.group(self.group)?;
        group.must_be_led_by(case.uid())?;
        self.name.as_deref().map_or(Ok(()), must_be_a_name)?;
        self.cap.map_or(Ok(()), |cap| must_be_a_cap(cap, group.taken()))?;
        let zone = self.zone.as_deref().map(|zone| zone.parse::<Zone>().map_err(|_| Rejection::bad_zone()));
        let changed = Changed {
            group: self.group,
            name: self.name.clone().filter(|name| *name != group.name),
            cap: self.cap.filter(|cap| *cap != group.cap),
            sms_day: self.sms_day.filter(|max| *max != group.sms_day),
            sms_month: self.sms_month.filter(|max| *max != group.sms_month),
            zone: zone.transpose()?.filter(|zone| Some(*zone) != group.zone),
            writes: self.writes.filter(|writes| *writes != group.writes),
            invites: self.invites.filter(|invites| *invites != group.invites),
        };
        Ok(if changed == Changed::of(self.group) { Vec::new() } else { vec![changed.into()] })
    }
}

impl Changed {
    /// Of nothing yet.
    fn of(group: GroupNumber) -> Changed {
        let (name, cap, sms_day, sms_month) = (None, None, None, None);
        Changed { group, name, cap, sms_day, sms_month, zone: None, writes: None, invites: None }
    }
}
