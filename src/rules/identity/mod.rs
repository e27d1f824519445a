//! Identity: who is registered, with what phone, and what they show and wish.

mod code;
mod credentials;
mod facts;
mod limits;
mod password;
mod preference;
mod profile;
mod register;
mod resume;
mod set;
mod suspend;

pub use super::areas::identity::{Command, Fact};
pub(super) use code::gives_first_code;
pub use code::{GiveCode, TryCode, hash_of_drawn};
pub(super) use credentials::Credentials;
pub use facts::*;
pub use limits::{LimitChanges, Limits};
pub use password::SetPassword;
pub use preference::{GroupWish, SetPreference, Switch};
pub use profile::SetProfile;
pub use register::Register;
pub(super) use register::registers;
pub use resume::Resume;
pub use set::SetUser;
pub use suspend::Suspend;

use serde::Deserialize;

use super::state::{Uid, User};
use super::{Rejection, State};
use crate::words::{Nkey, UserName, Zone};

/// A PHC string of Argon2id has about 100 bytes.
const SECRET_LEN_MAX: usize = 512;

/// Whether the phone is free is another question.
fn must_be_shaped(zone: Option<&str>, secret: Option<&str>) -> Result<(), Rejection> {
    if let Some(zone) = zone {
        zone.parse::<Zone>().map_err(|_| Rejection::bad_zone())?;
    }
    if secret.is_some_and(|secret| secret.len() > SECRET_LEN_MAX) {
        return Err(Rejection::value_too_long("secret", SECRET_LEN_MAX).at_field("secret"));
    }
    if secret.is_some_and(|secret| !secret.starts_with("$argon2id$")) {
        return Err(Rejection::bad_secret());
    }
    Ok(())
}

/// Nobody else signs in with it.
fn must_be_free(state: &State, nkey: Option<&Nkey>, uid: Option<Uid>) -> Result<(), Rejection> {
    let holder = nkey.and_then(|nkey| state.nkeys.get(&credentials::stamp(nkey.as_str())));
    if holder.is_some_and(|holder| Some(*holder) != uid) { Err(Rejection::key_taken()) } else { Ok(()) }
}

/// A zone that the database of this version does not have is none.
fn zone(name: Option<&str>) -> Option<Zone> {
    name?.parse().ok()
}

/// A field that is there, be it with `null`: one that is not is never read.
fn said<'de, D, T>(deserializer: D) -> Result<Option<Option<T>>, D::Error>
where
    D: serde::Deserializer<'de>,
    T: Deserialize<'de>,
{
    Option::deserialize(deserializer).map(Some)
}

fn is_suspended(state: &State, name: &UserName) -> Result<bool, Rejection> {
    let user = state.user_named(name).ok_or_else(|| Rejection::unknown_user(name.as_str()))?;
    Ok(user.suspended)
}

pub(super) fn evolve(state: &mut State, fact: &Fact) {
    match fact {
        Fact::Registered(Registered { user, details, im: _ }) => state.add_user(User {
            name: user.clone(),
            phone: details.phone,
            zone: zone(details.zone.as_deref()),
            day: details.day,
            month: details.month,
            usage: Default::default(),
            pace: Default::default(),
            ids: None,
            limits: None,
            credentials: Credentials::of(details),
            suspended: false,
            sms_off: false,
            findable: false,
            devices: Vec::new(),
            contacts: None,
            mailbox: Default::default(),
        }),
        Fact::Changed(changed) => set::evolve(state, changed),
        Fact::Suspended(Suspended { user }) => {
            change(state, user, |user| user.suspended = true);
            code::ended(state, user);
        }
        Fact::Resumed(Resumed { user }) => change(state, user, |user| user.suspended = false),
        Fact::CodeGiven(given) => code::given(state, given),
        Fact::CodeMissed(missed) => code::missed(state, missed),
        Fact::CodeUsed(CodeUsed { user, .. }) => code::ended(state, user),
        Fact::PreferenceSet(PreferenceSet { user, sms, findable }) => change(state, user, |user| {
            user.sms_off = sms.map_or(user.sms_off, |sms| !sms);
            user.findable = findable.unwrap_or(user.findable);
        }),
        // Nothing is decided from what somebody shows.
        Fact::ProfileSet(_) => {}
    }
}

fn change(state: &mut State, name: &UserName, change: impl FnOnce(&mut User)) {
    if let Some(user) = state.user_named_mut(name) {
        change(user);
    }
}
