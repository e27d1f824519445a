//! The facts of groups: what is written down of a group and of each of its members.

use serde::{Deserialize, Serialize};
use serde_with::skip_serializing_none;

use super::{Role, Whoever};
use crate::rules::Outcome;
use crate::words::{GroupNumber, Instant, Party, Phone, UserName, Zone};

/// `group.created`: its owner is its first member.
#[skip_serializing_none]
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Created {
    pub group: GroupNumber,
    pub owner: UserName,
    pub name: String,
    pub cap: u32,
    pub sms_day: u32,
    pub sms_month: u32,
    pub zone: Option<Zone>,
}

impl Created {
    pub(in crate::rules) fn outcome(&self) -> Outcome {
        Outcome::Group(self.group)
    }
}

/// `group.changed`: what is absent stays as it was.
#[skip_serializing_none]
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Changed {
    pub group: GroupNumber,
    pub name: Option<String>,
    pub cap: Option<u32>,
    pub sms_day: Option<u32>,
    pub sms_month: Option<u32>,
    pub zone: Option<Zone>,
    pub writes: Option<Whoever>,
    pub invites: Option<Whoever>,
}

/// `group.invited`: they are asked, and are in it when they say yes in time.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Invited {
    pub group: GroupNumber,
    pub who: Vec<Party>,
    pub by: UserName,
    pub until: Instant,
}

/// `group.joined`
#[skip_serializing_none]
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Joined {
    pub group: GroupNumber,
    pub who: Vec<Party>,
    /// Who put them there; none where they said yes.
    pub by: Option<UserName>,
}

/// `group.declined`
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Declined {
    pub group: GroupNumber,
    pub who: Party,
}

/// `group.left`: whoever was in it is not any more, and whoever was asked is not either.
#[skip_serializing_none]
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Left {
    pub group: GroupNumber,
    pub who: Party,
    /// Who removed them; none where they left.
    pub by: Option<UserName>,
}

/// `group.role_set`
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RoleSet {
    pub group: GroupNumber,
    pub who: UserName,
    pub role: Role,
    /// Whether it fell to them because the owner left.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub inherited: bool,
}

/// `group.claimed`: a member's phone has become a user's, who is in the group from now on.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Claimed {
    pub group: GroupNumber,
    pub phone: Phone,
    pub user: UserName,
}

/// `group.sms_set`: whether a member wishes SMS of this group.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SmsSet {
    pub group: GroupNumber,
    pub who: Party,
    pub sms: bool,
}

/// `group.closed`
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Closed {
    pub group: GroupNumber,
}
