//! A user's contact list, and whom they do not want to hear from.

mod add;
mod block;
mod facts;
mod remove;

pub use super::areas::contacts::{Command, Fact};
pub use add::Add;
pub use block::Block;
pub use facts::*;
pub use remove::Remove;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::proof::{ByUser, Case};
use super::state::User;
use super::{Rejection, State};
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
    /// By their name, or by the phone that is theirs now.
    pub(super) fn blocks(&self, who: &User) -> bool {
        let blocked = |party: Party| self.entries.get(&party).is_some_and(|entry| entry.blocked);
        // Most lists block nobody the sender could be; the clone is a counter, not a copy.
        blocked(Party::User(who.name.clone())) || who.phone.is_some_and(|phone| blocked(Party::Phone(phone)))
    }
}

/// Whom a contact command is about. A phone stays a phone, and so tells nobody whose it is, unless that person allows it.
fn contact(case: &Case<'_, ByUser>, who: &Address) -> Result<Party, Rejection> {
    let party = case.state.resolve(who).ok_or_else(Rejection::unknown_contact)?;
    if party.user() == Some(case.name()) {
        return Err(Rejection::contact_is_oneself());
    }
    let findable =
        party.user().and_then(|name| case.state.user_named(name)).is_some_and(|user| user.findable);
    match who {
        Address::Phone(phone) if !findable => Ok(Party::Phone(*phone)),
        Address::User(_) | Address::Phone(_) | Address::Im(_) | Address::Group(_) => Ok(party),
    }
}

/// The same, of somebody who may be on the list by their phone.
fn listed(case: &Case<'_, ByUser>, who: &Address) -> Result<Party, Rejection> {
    let party = contact(case, who)?;
    let by_phone = match who {
        Address::Phone(phone) => Some(Party::Phone(*phone)),
        Address::User(_) | Address::Im(_) | Address::Group(_) => None,
    };
    Ok(by_phone.filter(|phone| entry(case, phone).is_some()).unwrap_or(party))
}

fn entry<'a>(case: &Case<'a, ByUser>, who: &Party) -> Option<&'a Entry> {
    case.user().contacts.as_ref()?.entries.get(who)
}

fn has_room(case: &Case<'_, ByUser>) -> Result<(), Rejection> {
    let contacts = case.user().contacts.as_ref();
    if contacts.is_some_and(|contacts| contacts.entries.len() >= CONTACTS_LEN_MAX) {
        return Err(Rejection::contacts_full(CONTACTS_LEN_MAX));
    }
    Ok(())
}

pub(super) fn evolve(state: &mut State, fact: &Fact) {
    match fact {
        Fact::Added(Added { user, who, alias }) => change(state, user, |contacts| {
            let alias = alias.as_deref().map(Box::from);
            contacts.entries.insert(who.clone(), Entry { alias, blocked: false });
        }),
        Fact::Removed(Removed { user, who }) => change(state, user, |contacts| {
            contacts.entries.remove(who);
        }),
        Fact::Blocked(Blocked { user, who }) => {
            change(state, user, |contacts| contacts.entries.entry(who.clone()).or_default().blocked = true);
        }
    }
}

fn change(state: &mut State, user: &UserName, change: impl FnOnce(&mut Contacts)) {
    if let Some(user) = state.user_named_mut(user) {
        change(user.contacts.get_or_insert_default());
    }
}
