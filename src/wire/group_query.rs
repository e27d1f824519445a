//! The question `groups`, and its two answers: the groups of somebody, or the members of one.

use serde::{Deserialize, Serialize};
use serde_with::skip_serializing_none;

use crate::rules::group::{Role, Whoever};
use crate::words::{GroupNumber, Party, UserName, Zone};

/// `groups`: those that somebody is in or asked to join; or who is in one.
#[skip_serializing_none]
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct GroupsOf {
    pub limit: Option<usize>,
    /// The cursor of the last answer.
    pub after: Option<String>,
    /// Whose, when an operator asks; none are all groups.
    pub user: Option<UserName>,
    /// Whose members.
    pub group: Option<GroupNumber>,
}

/// A group.
#[skip_serializing_none]
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct GroupView {
    pub group: GroupNumber,
    pub name: String,
    /// How many are in it.
    pub size: u32,
    pub cap: u32,
    /// Group SMS a day and a month.
    pub sms_day: u32,
    pub sms_month: u32,
    /// Where its days begin and end.
    pub zone: Option<Zone>,
    /// Who writes to all members.
    pub writes: Whoever,
    pub invites: Whoever,
    /// The place of whoever asks, or is asked about.
    #[serde(flatten)]
    pub place: Option<PlaceView>,
}

/// A member, or who is asked to be one.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct MemberView {
    pub who: Party,
    #[serde(flatten)]
    pub place: PlaceView,
}

/// Somebody's place in a group: `{"role", "sms", "since"}`, or `{"invited_by", "until"}`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum PlaceView {
    In {
        role: Role,
        /// Whether they get SMS of this group.
        sms: bool,
        /// RFC 3339.
        since: String,
    },
    Asked {
        invited_by: UserName,
        /// Until then they may say yes. RFC 3339.
        until: String,
    },
}
