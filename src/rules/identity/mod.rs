//! Who is registered, with what phone, and what they show and wish.

mod preference;
mod profile;
mod register;
mod set;
mod standing;

pub(super) use preference::set_preference;
pub(super) use profile::set_profile;
pub(super) use register::register;
pub(super) use set::set;
pub(super) use standing::{resume, suspend};

use super::state::User;
use super::{Fact, Rejection, Stamp, State};
use crate::words::Zone;

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
    Ok(())
}

/// A zone that the database of this version does not have is none.
fn zone(name: Option<&str>) -> Option<Zone> {
    name?.parse().ok()
}

fn secret_stamp(secret: Option<&String>) -> Option<Box<Stamp>> {
    secret.map(|secret| Box::new(Stamp::of(&[secret.as_bytes()])))
}

pub(super) fn evolve(state: &mut State, fact: &Fact) {
    if let Fact::UserRegistered { user, details, .. } = fact {
        state.add_user(User {
            name: user.clone(),
            phone: details.phone,
            zone: zone(details.zone.as_deref()),
            day: details.day,
            month: details.month,
            usage: Default::default(),
            secret: secret_stamp(details.secret.as_ref()),
            suspended: false,
            sms_off: false,
            devices: Vec::new(),
            contacts: None,
            mailbox: Default::default(),
        });
    } else if let Fact::UserChanged { user, details } = fact {
        set::evolve(state, user, details);
    } else if let Fact::UserSuspended { user } = fact {
        standing::evolve(state, user, true);
    } else if let Fact::UserResumed { user } = fact {
        standing::evolve(state, user, false);
    } else if let Fact::PreferenceSet { user, sms } = fact
        && let Some(user) = state.user_named_mut(user)
    {
        user.sms_off = !sms;
    }
}
