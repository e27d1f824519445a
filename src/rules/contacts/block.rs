//! Someone's messages are not wanted: they are filtered, with that reason.

use super::{contact, entry, has_room};
use crate::rules::command::OneContact;
use crate::rules::{Fact, Rejection, State};
use crate::words::UserName;

pub(in crate::rules) fn block(
    state: &State,
    user: &UserName,
    command: &OneContact,
) -> Result<Vec<Fact>, Rejection> {
    let who = contact(state, user, &command.who)?;
    match entry(state, user, &who) {
        Some(known) if known.blocked => return Ok(Vec::new()),
        Some(_) => {}
        None => has_room(state, user)?,
    }
    Ok(vec![Fact::ContactBlocked { user: user.clone(), who }])
}
