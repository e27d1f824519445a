//! An operator changes what is known of a user; what is not named stays.

use super::{details, secret_stamp, zone};
use crate::rules::command::Register;
use crate::rules::fact::UserDetails;
use crate::rules::{Fact, Rejection, State, sms};
use crate::words::UserName;

pub(in crate::rules) fn set(state: &State, command: &Register) -> Result<Vec<Fact>, Rejection> {
    let details = details(command)?;
    let uid = state.uid(&command.name).ok_or_else(|| Rejection::unknown_user(command.name.as_str()))?;
    if details.phone.and_then(|phone| state.uid_by_phone(phone)).is_some_and(|holder| holder != uid) {
        return Err(Rejection::phone_taken());
    }
    let user = state.user(uid);
    let changes = details.phone.is_some_and(|phone| user.phone != Some(phone))
        || zone(&details).is_some_and(|zone| user.zone != Some(zone))
        || details.day.is_some_and(|day| user.day != Some(day))
        || details.month.is_some_and(|month| user.month != Some(month))
        || details.secret.as_ref().is_some_and(|secret| user.secret != secret_stamp(Some(secret)));
    if !changes {
        return Ok(Vec::new());
    }
    let opted_out = sms::opted_out_phone(state, &command.name, details.phone);
    let changed = Fact::UserChanged { user: command.name.clone(), details };
    Ok(std::iter::once(changed).chain(opted_out).collect())
}

pub(super) fn evolve(state: &mut State, name: &UserName, details: &UserDetails) {
    let Some(uid) = state.uid(name) else { return };
    let before = state.user(uid).phone;
    if let Some(phone) = details.phone {
        if let Some(before) = before {
            state.phones.remove(&before);
        }
        state.phones.insert(phone, uid);
    }
    let user = state.user_mut(uid);
    user.phone = details.phone.or(user.phone);
    user.day = details.day.or(user.day);
    user.month = details.month.or(user.month);
    user.zone = zone(details).or(user.zone);
    if details.secret.is_some() {
        user.secret = secret_stamp(details.secret.as_ref());
    }
}
