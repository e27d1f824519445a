//! A contact list as the rules need it: who is on it, and who is blocked. What it shows (names, aliases) is the read models'.

use serde::{Deserialize, Serialize};

use crate::rules::state::{Uid, User};
use crate::rules::{Stamp, State};
use crate::words::{Party, Phone};

/// Who is on a list: twelve bytes for a user, sixteen for a phone.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(in crate::rules) struct Contacts {
    /// In their order, as the others.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    users: Vec<(Uid, Alias)>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    phones: Vec<(Phone, Alias)>,
    /// Of these, those that are blocked.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    blocked: Vec<Listed>,
}

/// One who can be on a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(super) enum Listed {
    User(Uid),
    Phone(Phone),
}

impl Listed {
    pub(super) fn of(state: &State, who: &Party) -> Option<Listed> {
        match who {
            Party::User(name) => state.uid(name).map(Listed::User),
            Party::Phone(phone) => Some(Listed::Phone(*phone)),
        }
    }
}

/// Eight bytes of an alias's stamp, zeros for none: enough to see that the same alias is wished again.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub(super) struct Alias(#[serde(with = "serde_bytes")] [u8; 8]);

impl Alias {
    pub(super) fn of(alias: Option<&str>) -> Alias {
        let mut half = [0; 8];
        if let Some(alias) = alias {
            let stamp = Stamp::of(&[alias.as_bytes()]);
            half.iter_mut().zip(stamp.as_bytes()).for_each(|(to, from)| *to = *from);
        }
        Alias(half)
    }
}

impl Contacts {
    pub(super) fn len(&self) -> usize {
        self.users.len() + self.phones.len()
    }

    /// By their name, or by the phone that is theirs now.
    pub(in crate::rules) fn block_sender(&self, state: &State, sender: &User) -> bool {
        // Most lists block nobody, and then nobody is looked up.
        !self.blocked.is_empty()
            && (state.uid(&sender.name).is_some_and(|uid| self.blocks(Listed::User(uid)))
                || sender.phone.is_some_and(|phone| self.blocks(Listed::Phone(phone))))
    }

    /// All who are on it, and whether they are blocked.
    pub(in crate::rules) fn all<'a>(&'a self, state: &'a State) -> impl Iterator<Item = (Party, bool)> + 'a {
        let users = self.users.iter().map(|(uid, _)| Listed::User(*uid));
        let phones = self.phones.iter().map(|(phone, _)| Listed::Phone(*phone));
        users.chain(phones).map(|who| {
            let party = match who {
                Listed::User(uid) => Party::User(state.user(uid).name.clone()),
                Listed::Phone(phone) => Party::Phone(phone),
            };
            (party, self.blocks(who))
        })
    }

    pub(super) fn blocks(&self, who: Listed) -> bool {
        self.blocked.binary_search(&who).is_ok()
    }

    /// Under what alias somebody is on the list.
    pub(super) fn alias(&self, who: Listed) -> Option<Alias> {
        match who {
            Listed::User(uid) => get(&self.users, uid),
            Listed::Phone(phone) => get(&self.phones, phone),
        }
    }

    /// On the list, and not blocked.
    pub(super) fn put(&mut self, who: Listed, alias: Alias) {
        self.unblock(who);
        match who {
            Listed::User(uid) => put(&mut self.users, uid, alias),
            Listed::Phone(phone) => put(&mut self.phones, phone, alias),
        }
    }

    /// Who is blocked is on the list, and keeps their alias.
    pub(super) fn block(&mut self, who: Listed) {
        if self.alias(who).is_none() {
            self.put(who, Alias::default());
        }
        if let Err(place) = self.blocked.binary_search(&who) {
            self.blocked.insert(place, who);
        }
    }

    pub(super) fn remove(&mut self, who: Listed) {
        self.unblock(who);
        match who {
            Listed::User(uid) => remove(&mut self.users, uid),
            Listed::Phone(phone) => remove(&mut self.phones, phone),
        }
    }

    fn unblock(&mut self, who: Listed) {
        if let Ok(place) = self.blocked.binary_search(&who) {
            self.blocked.remove(place);
        }
    }
}

fn get<K: Ord + Copy>(list: &[(K, Alias)], key: K) -> Option<Alias> {
    let place = list.binary_search_by_key(&key, |(known, _)| *known).ok()?;
    list.get(place).map(|(_, alias)| *alias)
}

fn put<K: Ord + Copy>(list: &mut Vec<(K, Alias)>, key: K, alias: Alias) {
    match list.binary_search_by_key(&key, |(known, _)| *known) {
        Ok(place) => list.get_mut(place).into_iter().for_each(|(_, known)| *known = alias),
        Err(place) => {
            if list.len() == list.capacity() {
                // Lists are long-lived: a quarter of room, where doubling would leave half of it empty.
                list.reserve_exact(list.len() / 4 + 1);
            }
            list.insert(place, (key, alias));
        }
    }
}

fn remove<K: Ord + Copy>(list: &mut Vec<(K, Alias)>, key: K) {
    if let Ok(place) = list.binary_search_by_key(&key, |(known, _)| *known) {
        list.remove(place);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_is_blocked_stays_on_the_list_with_their_alias_until_they_are_put_there_anew() {
        let phone = Listed::Phone("+447700900001".parse().unwrap());
        let (mum, aunt) = (Alias::of(Some("mum")), Alias::of(Some("aunt")));
        let mut contacts = Contacts::default();
        contacts.put(phone, mum);
        contacts.block(phone);
        contacts.block(phone);
        assert_eq!((contacts.len(), contacts.alias(phone), contacts.blocks(phone)), (1, Some(mum), true));
        contacts.put(phone, aunt);
        assert_eq!((contacts.len(), contacts.alias(phone), contacts.blocks(phone)), (1, Some(aunt), false));
        contacts.block(phone);
        contacts.remove(phone);
        contacts.remove(phone);
        assert_eq!((contacts.len(), contacts.alias(phone), contacts.blocks(phone)), (0, None, false));
        contacts.block(phone);
        assert_eq!(contacts.alias(phone), Some(Alias::of(None)));
    }
}
