//! A thing whose state somebody looks at: a user, a group, a schedule, a delivery; by its path, or by its id alone.

use std::fmt;
use std::str::FromStr;

use serde_json::{Map, Value, json};

use super::super::Named;
use super::Player;
use super::shape::Shape;
use crate::debug::deliveries::DeliveryShown;
use crate::log::Fault;
use crate::rules::{About, GroupShown, ScheduleShown, UserShown};
use crate::words::{Address, GroupNumber, MessageId, Party, ScheduleId};

/// What is looked at.
#[derive(Debug, Clone, PartialEq)]
pub enum Thing {
    Someone(Address),
    Group(GroupNumber),
    Schedule(ScheduleId),
    /// Of all its recipients, or of one.
    Delivery(MessageId, Option<Party>),
}

impl Thing {
    /// What a path begins with, and the names of the fields that follow: `user.bob.sms` is bob's `sms`.
    ///
    /// # Errors
    /// In words, where it names nothing.
    pub fn path(text: &str) -> Result<(Thing, Vec<String>), String> {
        let unknown = || {
            format!(
                "{text:?} is no user.NAME, group.NUMBER, schedule.ID, delivery.MESSAGE or delivery.MESSAGE.RECIPIENT, and no id of one"
            )
        };
        let mut parts = text.split('.');
        let (first, second) = (parts.next().unwrap_or_default(), parts.next());
        let rest: Vec<String> = parts.map(str::to_owned).collect();
        let Some(second) = second else {
            return one(first).map(|thing| (thing, Vec::new())).ok_or_else(unknown);
        };
        let thing = match first {
            "user" => second.parse().ok().map(Thing::Someone),
            "group" => second.parse().ok().map(Thing::Group),
            "schedule" => second.parse().ok().map(Thing::Schedule),
            "delivery" => {
                let message = second.parse().map_err(|_| unknown())?;
                let to = rest.first().and_then(|to| to.parse::<Party>().ok());
                let fields = rest.iter().skip(usize::from(to.is_some())).cloned().collect();
                return Ok((Thing::Delivery(message, to), fields));
            }
            _ => {
                let thing = one(first).ok_or_else(unknown)?;
                return Ok((thing, [second.to_owned()].into_iter().chain(rest).collect()));
            }
        };
        thing.map(|thing| (thing, rest)).ok_or_else(unknown)
    }

    /// The shape of what is shown of it, and of one field of that.
    pub(super) fn shape(&self, field: &str) -> Shape {
        match self {
            Thing::Someone(_) => Shape::of::<UserShown>(field),
            Thing::Group(_) => Shape::of::<GroupShown>(field),
            Thing::Schedule(_) => Shape::of::<ScheduleShown>(field),
            Thing::Delivery(..) => Shape::of::<DeliveryShown>(field),
        }
    }

    /// What a fact is about, where that can be looked at.
    pub(super) fn about(about: About<'_>) -> Option<Thing> {
        match about {
            About::User(name) => Some(Thing::Someone(Address::User(name.clone()))),
            About::Group(group) => Some(Thing::Group(group)),
            About::Schedule(schedule) => Some(Thing::Schedule(schedule)),
            About::Timer(timer) => timer.schedule().map(Thing::Schedule),
            About::Message(_) | About::Nobody => None,
        }
    }

    /// As it is now; null where there is none.
    pub(super) fn shown(&self, player: &Player) -> Result<Value, Fault> {
        let (state, now) = (player.state(), player.at());
        let value = |shown: Result<Value, serde_json::Error>| shown.unwrap_or(Value::Null);
        Ok(match self {
            Thing::Someone(address) => match state.named_by_address(address).and_then(|it| it.parse().ok()) {
                Some(name) => value(serde_json::to_value(state.shown_user(&name, now))),
                None => Value::Null,
            },
            Thing::Group(group) => value(serde_json::to_value(state.shown_group(*group, now))),
            Thing::Schedule(id) => value(serde_json::to_value(state.shown_schedule(*id))),
            Thing::Delivery(message, to) => {
                let mut all = Map::new();
                for ((_, party), reached) in player.deliveries_of(*message)? {
                    if to.as_ref().is_none_or(|to| *to == party) {
                        all.insert(party.to_string(), json!(reached.shown()));
                    }
                }
                match to {
                    Some(to) => all.remove(&to.to_string()).unwrap_or(Value::Null),
                    None if all.is_empty() => Value::Null,
                    None => Value::Object(all),
                }
            }
        })
    }
}

/// By its id alone; `m7/bob` is bob's delivery.
fn one(text: &str) -> Option<Thing> {
    if let Some((message, to)) = text.split_once('/') {
        return Some(Thing::Delivery(message.parse().ok()?, Some(to.parse().ok()?)));
    }
    match text.parse::<Named>().ok()? {
        Named::Message(message) => Some(Thing::Delivery(message, None)),
        Named::Schedule(schedule) => Some(Thing::Schedule(schedule)),
        Named::Group(group) => Some(Thing::Group(group)),
        Named::Someone(address) => Some(Thing::Someone(address)),
        Named::Command(_) | Named::BySmsc(_) => None,
    }
}

impl FromStr for Thing {
    type Err = String;
    fn from_str(text: &str) -> Result<Thing, String> {
        let (thing, fields) = Thing::path(text)?;
        if fields.is_empty() { Ok(thing) } else { Err(format!("{text:?} goes on behind what it names")) }
    }
}

impl fmt::Display for Thing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Thing::Someone(address) => write!(f, "user.{address}"),
            Thing::Group(group) => write!(f, "group.{group}"),
            Thing::Schedule(schedule) => write!(f, "schedule.{schedule}"),
            Thing::Delivery(message, None) => write!(f, "delivery.{message}"),
            Thing::Delivery(message, Some(to)) => write!(f, "delivery.{message}.{to}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_thing_is_named_by_its_path_or_by_its_id() {
        for (text, want, fields) in [
            ("bob", "user.bob", ""),
            ("user.bob.sms", "user.bob", "sms"),
            ("bob.sms", "user.bob", "sms"),
            ("#3001", "group.3001", ""),
            ("group.3001.members.bob", "group.3001", "members bob"),
            ("s42.paused", "schedule.s42", "paused"),
            ("m7", "delivery.m7", ""),
            ("m7/bob", "delivery.m7.bob", ""),
            ("delivery.m7.bob.state", "delivery.m7.bob", "state"),
            ("delivery.m7.+447700900001", "delivery.m7.+447700900001", ""),
        ] {
            let (thing, rest) = Thing::path(text).unwrap();
            assert_eq!((thing.to_string().as_str(), rest.join(" ").as_str()), (want, fields), "{text}");
        }
        assert!(Thing::path("smsc:7").is_err() && Thing::path("delivery.bob").is_err());
    }
}
