//! A person is registered, and gets an IM number.

use super::{must_be_shaped, secret_stamp, zone};
use crate::rules::command::Register;
use crate::rules::fact::UserDetails;
use crate::rules::{Fact, Rejection, State, sms};
use crate::words::ImNumber;

pub(in crate::rules) fn register(state: &State, command: &Register) -> Result<Vec<Fact>, Rejection> {
    must_be_shaped(command.zone.as_deref(), command.secret.as_deref())?;
    let Register { name: _, phone, secret, zone: home, day, month } = command.clone();
    let details = UserDetails { phone, secret, zone: home, day, month };
    if let Some(user) = state.user_named(&command.name) {
        let same = user.phone == details.phone
            && user.zone == zone(details.zone.as_deref())
            && user.day == details.day
            && user.month == details.month
            && user.secret == secret_stamp(details.secret.as_ref());
        return if same { Ok(Vec::new()) } else { Err(Rejection::user_exists(command.name.as_str())) };
    }
    if details.phone.is_some_and(|phone| state.uid_by_phone(phone).is_some()) {
        return Err(Rejection::phone_taken());
    }
    let im = ImNumber::of_index(state.users_len()).ok_or_else(Rejection::numbers_used_up)?;
    let opted_out = sms::opted_out_phone(state, &command.name, details.phone);
    let registered = Fact::UserRegistered { user: command.name.clone(), im, details };
    Ok(std::iter::once(registered).chain(opted_out).collect())
}
