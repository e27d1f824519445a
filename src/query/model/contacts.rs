//! Contact lists, and who is blocked.

use serde::{Deserialize, Serialize};

use super::store::Model;
use super::{Listed, User, keys, read_row, removals, write_row};
use crate::log::Fault;
use crate::log::Rows;
use crate::rules::contacts::{Added, Blocked, Fact, Removed};
use crate::words::{EventSeq, Party, UserName};

/// An entry of a contact list.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(in crate::query) struct Contact {
    pub(in crate::query) alias: Option<String>,
    pub(in crate::query) blocked: bool,
    /// The commit that changed it last.
    pub(in crate::query) changed: EventSeq,
}

/// An entry as it is shown, with what that user shows. These are two rows, so that a new mood is one write and not one for
/// each list.
#[derive(Debug)]
pub(in crate::query) struct Entry {
    pub(in crate::query) who: Party,
    pub(in crate::query) contact: Contact,
    pub(in crate::query) user: Option<User>,
}

impl Entry {
    fn changed(&self) -> EventSeq {
        self.user.as_ref().map_or(self.contact.changed, |user| self.contact.changed.max(user.shown))
    }
}

pub(super) fn take(rows: &mut Rows, seq: EventSeq, fact: &Fact) -> Result<(), Fault> {
    match fact {
        Fact::Added(Added { user, who, alias }) => {
            let contact = Contact { alias: alias.clone(), blocked: false, changed: seq };
            rows.put(keys::contact(user, who), write_row(&contact));
            removals::listed(rows, user, who)
        }
        Fact::Removed(Removed { user, who }) => {
            rows.remove(keys::contact(user, who));
            removals::removed(rows, seq, user, who)
        }
        Fact::Blocked(Blocked { user, who }) => {
            let key = keys::contact(user, who);
            let known = rows.get(&key)?.map(|row| read_row::<Contact>(&row)).transpose()?;
            let alias = known.and_then(|known| known.alias);
            rows.put(key, write_row(&Contact { alias, blocked: true, changed: seq }));
            removals::listed(rows, user, who)
        }
        // Who is invited comes to the list by a fact of its own.
        Fact::Invited(_) | Fact::Offered(_) | Fact::Answered(_) => Ok(()),
    }
}

impl Model {
    /// The entries that were changed after this commit, by the user or by whom they are about; from 0 all of them.
    pub(in crate::query) fn contacts_since(
        &self,
        user: &UserName,
        since: EventSeq,
        after: Option<&Party>,
        limit: usize,
    ) -> Result<Listed<Entry>, Fault> {
        let entries = self.contacts_after(user, after).map(|row| {
            let (who, contact) = row?;
            let user = who.user().map(|name| self.user(name)).transpose()?.flatten();
            Ok(Entry { who, contact, user })
        });
        Listed::take(
            entries.filter(|entry| entry.as_ref().map_or(true, |entry| entry.changed() > since)),
            limit,
        )
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::query::model::testing::{PHONE, blocked, commits, contact, party, people, user};
    use crate::rules::{Fact, contacts, identity};

    fn removed(name: &str, who: &str) -> Fact {
        Fact::from(contacts::Removed { user: user(name), who: party(who) })
    }

    fn feels(name: &str, mood: &str) -> Fact {
        let profile = identity::Profile { mood: Some(mood.to_owned()), ..Default::default() };
        Fact::from(identity::ProfileSet { user: user(name), profile })
    }

    #[test]
    fn what_has_changed_since_a_commit_is_what_the_user_or_a_contact_has_changed() {
        let folder = tempfile::tempdir().unwrap();
        let model = Model::open(folder.path()).unwrap();
        let said = vec![
            people(),
            vec![contact("alice", "bob"), contact("alice", "carol"), contact("alice", PHONE)],
            vec![contact("bob", "carol")],
            vec![feels("carol", "merry")],
            vec![blocked("alice", "bob"), removed("alice", PHONE)],
            vec![feels("dave", "busy")],
            vec![removed("alice", "carol")],
            vec![contact("alice", "carol")],
        ];
        model.apply(&commits(said)).unwrap();
        for (name, since, changed, gone) in [
            ("alice", 0, "bob carol", "+13800138000"),
            ("alice", 2, "bob carol", "+13800138000"),
            ("alice", 4, "bob carol", "+13800138000"),
            ("alice", 5, "carol", ""),
            ("alice", 7, "carol", ""),
            ("alice", 8, "", ""),
            ("bob", 3, "carol", ""),
            ("bob", 4, "", ""),
            ("carol", 0, "", ""),
        ] {
            let text = |all: Vec<Party>| all.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ");
            let listed = model.contacts_since(&user(name), EventSeq(since), None, 9).unwrap();
            let entries = listed.items.into_iter().map(|entry| entry.who).collect();
            let removed = model.removed_since(&user(name), EventSeq(since)).unwrap().unwrap();
            assert_eq!((&*text(entries), &*text(removed)), (changed, gone), "{name} since {since}");
        }
    }

    #[test]
    fn pages_of_changes_hold_as_many_as_are_asked_for_and_go_on_behind_the_last() {
        let folder = tempfile::tempdir().unwrap();
        let model = Model::open(folder.path()).unwrap();
        let of_alice = |who: &str| contact("alice", who);
        let said = vec![
            people(),
            vec![of_alice("bob"), of_alice("carol"), of_alice("dave"), of_alice("+447700900001")],
            vec![feels("bob", "merry"), feels("dave", "merry"), of_alice("+447700900001")],
        ];
        model.apply(&commits(said)).unwrap();
        let page = |after: Option<&Party>| {
            let listed = model.contacts_since(&user("alice"), EventSeq(2), after, 2).unwrap();
            (listed.items.into_iter().map(|entry| entry.who).collect::<Vec<_>>(), listed.more)
        };
        assert_eq!(page(None), (vec![party("+447700900001"), party("bob")], true));
        assert_eq!(page(Some(&party("bob"))), (vec![party("dave")], false));
    }

    #[test]
    fn of_removals_the_latest_are_known_and_whoever_has_missed_more_is_told_so() {
        let folder = tempfile::tempdir().unwrap();
        let model = Model::open(folder.path()).unwrap();
        let phone = |n: u64| format!("+4477009{n:05}");
        let taken_off = (3..=302).map(|n| vec![removed("alice", &phone(n))]);
        let all = (3..=302).map(|n| contact("alice", &phone(n))).collect();
        model.apply(&commits([people(), all].into_iter().chain(taken_off).collect())).unwrap();
        let since = |seq| model.removed_since(&user("alice"), EventSeq(seq)).unwrap();
        // Of 300 the first 44 are forgotten; they stand in the commits 3 to 46.
        assert_eq!(since(45), None);
        let known = since(46).unwrap();
        assert_eq!((known.len(), &known[0]), (256, &party(&phone(47))));
        assert_eq!(since(302).unwrap(), []);
    }
}
