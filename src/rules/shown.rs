//! What a person sees of the state who looks at one moment of it: a user, a group, a schedule, each as an object of plain fields.
//!
//! Invariant: no password, no key, no text of a message is shown.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_with::skip_serializing_none;

use super::group::{Group, Role, Seat, Whoever};
use super::message::Route;
use super::presence::DeviceClass;
use super::schedule::{OccurrenceName, Schedule};
use super::state::{Uid, User};
use super::{State, contacts::Contacts};
use crate::words::{
    Address, DeviceName, GroupNumber, ImNumber, Instant, Phone, ScheduleId, UserName, Zone, named,
};

named! {
    /// Whether something is wished.
    "wish" Wish {
        On = "on",
        Off = "off",
    }
}

named! {
    /// Whether somebody can be reached in a client.
    "presence" Reach {
        Online = "online",
        Offline = "offline",
    }
}

/// One registered person.
#[skip_serializing_none]
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct UserShown {
    pub user: UserName,
    pub im: Option<ImNumber>,
    pub phone: Option<Phone>,
    pub zone: Option<Zone>,
    pub suspended: bool,
    pub sms: Wish,
    pub findable: bool,
    pub presence: Reach,
    pub devices: BTreeMap<DeviceName, DeviceClass>,
    pub contacts: Vec<String>,
    pub blocked: Vec<String>,
    pub groups: Vec<GroupNumber>,
    /// The limits of a day and a month, and what is used of them.
    pub day: Option<u32>,
    pub month: Option<u32>,
    pub used_day: u32,
    pub used_month: u32,
    /// Deliveries that are open.
    pub open: usize,
}

/// A group that is not closed.
#[skip_serializing_none]
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct GroupShown {
    pub group: GroupNumber,
    pub name: String,
    pub members: BTreeMap<String, Role>,
    /// Of these, those who wish no SMS of it.
    pub sms_off: Vec<String>,
    /// Until when they may answer.
    pub invited: BTreeMap<String, String>,
    pub cap: u32,
    pub sms_day: u32,
    pub sms_month: u32,
    pub used_day: u32,
    pub used_month: u32,
    pub zone: Option<Zone>,
    pub writes: Whoever,
    pub invites: Whoever,
}

/// A schedule with an occurrence ahead.
#[skip_serializing_none]
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ScheduleShown {
    pub schedule: ScheduleId,
    pub from: UserName,
    pub to: Vec<String>,
    pub route: Route,
    pub paused: bool,
    pub next: Option<String>,
    pub last: Option<String>,
    pub skips: Vec<OccurrenceName>,
}

impl State {
    /// A user as they are at a moment; none where nobody is registered by that name.
    pub fn shown_user(&self, name: &UserName, now: Instant) -> Option<UserShown> {
        let uid = self.uid(name)?;
        let user = self.user(uid);
        let listed = |blocked: bool| user.contacts.iter().flat_map(move |list| self.listed(list, blocked));
        let (used_day, used_month) = user.usage.at(user.zone.unwrap_or(Zone::UTC), now);
        Some(UserShown {
            user: user.name.clone(),
            im: self.im(name),
            phone: user.phone,
            zone: user.zone,
            suspended: user.suspended,
            sms: if user.sms_off { Wish::Off } else { Wish::On },
            findable: user.findable,
            presence: if user.devices.is_empty() { Reach::Offline } else { Reach::Online },
            devices: devices(user),
            contacts: listed(false).collect(),
            blocked: listed(true).collect(),
            groups: self.groups_of(uid),
            day: user.day,
            month: user.month,
            used_day,
            used_month,
            open: user.mailbox.len(),
        })
    }

    /// Who an address is of: its name, or a phone that nobody has registered.
    pub fn named_by_address(&self, address: &Address) -> Option<String> {
        self.resolve(address).map(|party| party.to_string())
    }

    /// A group as it is at a moment; none where there is none by that number.
    pub fn shown_group(&self, number: GroupNumber, now: Instant) -> Option<GroupShown> {
        let group: &Group = self.groups.get(&number)?;
        let (used_day, used_month) = group.usage.at(group.zone.unwrap_or(Zone::UTC), now);
        let name = |seat: &Seat| self.party(*seat).to_string();
        Some(GroupShown {
            group: number,
            name: group.name.clone(),
            members: group.members.iter().map(|(seat, member)| (name(seat), member.role)).collect(),
            sms_off: group
                .members
                .iter()
                .filter(|(_, member)| member.sms_off)
                .map(|(seat, _)| name(seat))
                .collect(),
            invited: group.invited.iter().map(|(seat, until)| (name(seat), until.brief())).collect(),
            cap: group.cap,
            sms_day: group.sms_day,
            sms_month: group.sms_month,
            used_day,
            used_month,
            zone: group.zone,
            writes: group.writes,
            invites: group.invites,
        })
    }

    /// A schedule; none where it has no occurrence ahead, or never was.
    pub fn shown_schedule(&self, id: ScheduleId) -> Option<ScheduleShown> {
        let schedule: &Schedule = self.schedules.get(&id)?;
        let (content, _) = schedule.content(self);
        let people = content.to.iter().map(ToString::to_string);
        let group = content.group.map(|group| match content.app {
            Some(app) => format!("app:{app}#{group}"),
            None => format!("#{group}"),
        });
        Some(ScheduleShown {
            schedule: id,
            from: schedule.owner(self).name.clone(),
            to: people.chain(group).collect(),
            route: content.route,
            paused: schedule.paused,
            next: schedule.due().map(Instant::brief),
            last: schedule.last.map(Instant::brief),
            skips: schedule.skips.iter().copied().collect(),
        })
    }

    fn groups_of(&self, uid: Uid) -> Vec<GroupNumber> {
        let asked = |group: &GroupNumber| {
            self.groups.get(group).is_some_and(|group| group.role(Seat::User(uid)).is_some())
        };
        let all = self.seats.get(&Seat::User(uid)).into_iter().flatten();
        all.filter(|group| asked(group)).copied().collect()
    }

    fn listed(&self, list: &Contacts, blocked: bool) -> Vec<String> {
        let mut names: Vec<String> =
            list.all(self).filter(|(_, is)| *is == blocked).map(|(party, _)| party.to_string()).collect();
        names.sort_unstable();
        names
    }
}

fn devices(user: &User) -> BTreeMap<DeviceName, DeviceClass> {
    user.devices.iter().map(|device| (device.name.clone(), device.class)).collect()
}
