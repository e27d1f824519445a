//! Groups: who is in one, in which role, and who is asked to join.
//!
//! Invariant: a group has one owner, who is a user. Where nobody can be it the group is closed, and its number never comes again.
//! Invariant: those who are in a group and those who are asked are together at most as many as its cap.

mod actor;
mod answer;
mod asked;
mod create;
mod evolve;
mod facts;
mod grant;
mod invite;
mod kept;
mod leave;
mod notice;
mod remove;
mod set;

pub use super::areas::group::{Command, Fact};
pub use answer::{Answer, Answered};
pub use create::Create;
pub use facts::*;
pub use grant::Grant;
pub use invite::Invite;
pub use kept::{Role, Whoever};
pub use leave::{Close, Leave};
pub use remove::Remove;
pub use set::SetGroup;

pub(super) use actor::Actor;
pub(super) use answer::answer;
pub(super) use asked::AskedPhones;
pub(super) use evolve::{Seats, evolve, seats};
pub(super) use kept::{Group, Seat};
pub(super) use leave::leave;

use super::identity::Credentials;
use super::message::FilterReason;
use super::state::Uid;
use super::{Rejection, State};
use crate::words::{Address, AppNumber, GroupNumber, Instant, Party, Phone, UserName};

/// A name is shown at the head of an SMS of 160 characters.
const NAME_BYTES_MAX: usize = 60;
/// Unless its owner says otherwise.
const CAP: u32 = 200;
const CAP_MAX: u32 = 10_000;
/// The contract: how many group SMS a day and a month, unless its owner says otherwise.
const SMS_DAY: u32 = 3;
const SMS_MONTH: u32 = 31;
/// Groups that one person is in, at most.
const GROUPS_MAX: usize = 1_000;
/// Groups that one person is asked to join and has not answered: whoever asks takes none of the place for groups.
const ASKED_MAX: usize = 100;
/// Whoever is in more groups is put into no other one unasked.
const UNASKED_MAX: usize = 100;
/// Addresses in one command.
const NAMED_LEN_MAX: usize = 1_000;

impl State {
    /// The group that somebody was asked last to join, of those that they may still answer, and until when.
    pub(super) fn asked_last(&self, seat: Seat, at: Instant) -> Option<(Instant, GroupNumber)> {
        let until = |number: &GroupNumber| self.groups.get(number)?.invited.get(&seat).copied();
        let open = self.seats.get(&seat).into_iter().flatten();
        let open = open.filter_map(|number| Some((until(number)?, *number))).filter(|(until, _)| *until > at);
        open.max()
    }

    /// In how many groups somebody is, and how many ask them.
    fn places_of(&self, seat: Seat, at: Instant) -> (usize, usize) {
        let groups = self.seats.get(&seat).into_iter().flatten().filter_map(|number| self.groups.get(number));
        groups.fold((0, 0), |(is_in, asked), group| match group.invited.get(&seat) {
            Some(until) => (is_in, asked + usize::from(*until > at)),
            None => (is_in + 1, asked),
        })
    }

    /// That somebody may come into one more group.
    fn must_have_place(&self, seat: Seat, at: Instant) -> Result<(), Rejection> {
        if self.places_of(seat, at).0 >= GROUPS_MAX {
            return Err(Rejection::too_many_groups(&self.party(seat).to_string(), GROUPS_MAX, ASKED_MAX));
        }
        Ok(())
    }

    /// A group that is there.
    pub(super) fn group(&self, number: GroupNumber) -> Result<&Group, Rejection> {
        let group = self.groups.get(&number).map(Box::as_ref);
        group.ok_or_else(|| Rejection::unknown_group(&number.to_string()))
    }

    /// Why somebody gets no SMS: none of this group, or none at all.
    pub(super) fn wishes_no_sms(&self, who: Seat, group: Option<GroupNumber>) -> Option<FilterReason> {
        let member = || self.groups.get(&group?)?.members.get(&who);
        if member().is_some_and(|member| member.sms_off) {
            return Some(FilterReason::OptedOutOfGroup);
        }
        let off = match who {
            Seat::User(uid) => self.user(uid).sms_off,
            Seat::Phone(phone) => self.phones_off.contains_key(&phone),
        };
        off.then_some(FilterReason::OptedOut)
    }

    /// Whether somebody is not in a group that there is.
    pub(super) fn has_left(&self, who: Seat, group: Option<GroupNumber>) -> bool {
        group.and_then(|group| self.groups.get(&group)).is_some_and(|group| group.role(who).is_none())
    }

    /// How many an address means.
    pub(super) fn named_by(&self, address: &Address) -> usize {
        let group = address.group().and_then(|group| self.groups.get(&group));
        group.map_or(1, |group| group.members.len())
    }

    /// Those who get what somebody writes to a group, in which they are and may write.
    pub(super) fn hearers(&self, uid: Uid, number: GroupNumber) -> Result<Vec<Party>, Rejection> {
        let group = self.group(number)?;
        group.must_hear(uid)?;
        let others = group.members.iter().map(|(seat, _)| *seat).filter(|seat| *seat != Seat::User(uid));
        let people = others.filter(|seat| self.app_of(*seat).is_none());
        Ok(people.map(|seat| self.party(seat)).collect())
    }

    /// That somebody may write to an app in a group: both are in it.
    pub(super) fn must_serve(&self, app: AppNumber, uid: Uid, number: GroupNumber) -> Result<(), Rejection> {
        let group = self.group(number)?;
        group.role(Seat::User(uid)).ok_or_else(Rejection::not_member)?;
        let served = group.members.iter().any(|(seat, _)| self.app_of(*seat) == Some(app));
        if served { Ok(()) } else { Err(Rejection::unknown_app(&app.to_string(), &number.to_string())) }
    }

    /// The app that a member of a group is: what is written to all is not for it.
    fn app_of(&self, seat: Seat) -> Option<AppNumber> {
        match seat {
            Seat::User(uid) => self.user(uid).credentials.as_deref().and_then(Credentials::app),
            Seat::Phone(_) => None,
        }
    }

    pub(super) fn seat(&self, party: &Party) -> Option<Seat> {
        match party {
            Party::User(name) => self.uid(name).map(Seat::User),
            Party::Phone(phone) => Some(Seat::Phone(*phone)),
        }
    }

    pub(super) fn party(&self, seat: Seat) -> Party {
        match seat {
            Seat::User(uid) => Party::User(self.user(uid).name.clone()),
            Seat::Phone(phone) => Party::Phone(phone),
        }
    }

    /// Whose seat an address means, if anybody's: a phone that nobody has registered is its own.
    fn seat_at(&self, address: &Address) -> Option<Seat> {
        self.seat(&self.resolve(address)?)
    }
}

/// What becomes of the seats of a phone that is somebody's from now on.
pub(super) fn claims(state: &State, user: &UserName, phone: Option<Phone>) -> Vec<super::Fact> {
    let Some(phone) = phone else { return Vec::new() };
    let groups = state.seats.get(&Seat::Phone(phone)).into_iter().flatten();
    groups.map(|group| Claimed { group: *group, phone, user: user.clone() }.into()).collect()
}

/// Whether somebody gets SMS of a group they are in; none where it is as they wish.
pub(super) fn wishes_sms(
    state: &State,
    who: Party,
    number: GroupNumber,
    sms: Option<bool>,
) -> Result<Option<super::Fact>, Rejection> {
    let members = &state.group(number)?.members;
    let member = state.seat(&who).and_then(|seat| members.get(&seat));
    let member = member.ok_or_else(|| Rejection::not_member().at_field("group"))?;
    let changes = |sms: &bool| member.sms_off == *sms;
    Ok(sms.filter(changes).map(|sms| SmsSet { group: number, who, sms }.into()))
}

/// Of a name that people read in an SMS.
fn must_be_a_name(name: &str) -> Result<(), Rejection> {
    let is_read = |c: char| !c.is_control() && !is_bidi_control(c);
    let is_seen = |c: char| !c.is_whitespace() && !is_invisible(c);
    if name.trim() != name
        || name.len() > NAME_BYTES_MAX
        || !name.chars().all(is_read)
        || !name.chars().any(is_seen)
    {
        return Err(Rejection::bad_group_name(NAME_BYTES_MAX));
    }
    Ok(())
}

/// What turns the direction of what stands behind it (Unicode, UAX 9): a name could show itself as another one.
fn is_bidi_control(c: char) -> bool {
    matches!(c, '\u{200e}' | '\u{200f}' | '\u{061c}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// What shows nothing by itself (Unicode, Default_Ignorable_Code_Point): a name has something else too.
fn is_invisible(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{34f}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{180b}'..='\u{180f}'
        | '\u{200b}'..='\u{200d}' | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}'
        | '\u{fff0}'..='\u{fff8}' | '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e0fff}')
}

fn must_be_a_cap(cap: u32, taken: usize) -> Result<(), Rejection> {
    let least = u32::try_from(taken).unwrap_or(u32::MAX).max(1);
    if (least..=CAP_MAX).contains(&cap) { Ok(()) } else { Err(Rejection::bad_cap(least, CAP_MAX)) }
}
