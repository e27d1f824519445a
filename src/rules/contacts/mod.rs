//! A user's contact list, and whom they do not want to hear from.

mod add;
mod block;
mod remove;

pub(super) use add::add;
pub(super) use block::block;
pub(super) use remove::remove;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{Fact, Rejection, State};
use crate::words::{Address, Party, UserName};

/// More than any address book in use; it bounds the decider's memory.
const CONTACTS_LEN_MAX: usize = 5_000;
const ALIAS_LEN_MAX: usize = 256;

/// A contact list: who is on it under what alias, and who is blocked.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Contacts {
    entries: BTreeMap<Party, Entry>,
}

#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
struct Entry {
    alias: Option<Box<str>>,
    blocked: bool,
}

impl Contacts {
    pub(super) fn blocks(&self, who: &UserName) -> bool {
        // Most lists block nobody the sender could be; the clone is a counter, not a copy.
        self.entries.get(&Party::User(who.clone())).is_some_and(|entry| entry.blocked)
    }
}

/// Whom a contact command is about.
fn contact(state: &State, user: &UserName, who: &Address) -> Result<Party, Rejection> {
    let party = state.resolve(who).ok_or_else(Rejection::unknown_contact)?;
    if party.user() == Some(user) {
        return Err(Rejection::contact_is_oneself());
    }
    Ok(party)
}

fn entry<'a>(state: &'a State, user: &UserName, who: &Party) -> Option<&'a Entry> {
    state.user_named(user)?.contacts.as_ref()?.entries.get(who)
}

fn has_room(state: &State, user: &UserName) -> Result<(), Rejection> {
    let contacts = state.user_named(user).and_then(|user| user.contacts.as_ref());
    if contacts.is_some_and(|contacts| contacts.entries.len() >= CONTACTS_LEN_MAX) {
        return Err(Rejection::contacts_full(CONTACTS_LEN_MAX));
    }
    Ok(())
}

pub(super) fn evolve(state: &mut State, fact: &Fact) {
    if let Fact::ContactAdded { user, who, alias } = fact {
        change(state, user, |contacts| {
            let alias = alias.as_deref().map(Box::from);
            contacts.entries.insert(who.clone(), Entry { alias, blocked: false });
        });
    } else if let Fact::ContactRemoved { user, who } = fact {
        change(state, user, |contacts| {
            contacts.entries.remove(who);
        });
    } else if let Fact::ContactBlocked { user, who } = fact {
        change(state, user, |contacts| contacts.entries.entry(who.clone()).or_default().blocked = true);
    }
}

fn change(state: &mut State, user: &UserName, change: impl FnOnce(&mut Contacts)) {
    if let Some(user) = state.user_named_mut(user) {
        change(user.contacts.get_or_insert_default());
    }
}
