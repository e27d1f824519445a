//! Contact lists, and who is blocked.

use serde::{Deserialize, Serialize};

use super::store::Model;
use super::{Listed, keys, read_row, write_row};
use crate::log::Fault;
use crate::log::Rows;
use crate::rules::contacts::{Added, Blocked, Fact, Removed};
use crate::words::{Party, UserName};

/// An entry of a contact list.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(in crate::query) struct Contact {
    pub(in crate::query) alias: Option<String>,
    pub(in crate::query) blocked: bool,
}

pub(super) fn take(rows: &mut Rows, fact: &Fact) -> Result<(), Fault> {
    match fact {
        Fact::Added(Added { user, who, alias }) => {
            let contact = Contact { alias: alias.clone(), blocked: false };
            rows.put(keys::contact(user, who), write_row(&contact));
        }
        Fact::Removed(Removed { user, who }) => rows.remove(keys::contact(user, who)),
        Fact::Blocked(Blocked { user, who }) => {
            let key = keys::contact(user, who);
            let known = rows.get(&key)?.map(|row| read_row::<Contact>(&row)).transpose()?;
            rows.put(key, write_row(&Contact { blocked: true, ..known.unwrap_or_default() }));
        }
        // Who is invited comes to the list by a fact of its own.
        Fact::Invited(_) | Fact::Offered(_) | Fact::Answered(_) => {}
    }
    Ok(())
}

impl Model {
    pub(in crate::query) fn contacts(
        &self,
        user: &UserName,
        after: Option<&Party>,
        limit: usize,
    ) -> Result<Listed<(Party, Contact)>, Fault> {
        Listed::take(self.contacts_after(user, after), limit)
    }

    pub(super) fn contacts_after(
        &self,
        user: &UserName,
        after: Option<&Party>,
    ) -> impl Iterator<Item = Result<(Party, Contact), Fault>> + use<> {
        let after = after.map(Party::to_string);
        self.after(&keys::contacts_of(user), after.as_deref()).map(|row| {
            let (who, row) = row?;
            Ok((who.parse().map_err(|_| Fault::torn())?, read_row(&row)?))
        })
    }

    /// Whether `user` has `who` as a contact, and does not block them, be it by their phone.
    pub(super) fn knows(&self, user: &UserName, who: &UserName) -> Result<bool, Fault> {
        let phone = self.user(who)?.and_then(|who| who.phone);
        let by_name = self.contact(user, &Party::User(who.clone()))?;
        let by_phone = phone.map(|phone| self.contact(user, &Party::Phone(phone))).transpose()?.flatten();
        Ok(by_name.is_some_and(|contact| !contact.blocked)
            && !by_phone.is_some_and(|contact| contact.blocked))
    }

    fn contact(&self, user: &UserName, who: &Party) -> Result<Option<Contact>, Fault> {
        let row = self.projection.get(keys::contact(user, who));
        row?.map(|row| read_row(&row)).transpose()
    }
}
