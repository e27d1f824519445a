//! What the facts of groups change.

use std::collections::{BTreeMap, BTreeSet};

use super::kept::Member;
use super::{Changed, Claimed, Closed, Created, Declined, Fact, Group, Invited, Joined, Left, Role, RoleSet};
use super::{Seat, SmsSet, Whoever};
use crate::rules::State;
use crate::rules::pages::Table;
use crate::rules::quota::Usage;
use crate::words::{GroupNumber, Instant, Party};

/// The groups that each is in or asked to join.
pub(in crate::rules) type Seats = BTreeMap<Seat, BTreeSet<GroupNumber>>;

/// The same, from the groups.
pub(in crate::rules) fn seats(groups: &Table<GroupNumber, Box<Group>>) -> Seats {
    let mut seats = Seats::new();
    for (number, group) in groups.iter() {
        for seat in group.seats() {
            seats.entry(seat).or_default().insert(*number);
        }
    }
    seats
}

impl State {
    fn sits(&mut self, seat: Seat, number: GroupNumber) {
        self.seats.entry(seat).or_default().insert(number);
    }

    fn stands_up(&mut self, seat: Seat, number: GroupNumber) {
        if let Some(groups) = self.seats.get_mut(&seat) {
            groups.remove(&number);
            if groups.is_empty() {
                self.seats.remove(&seat);
            }
        }
    }

    fn change(&mut self, number: GroupNumber, change: impl FnOnce(&mut Group)) {
        if let Some(group) = self.groups.get_mut(&number) {
            change(group);
        }
    }
}

pub(in crate::rules) fn evolve(state: &mut State, fact: &Fact, now: Instant) {
    match fact {
        Fact::Created(created) => creates(state, created),
        Fact::Changed(changed) => changes(state, changed),
        Fact::Invited(Invited { group, who, by: _, until }) => {
            // Whoever let theirs pass leaves room.
            forgets(state, *group, now);
            for seat in who.iter().filter_map(|who| state.seat(who)).collect::<Vec<Seat>>() {
                state.change(*group, |group| group.invited.insert(seat, *until));
                state.sits(seat, *group);
                if let Seat::Phone(phone) = seat {
                    state.asked_phones.asked(phone, *group, now);
                }
            }
        }
        Fact::Joined(Joined { group, who, by: _ }) => {
            let seats: Vec<Seat> = who.iter().filter_map(|who| state.seat(who)).collect();
            seats.into_iter().for_each(|seat| joins(state, *group, seat, Role::Member));
        }
        Fact::Declined(Declined { group, who }) | Fact::Left(Left { group, who, by: _ }) => {
            leaves(state, *group, who);
        }
        Fact::RoleSet(RoleSet { group, who, role, inherited: _ }) => {
            let seat = state.uid(who).map(Seat::User);
            state.change(*group, |group| {
                let member = seat.and_then(|seat| group.members.get_mut(&seat));
                member.into_iter().for_each(|member| member.role = *role);
            });
        }
        Fact::Claimed(claimed) => claims(state, claimed),
        Fact::SmsSet(SmsSet { group, who, sms }) => {
            let seat = state.seat(who);
            state.change(*group, |group| {
                let member = seat.and_then(|seat| group.members.get_mut(&seat));
                member.into_iter().for_each(|member| member.sms_off = !sms);
            });
        }
        Fact::Closed(Closed { group }) => {
            let Some(closed) = state.groups.remove(group) else { return };
            closed.seats().for_each(|seat| state.stands_up(seat, *group));
        }
    }
}

fn creates(state: &mut State, created: &Created) {
    let Created { group: number, owner, name, cap, sms_day, sms_month, zone } = created;
    let group = Group {
        name: name.clone(),
        members: Table::default(),
        invited: Table::default(),
        joined: 0,
        cap: *cap,
        sms_day: *sms_day,
        sms_month: *sms_month,
        zone: *zone,
        writes: Whoever::Everyone,
        invites: Whoever::Admins,
        usage: Usage::default(),
    };
    state.groups.insert(*number, Box::new(group));
    state.groups_made += 1;
    if let Some(owner) = state.uid(owner) {
        joins(state, *number, Seat::User(owner), Role::Owner);
    }
}

fn changes(state: &mut State, changed: &Changed) {
    let Changed { group, name, cap, sms_day, sms_month, zone, writes, invites } = changed;
    state.change(*group, |group| {
        group.name = name.clone().unwrap_or(std::mem::take(&mut group.name));
        group.cap = cap.unwrap_or(group.cap);
        group.sms_day = sms_day.unwrap_or(group.sms_day);
        group.sms_month = sms_month.unwrap_or(group.sms_month);
        group.zone = zone.or(group.zone);
        group.writes = writes.unwrap_or(group.writes);
        group.invites = invites.unwrap_or(group.invites);
    });
}

fn joins(state: &mut State, number: GroupNumber, seat: Seat, role: Role) {
    let Some(group) = state.groups.get_mut(&number) else { return };
    group.invited.remove(&seat);
    group.joined += 1;
    let joined = group.joined;
    if let Seat::Phone(phone) = seat {
        state.asked_phones.forget(phone, number);
    }
    group.members.get_or_insert_with(seat, || Member { role, joined, sms_off: false });
    state.sits(seat, number);
}

fn forgets(state: &mut State, number: GroupNumber, now: Instant) {
    let Some(group) = state.groups.get_mut(&number) else { return };
    let over = group.invited.iter().filter(|(_, until)| **until <= now).map(|(seat, _)| *seat);
    let over: Vec<Seat> = over.collect();
    for seat in &over {
        group.invited.remove(seat);
    }
    over.into_iter().for_each(|seat| state.stands_up(seat, number));
}

fn leaves(state: &mut State, number: GroupNumber, who: &Party) {
    let Some(seat) = state.seat(who) else { return };
    state.change(number, |group| {
        group.invited.remove(&seat);
        group.members.remove(&seat);
    });
    state.stands_up(seat, number);
}

/// A phone's seat becomes its owner's. Who sits there already keeps what they had.
fn claims(state: &mut State, Claimed { group: number, phone, user }: &Claimed) {
    let (from, Some(uid)) = (Seat::Phone(*phone), state.uid(user)) else { return };
    let to = Seat::User(uid);
    state.asked_phones.forget(*phone, *number);
    state.change(*number, |group| {
        if let Some(member) = group.members.remove(&from) {
            group.members.get_or_insert_with(to, || member);
        }
        let asked = group.invited.remove(&from);
        let is_in = group.members.contains_key(&to);
        match asked {
            Some(until) if !is_in => group.invited.insert(to, until),
            Some(_) | None if is_in => drop(group.invited.remove(&to)),
            Some(_) | None => {}
        }
    });
    state.stands_up(from, *number);
    state.sits(to, *number);
}
