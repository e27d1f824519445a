//! A user's contact list, and whom they do not want to hear from.

mod add;
mod block;
mod facts;
mod invitations;
mod invite;
mod list;
mod remove;

pub use super::areas::contacts::{Command, Fact};
pub use add::Add;
pub use block::Block;
pub use facts::*;
pub use invite::InviteContact;
pub use remove::Remove;

pub(super) use invitations::{Invitation, Invitations, OPEN_FOR};
pub(super) use list::Contacts;

use super::proof::{ByUser, Case};
use super::state::User;
use super::{Rejection, State};
use crate::words::{Address, Instant, Party, UserName};
use list::{Alias, Listed};

/// More than any address book in use; it bounds the decider's memory.
const CONTACTS_LEN_MAX: usize = 5_000;
const ALIAS_LEN_MAX: usize = 256;

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
        Address::User(_) | Address::Phone(_) | Address::Im(_) | Address::Group(_) | Address::App(..) => {
            Ok(party)
        }
    }
}

/// The same, of somebody who may be on the list by their phone.
fn listed(case: &Case<'_, ByUser>, who: &Address) -> Result<Party, Rejection> {
    let party = contact(case, who)?;
    let by_phone = match who {
        Address::Phone(phone) => Some(Party::Phone(*phone)),
        Address::User(_) | Address::Im(_) | Address::Group(_) | Address::App(..) => None,
    };
    Ok(by_phone.filter(|phone| entry(case, phone).is_some()).unwrap_or(party))
}

/// How somebody stands on the user's list; none where they do not.
fn entry(case: &Case<'_, ByUser>, who: &Party) -> Option<Entry> {
    let contacts = case.user().contacts.as_ref()?;
    let who = Listed::of(case.state, who)?;
    Some(Entry { alias: contacts.alias(who)?, blocked: contacts.blocks(who) })
}

struct Entry {
    alias: Alias,
    blocked: bool,
}

/// One who comes to a list where there is room, and is not on it.
pub(super) fn joins(state: &State, user: &User, who: Party) -> Option<super::Fact> {
    let contacts = user.contacts.as_ref();
    let known = contacts.zip(Listed::of(state, &who)).and_then(|(contacts, who)| contacts.alias(who));
    (known.is_none() && !is_full(user)).then(|| Added { user: user.name.clone(), who, alias: None }.into())
}

/// Whether somebody hears what another causes: that is, does not block them.
pub(super) fn hears(state: &State, user: &User, from: &User) -> bool {
    !user.contacts.as_deref().is_some_and(|contacts| contacts.block_sender(state, from))
}

fn is_full(user: &User) -> bool {
    user.contacts.as_ref().is_some_and(|contacts| contacts.len() >= CONTACTS_LEN_MAX)
}

/// The first one on the list of somebody who has come.
pub(super) fn put(user: &UserName, who: &UserName) -> super::Fact {
    Added { user: user.clone(), who: Party::User(who.clone()), alias: None }.into()
}

fn has_room(case: &Case<'_, ByUser>) -> Result<(), Rejection> {
    if is_full(case.user()) { Err(Rejection::contacts_full(CONTACTS_LEN_MAX)) } else { Ok(()) }
}

pub(super) fn evolve(state: &mut State, fact: &Fact, at: Instant) {
    match fact {
        Fact::Added(Added { user, who, alias }) => {
            change(state, user, who, |contacts, who| contacts.put(who, Alias::of(alias.as_deref())));
        }
        Fact::Removed(Removed { user, who }) => change(state, user, who, Contacts::remove),
        Fact::Blocked(Blocked { user, who }) => change(state, user, who, Contacts::block),
        Fact::Invited(invited) => {
            let by = state.uid(&invited.user);
            by.into_iter().for_each(|by| state.invitations.invited(by, invited, at));
        }
        Fact::Offered(offered) => {
            let by = state.uid(&offered.user);
            by.into_iter().for_each(|by| state.invitations.offered(by, offered));
        }
        Fact::Answered(answered) => {
            let by = state.uid(&answered.user);
            by.into_iter().for_each(|by| state.invitations.answered(by, answered));
        }
    }
}

fn change(state: &mut State, user: &UserName, who: &Party, change: impl FnOnce(&mut Contacts, Listed)) {
    let who = Listed::of(state, who);
    if let Some(who) = who
        && let Some(user) = state.user_named_mut(user)
    {
        change(user.contacts.get_or_insert_default(), who);
    }
}
