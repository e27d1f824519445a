//! Who has just said that they wish no more SMS: what has leave to be submitted to them is held back.
//!
//! The decider knows every wish and gives no leave against it. This is for the moment between leave and submit.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

use crate::rules::Fact;
use crate::rules::sms::Granted;
use crate::words::{Party, Phone, UserName};

/// Longer than a leave is good for.
const HELD_FOR: Duration = Duration::from_secs(30);

#[derive(Debug, Default)]
pub(super) struct Wishes(Mutex<Inner>);

#[derive(Debug, Default)]
struct Inner {
    phones: HashMap<Phone, Instant>,
    users: HashMap<UserName, Instant>,
}

impl Wishes {
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

    /// Takes in what was decided.
    pub(super) fn take(&self, fact: &Fact) {
        let mut inner = self.lock();
        if let Fact::PreferenceSet { user, sms } = fact {
            inner.users.retain(|_, since| since.elapsed() < HELD_FOR);
            if *sms {
                inner.users.remove(user);
            } else {
                inner.users.insert(user.clone(), Instant::now());
            }
        } else if let Fact::PhonePreferenceSet { phone, sms } = fact {
            if *sms {
                inner.phones.remove(phone);
            } else {
                inner.phones.insert(*phone, Instant::now());
            }
        }
    }

    /// Whether this leave may be used. Homing's own answers are not held back.
    pub(super) fn allow(&self, granted: &Granted) -> bool {
        if granted.from.is_none() {
            return true;
        }
        let inner = self.lock();
        let holds = |since: &Instant| since.elapsed() < HELD_FOR;
        let user_stopped = match &granted.to {
            Party::User(name) => inner.users.get(name).is_some_and(holds),
            Party::Phone(_) => false,
        };
        !user_stopped && !inner.phones.get(&granted.phone).is_some_and(holds)
    }
}
