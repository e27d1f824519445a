//! Opt-outs of this moment: what is granted to somebody who has just said that they want no more SMS is held back.
//!
//! The decider knows every opt-out and grants nothing against it. This is for the moment between grant and submit: every bridge
//! is told of a STOP by the one that heard it, before it is decided, and reads what was decided.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::Instant;
use tracing::debug;

use crate::log::{Log, Record, clock};
use crate::rules::attempt::Granted;
use crate::rules::group::SmsSet;
use crate::rules::identity::PreferenceSet;
use crate::rules::phone::{PhonePreferenceSet, Received, wish};
use crate::rules::{Command, Fact, Happened, phone};
use crate::wire::{from_msgpack, subjects, to_msgpack};
use crate::words::{GroupNumber, Party, Phone, ReplyTo, Span, UserName};

/// The facts that are read of EVENTS.
pub(super) const READS: &[&str] = &[PreferenceSet::NAME, PhonePreferenceSet::NAME, SmsSet::NAME];

/// Longer than a grant is good for.
const HELD_FOR: Duration = Duration::from_secs(30);
/// Longer than that, also between clocks that differ.
const LATE: Span = Span::from_secs(600);

#[derive(Debug, Default)]
pub(super) struct OptOuts(Mutex<Inner>);

#[derive(Debug, Default)]
struct Inner {
    phones: HashMap<Phone, Instant>,
    users: HashMap<UserName, Instant>,
    /// SMS of one group alone: of a phone as it was heard, of a member as it was decided.
    members: HashMap<(GroupNumber, Party), Instant>,
}

impl OptOuts {
    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Somebody wrote STOP: it counts from now on, before it is decided.
    pub(super) fn stop(&self, phone: Phone) {
        let now = Instant::now();
        let mut inner = self.lock();
        inner.phones.retain(|_, since| now.duration_since(*since) < HELD_FOR);
        inner.phones.insert(phone, now);
    }

    /// Somebody wrote START.
    pub(super) fn start(&self, phone: Phone) {
        self.lock().phones.remove(&phone);
    }

    /// Somebody wishes SMS of this group, or none.
    pub(super) fn of_group(&self, group: GroupNumber, who: Party, sms: bool) {
        let members = &mut self.lock().members;
        members.retain(|_, since| since.elapsed() < HELD_FOR);
        if sms {
            members.remove(&(group, who));
        } else {
            members.insert((group, who), Instant::now());
        }
    }

    /// Takes in what was decided of late: nothing was granted since against what was decided before.
    pub(super) fn read(&self, records: &[Record]) {
        let since = clock::now() + Span::from_ms(-LATE.ms());
        for record in records.iter().filter(|record| record.at > since) {
            let commit = record.commit();
            commit.iter().flat_map(|commit| &commit.facts).for_each(|fact| self.take(fact));
        }
    }

    /// Takes in what another bridge has heard.
    pub(super) fn told(&self, payload: &[u8]) {
        match from_msgpack(payload) {
            Ok(phone) => self.stop(phone),
            Err(why) => debug!(why, "no phone that wrote STOP"),
        }
    }

    fn take(&self, fact: &Fact) {
        if let Some(PreferenceSet { user, sms: Some(sms), findable: _ }) = fact.get() {
            self.wants(user, *sms);
        }
        match fact.get() {
            Some(PhonePreferenceSet { phone, sms: true }) => self.start(*phone),
            Some(PhonePreferenceSet { phone, sms: false }) => self.stop(*phone),
            None => {}
        }
        if let Some(SmsSet { group, who, sms }) = fact.get() {
            self.of_group(*group, who.clone(), *sms);
        }
    }

    fn wants(&self, user: &UserName, sms: bool) {
        let users = &mut self.lock().users;
        users.retain(|_, since| since.elapsed() < HELD_FOR);
        if sms {
            users.remove(user);
        } else {
            users.insert(user.clone(), Instant::now());
        }
    }

    /// Whether this grant may be used. Homing's own answers are not held back.
    pub(super) fn allow(&self, granted: &Granted) -> bool {
        let Some(from) = granted.from else { return true };
        let inner = self.lock();
        let holds = |since: &Instant| since.elapsed() < HELD_FOR;
        let member_stopped = match from {
            ReplyTo::Im(_) => false,
            ReplyTo::Group(group) => [granted.to.clone(), Party::Phone(granted.phone)]
                .into_iter()
                .any(|who| inner.members.get(&(group, who)).is_some_and(holds)),
        };
        let user_stopped = match &granted.to {
            Party::User(name) => inner.users.get(name).is_some_and(holds),
            Party::Phone(_) => false,
        };
        !member_stopped && !user_stopped && !inner.phones.get(&granted.phone).is_some_and(holds)
    }
}

/// Tells all bridges of a STOP, this one too. It overtakes its own decision, and so the answer to it: both go through the
/// same server later. Only a STOP: whoever was told one wrongly waits a moment, no more.
pub(super) async fn tell(log: &Log, command: &Command) {
    let Command::Phone(phone::Command::Received(Received { from: Some(phone), called, text, .. })) = command
    else {
        return;
    };
    if wish(called, text) == Some(false)
        && let Err(error) = log.client().publish(subjects::SMS_STOPS, to_msgpack(phone).into()).await
    {
        debug!(%error, "the other bridges hear of a STOP when it is decided");
    }
}
