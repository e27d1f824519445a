//! Group SMS: a text in a group's name to the phones of all its members, online or not; by its administrators, within its quota.

use serde::{Deserialize, Serialize};
use serde_with::skip_serializing_none;

use super::routing::{self, Channel, FilterReason, RouteReason};
use super::send::{Send, mailbox_len_max};
use super::{Filtered, Route, Routed};
use crate::rules::attempt::Adapter;
use crate::rules::group::Seat;
use crate::rules::quota::{self, Limits};
use crate::rules::state::{Uid, User};
use crate::rules::{Fact, Rejection, State};
use crate::words::{GroupNumber, Instant, MessageId, Zone};

/// `as_group`: whether it is, or the group itself, which `to` names too.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(untagged, expecting = "`as_group` is true, false, or the group that `to` names")]
pub enum AsGroup {
    Switch(bool),
    Group(GroupNumber),
}

impl AsGroup {
    /// Whether it is sent in this group's name.
    ///
    /// # Errors
    /// Where it names another one, or none is written to.
    fn of(&self, to: Option<GroupNumber>) -> Result<bool, Rejection> {
        match (self, to) {
            (AsGroup::Switch(false), _) => Ok(false),
            (AsGroup::Switch(true), Some(_)) => Ok(true),
            (AsGroup::Group(named), Some(group)) if *named == group => Ok(true),
            (AsGroup::Switch(true) | AsGroup::Group(_), _) => Err(Rejection::no_group_named()),
        }
    }
}

/// Whether it is sent in the group's name, and that name heads it.
pub(super) fn asked(command: &Send, group: Option<GroupNumber>) -> Result<Option<bool>, Rejection> {
    let is_named = command.as_group.as_ref().is_some_and(|as_group| *as_group != AsGroup::Switch(false));
    if command.with_header.is_some() && !is_named {
        return Err(Rejection::no_group_named().at_field("with_header"));
    }
    let in_name = command.as_group.as_ref().map_or(Ok(false), |as_group| as_group.of(group))?;
    if in_name && command.text.is_none() {
        return Err(Rejection::empty_message());
    }
    if in_name && !matches!(command.route, Route::Auto | Route::By(Adapter::Sms)) {
        return Err(Rejection::unsupported("a group SMS by another route").at_field("route"));
    }
    Ok(in_name.then_some(command.with_header.unwrap_or(true)))
}

/// What is written down of a message in its group's name.
#[skip_serializing_none]
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct InName {
    /// The group's name, where it heads the text.
    pub head: Option<String>,
    /// The date that it counts on with the group's quota: days since 1970-01-01.
    pub day: i32,
}

/// To whom it goes and why not to others, and what is written down of it.
pub(super) fn plan(
    state: &State,
    (uid, sender): (Uid, &User),
    (number, header): (GroupNumber, bool),
    message: MessageId,
    at: Instant,
) -> Result<(Vec<Fact>, InName), Rejection> {
    let group = state.group(number)?;
    group.must_be_led_by(uid)?;
    let zone = group.zone.unwrap_or(Zone::UTC);
    let limits = Limits { day: Some(group.sms_day), month: Some(group.sms_month) };
    group.usage.check(limits, 1, zone, at).map_err(Rejection::of_group_sms)?;
    let others = group.members.iter().map(|(seat, _)| *seat).filter(|seat| *seat != Seat::User(uid));
    let deliveries: Vec<Fact> = others
        .map(|seat| {
            let to = state.party(seat);
            match why_not(state, (seat, number), sender) {
                Some(reason) => {
                    let (from, encoding, group) = (None, None, Some(number));
                    Filtered { message, to, reason, from, encoding, group }.into()
                }
                None => {
                    let (channel, because) = (Channel::By(Adapter::Sms), RouteReason::AskedFor);
                    let (seen, body, encoding, place) = (None, None, None, None);
                    Routed { message, to, channel, because, seen, body, encoding, place }.into()
                }
            }
        })
        .collect();
    if deliveries.is_empty() {
        return Err(Rejection::nobody_else());
    }
    let head = header.then(|| group.name.clone());
    Ok((deliveries, InName { head, day: quota::today(zone, at) }))
}

/// The first reason of these, in this order; only then is a phone looked for.
fn why_not(state: &State, (seat, group): (Seat, GroupNumber), sender: &User) -> Option<FilterReason> {
    let user = match seat {
        Seat::User(uid) => Some(state.user(uid)),
        Seat::Phone(_) => None,
    };
    let no_sms = state.wishes_no_sms(seat, Some(group));
    let of_group = no_sms.filter(|reason| *reason == FilterReason::OptedOutOfGroup);
    let held = || user.and_then(|user| routing::held(state, user, Some(sender)));
    let no_phone = || user.filter(|user| user.phone.is_none()).map(|_| FilterReason::NoPhone);
    let full = || {
        let full = user.is_some_and(|user| user.mailbox.len() >= mailbox_len_max(user));
        full.then_some(FilterReason::MailboxFull)
    };
    of_group.or_else(held).or(no_sms).or_else(no_phone).or_else(full)
}
