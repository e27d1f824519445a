//! Someone is put on a contact list, renamed there, or unblocked.

use super::{ALIAS_LEN_MAX, contact, entry, has_room};
use crate::rules::command::AddContact;
use crate::rules::{Fact, Rejection, State};
use crate::words::UserName;

pub(in crate::rules) fn add(
    state: &State,
    user: &UserName,
    command: &AddContact,
) -> Result<Vec<Fact>, Rejection> {
    let who = contact(state, user, &command.who)?;
    if command.alias.as_ref().is_some_and(|alias| alias.len() > ALIAS_LEN_MAX) {
        return Err(Rejection::value_too_long("alias", ALIAS_LEN_MAX).at_field("alias"));
    }
    match entry(state, user, &who) {
        Some(known) if !known.blocked && known.alias.as_deref() == command.alias.as_deref() => {
            return Ok(Vec::new());
        }
        Some(_) => {}
        None => has_room(state, user)?,
    }
    Ok(vec![Fact::ContactAdded { user: user.clone(), who, alias: command.alias.clone() }])
}
