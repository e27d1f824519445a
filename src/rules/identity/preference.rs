//! A user's wish not to get SMS, or to get them again.

use crate::rules::command::{SetPreference, Switch};
use crate::rules::{Fact, Rejection, State};
use crate::words::UserName;

pub(in crate::rules) fn set_preference(
    state: &State,
    user: &UserName,
    command: &SetPreference,
) -> Result<Vec<Fact>, Rejection> {
    let sms = command.sms == Switch::On;
    let as_wished = state.user_named(user).is_some_and(|user| user.sms_off != sms);
    Ok(if as_wished { Vec::new() } else { vec![Fact::PreferenceSet { user: user.clone(), sms }] })
}
