//! Someone is taken off a contact list; who was blocked may write again.

use super::{contact, entry};
use crate::rules::command::OneContact;
use crate::rules::{Fact, Rejection, State};
use crate::words::UserName;

pub(in crate::rules) fn remove(
    state: &State,
    user: &UserName,
    command: &OneContact,
) -> Result<Vec<Fact>, Rejection> {
    let who = contact(state, user, &command.who)?;
    if entry(state, user, &who).is_none() {
        return Ok(Vec::new());
    }
    Ok(vec![Fact::ContactRemoved { user: user.clone(), who }])
}
