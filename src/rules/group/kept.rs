//! A group as the state keeps it.

use serde::{Deserialize, Serialize};
use serde_with::skip_serializing_none;

use crate::rules::Rejection;
use crate::rules::pages::Table;
use crate::rules::quota::Usage;
use crate::rules::state::Uid;
use crate::words::{Instant, Phone, Zone, named};

/// Whose place in a group it is: users, then phones that nobody has registered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(in crate::rules) enum Seat {
    User(Uid),
    Phone(Phone),
}

named! {
    /// What a member may do.
    "role" Role {
        /// Hands it on, and closes the group.
        Owner = "owner",
        /// Invites, removes, sets, and sends SMS in the group's name.
        Admin = "admin",
        Member = "member",
    }
}

named! {
    /// Of whom something is allowed.
    "whom" Whoever {
        Everyone = "everyone",
        Admins = "admins",
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::rules) struct Member {
    pub(in crate::rules) role: Role,
    /// Their place in the order of joining.
    pub(super) joined: u32,
    /// Whether they wish no SMS of this group.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(in crate::rules) sms_off: bool,
}

/// A group that is not closed.
#[skip_serializing_none]
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(in crate::rules) struct Group {
    pub(in crate::rules) name: String,
    pub(in crate::rules) members: Table<Seat, Member>,
    /// Who is asked to join, and until when they may say yes.
    pub(in crate::rules) invited: Table<Seat, Instant>,
    /// How many have ever joined.
    pub(super) joined: u32,
    pub(in crate::rules) cap: u32,
    pub(in crate::rules) sms_day: u32,
    pub(in crate::rules) sms_month: u32,
    pub(in crate::rules) zone: Option<Zone>,
    pub(in crate::rules) writes: Whoever,
    pub(in crate::rules) invites: Whoever,
    #[serde(default, skip_serializing_if = "Usage::is_none")]
    pub(in crate::rules) usage: Usage,
}

impl Group {
    /// Whoever is in it or asked.
    pub(super) fn seats(&self) -> impl Iterator<Item = Seat> + '_ {
        self.members.iter().map(|(seat, _)| *seat).chain(self.invited.iter().map(|(seat, _)| *seat))
    }

    pub(in crate::rules) fn role(&self, seat: Seat) -> Option<Role> {
        self.members.get(&seat).map(|member| member.role)
    }

    /// How many are in it or asked.
    pub(super) fn taken(&self) -> usize {
        self.members.len() + self.invited.len()
    }

    /// That somebody is in it.
    pub(super) fn must_have(&self, uid: Uid) -> Result<Role, Rejection> {
        self.role(Seat::User(uid)).ok_or_else(Rejection::not_member)
    }

    /// That somebody is its owner or an administrator.
    pub(in crate::rules) fn must_be_led_by(&self, uid: Uid) -> Result<Role, Rejection> {
        match self.must_have(uid)? {
            role @ (Role::Owner | Role::Admin) => Ok(role),
            Role::Member => Err(Rejection::not_admin()),
        }
    }

    pub(super) fn must_be_owned_by(&self, uid: Uid) -> Result<(), Rejection> {
        match self.must_have(uid)? {
            Role::Owner => Ok(()),
            Role::Admin | Role::Member => Err(Rejection::not_owner()),
        }
    }

    /// That somebody may do what is everyone's or the administrators' alone.
    pub(in crate::rules) fn must_allow(&self, uid: Uid, whoever: Whoever) -> Result<(), Rejection> {
        match whoever {
            Whoever::Everyone => self.must_have(uid).map(drop),
            Whoever::Admins => self.must_be_led_by(uid).map(drop),
        }
    }

    /// That somebody may write to all of it.
    pub(in crate::rules) fn must_hear(&self, uid: Uid) -> Result<(), Rejection> {
        self.must_allow(uid, self.writes)
    }

    /// Who comes to own it when this one is gone: of those who can, the oldest administrator, or else the oldest member.
    pub(super) fn heir(&self, gone: Seat, can_own: impl Fn(Seat) -> bool) -> Option<Seat> {
        let users = self.members.iter().filter(|(seat, _)| **seat != gone && can_own(**seat));
        let rank = |member: &Member| (member.role == Role::Member, member.joined);
        users.min_by_key(|(_, member)| rank(member)).map(|(seat, _)| *seat)
    }
}
