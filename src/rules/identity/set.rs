//! An operator changes what is known of a user; what is not named stays.

use super::{must_be_shaped, secret_stamp, zone};
use crate::rules::command::SetUser;
use crate::rules::fact::UserChanges;
use crate::rules::{Fact, Rejection, State, sms};
use crate::words::UserName;

pub(in crate::rules) fn set(state: &State, command: &SetUser) -> Result<Vec<Fact>, Rejection> {
    must_be_shaped(command.zone.as_deref(), command.secret.as_deref())?;
    let SetUser { name: _, phone, secret, zone: home, day, month } = command.clone();
    let details = UserChanges { phone, secret, zone: home, day, month };
    let uid = state.uid(&command.name).ok_or_else(|| Rejection::unknown_user(command.name.as_str()))?;
    if details.phone.and_then(|phone| state.uid_by_phone(phone)).is_some_and(|holder| holder != uid) {
        return Err(Rejection::phone_taken());
    }
    let user = state.user(uid);
    let changes = details.phone.is_some_and(|phone| user.phone != Some(phone))
        || zone(details.zone.as_deref()).is_some_and(|zone| user.zone != Some(zone))
        || details.day.is_some_and(|day| user.day != day)
        || details.month.is_some_and(|month| user.month != month)
        || details.secret.as_ref().is_some_and(|secret| user.secret != secret_stamp(Some(secret)));
    if !changes {
        return Ok(Vec::new());
    }
    let opted_out = sms::opted_out_phone(state, &command.name, details.phone);
    let changed = Fact::UserChanged { user: command.name.clone(), details };
    Ok(std::iter::once(changed).chain(opted_out).collect())
}

pub(super) fn evolve(state: &mut State, name: &UserName, details: &UserChanges) {
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
    user.day = details.day.unwrap_or(user.day);
    user.month = details.month.unwrap_or(user.month);
    user.zone = zone(details.zone.as_deref()).or(user.zone);
    if details.secret.is_some() {
        user.secret = secret_stamp(details.secret.as_ref());
    }
}
