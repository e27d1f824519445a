//! The mixture: which command comes next, the same in every run.

use bytes::Bytes;

use super::people::{IN_A_GROUP, name};
use crate::log::clock;
use crate::rules::Command;
use crate::rules::message::{Route, Send};
use crate::rules::presence::{DeviceClass, Encoding, Offline, Online};
use crate::rules::schedule::{Create, OneOrMany, When};
use crate::wire::{command, subjects};
use crate::words::{Address, DeviceName, GroupNumber, Span, UserName, Zone};

/// Who is online at a time: they come one after the other, and go after as many.
const ONLINE: usize = 5_000;
/// Shorter than the stay of most; those who say nothing lapse.
const LEASE: Span = Span::from_secs(30);
const TO_MANY: usize = 1_000;
/// Due within two minutes: they fire already while the pace is learnt.
const SCHEDULED_WITHIN_MS: u32 = 120_000;
/// One in so many commands is to a thousand.
const TO_MANY_EVERY: u64 = 4_000;

pub(super) struct Mixture {
    users: usize,
    /// As many as were made first of all, so that their numbers are known.
    groups: usize,
    /// Commands so far.
    sent: u64,
    /// Who came online so far, all users in turn.
    came: usize,
    gone: usize,
}

impl Mixture {
    pub(super) fn new(users: usize, groups: usize) -> Mixture {
        Mixture { users, groups, sent: 0, came: 0, gone: 0 }
    }

    /// The subject and payload of the next command. Of a thousand: 150 come or go, 10 are scheduled, 19 refused, 5 to a group, the others direct
    /// messages, nine in ten of them to somebody online.
    pub(super) fn next(&mut self) -> (String, Bytes) {
        self.sent += 1;
        if self.sent.is_multiple_of(TO_MANY_EVERY) {
            return self.to_many();
        }
        match scattered(self.sent, 1_000) {
            0..150 => self.presence(),
            150..160 => self.scheduled(),
            160..179 => self.refused(),
            179..184 if self.groups > 0 => self.to_a_group(),
            _ => self.direct(),
        }
    }

    fn presence(&mut self) -> (String, Bytes) {
        let device: DeviceName = "phone".parse().expect("it has the shape of a device's name");
        if self.came < self.gone + ONLINE.min(self.users / 2) {
            self.came += 1;
            let online = Online { device, class: DeviceClass::Pc, lease: LEASE };
            return said(&name(self.came % self.users), &Command::from(online));
        }
        self.gone += 1;
        // Every second one goes without a word.
        if self.gone.is_multiple_of(2) {
            return self.direct();
        }
        said(&name(self.gone % self.users), &Command::from(Offline { device }))
    }

    fn direct(&self) -> (String, Bytes) {
        let to = if scattered(self.sent ^ 0x5bd1, 10) == 0 {
            self.anybody(1)
        } else {
            let online = (self.came - self.gone).max(1) as u64;
            name((self.gone + 1 + scattered(self.sent ^ 0xa5a5, online) as usize) % self.users)
        };
        said(&self.anybody(2), &Command::from(self.send(vec![Address::User(to)], Route::Im)))
    }

    fn to_many(&self) -> (String, Bytes) {
        let first = scattered(self.sent, self.users as u64) as usize;
        let to =
            (0..TO_MANY.min(self.users)).map(|number| Address::User(name((first + number) % self.users)));
        said(&self.anybody(3), &Command::from(self.send(to.collect(), Route::Im)))
    }

    /// Of a group everybody in turn writes to it.
    fn to_a_group(&self) -> (String, Bytes) {
        let group = scattered(self.sent ^ 0x77, self.groups as u64) as usize;
        let by = name(group * IN_A_GROUP + self.sent as usize % IN_A_GROUP);
        let number = u32::try_from(group).ok().and_then(GroupNumber::of_index);
        let to = number.into_iter().map(Address::Group).collect();
        said(&by, &Command::from(self.send(to, Route::Im)))
    }

    fn scheduled(&self) -> (String, Bytes) {
        let due =
            clock::now() + Span::from_ms(1_000 + scattered(self.sent, SCHEDULED_WITHIN_MS.into()) as i64);
        let at = Some(OneOrMany::One(Zone::UTC.local(due).to_string()));
        let when = When { at, zone: Some("UTC".to_owned()), ..When::default() };
        let message = Send { id: None, ..self.send(vec![Address::User(self.anybody(4))], Route::Im) };
        said(&self.anybody(5), &Command::from(Create { message, when, id: Some(format!("s{}", self.sent)) }))
    }

    /// To nobody that exists.
    fn refused(&self) -> (String, Bytes) {
        let nobody = "nobody".parse().expect("it has the shape of a name");
        said(&self.anybody(6), &Command::from(self.send(vec![Address::User(nobody)], Route::Im)))
    }

    fn send(&self, to: Vec<Address>, route: Route) -> Send {
        let text = Some(format!("{:>100}", self.sent).into());
        Send { to, text, route, id: Some(format!("m{}", self.sent)), ..Send::default() }
    }

    fn anybody(&self, salt: u64) -> UserName {
        name(scattered(self.sent.wrapping_mul(8).wrapping_add(salt), self.users as u64) as usize)
    }
}

fn said(by: &UserName, command: &Command) -> (String, Bytes) {
    let subject = subjects::command(by.as_str(), command.verb());
    (subject, command::encode(command, Encoding::Msgpack).into())
}

/// A number below `below` that looks like chance and is the same in every run (the finalizer of SplitMix64).
fn scattered(number: u64, below: u64) -> u64 {
    let mut mixed = number.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    (mixed ^ (mixed >> 31)) % below.max(1)
}
