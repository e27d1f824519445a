//! Presence: who is online, with which devices.

use serde::{Deserialize, Serialize};

use super::store::Model;
use super::{Listed, keys, read_row, write_row};
use crate::log::Fault;
use crate::log::Rows;
use crate::rules::presence::{CameOnline, DeviceClass, Encoding, Fact, WentOffline};
use crate::words::{DeviceName, Instant, Party, UserName};

/// A device that is online.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::query) struct Device {
    pub(in crate::query) class: DeviceClass,
    /// When it came online; saying so again does not change it.
    pub(in crate::query) since: Instant,
    pub(in crate::query) encoding: Encoding,
}

/// A user with the devices online.
pub(in crate::query) type Present = (UserName, Vec<(DeviceName, Device)>);

pub(super) fn take(rows: &mut Rows, fact: &Fact, at: Instant) -> Result<(), Fault> {
    match fact {
        Fact::CameOnline(CameOnline { user, device, class, encoding, lease_ms: _ }) => {
            let (key, class, encoding) = (keys::device(user, device), *class, *encoding);
            let known = rows.get(&key)?.map(|row| read_row::<Device>(&row)).transpose()?;
            let since = known.filter(|known| known.class == class).map_or(at, |known| known.since);
            rows.put(key, write_row(&Device { class, since, encoding }));
        }
        Fact::WentOffline(WentOffline { user, device, because: _ }) => {
            rows.remove(keys::device(user, device))
        }
    }
    Ok(())
}

impl Model {
    /// The presence of a user's contacts. Who does not have the user as a contact, or blocked them, is not seen online; who is
    /// blocked is not listed.
    pub(in crate::query) fn presence_of_contacts(
        &self,
        user: &UserName,
        after: Option<&UserName>,
        limit: usize,
    ) -> Result<Listed<Present>, Fault> {
        let after = after.map(|name| Party::User(name.clone()));
        let contacts = self.contacts_after(user, after.as_ref()).filter_map(|contact| match contact {
            Ok((Party::User(name), contact)) if !contact.blocked => Some(self.present_to(user, name)),
            Ok((Party::User(_) | Party::Phone(_), _)) => None,
            Err(fault) => Some(Err(fault)),
        });
        Listed::take(contacts, limit)
    }

    /// The presence of everybody.
    pub(in crate::query) fn presence_of_all(
        &self,
        after: Option<&UserName>,
        limit: usize,
    ) -> Result<Listed<Present>, Fault> {
        let users = self.after(keys::USERS, after.map(UserName::as_str)).map(|row| {
            let name: UserName = row?.0.parse().map_err(|_| Fault::torn())?;
            self.present(name)
        });
        Listed::take(users, limit)
    }

    pub(in crate::query) fn present(&self, user: UserName) -> Result<Present, Fault> {
        let devices = self.after(&keys::devices_of(&user), None).map(|row| {
            let (device, row) = row?;
            Ok((device.parse().map_err(|_| Fault::torn())?, read_row(&row)?))
        });
        let devices = devices.collect::<Result<Vec<_>, Fault>>()?;
        Ok((user, devices))
    }

    /// What all clients of somebody's understand that take messages live; JSON where none is online.
    pub(in crate::query) fn understood(&self, user: &UserName) -> Result<Encoding, Fault> {
        let (_, devices) = self.present(user.clone())?;
        let mut live = devices.iter().filter(|(_, device)| device.class == DeviceClass::Pc).peekable();
        let all = live.peek().is_some() && live.all(|(_, device)| device.encoding == Encoding::Msgpack);
        Ok(if all { Encoding::Msgpack } else { Encoding::Json })
    }

    fn present_to(&self, asker: &UserName, user: UserName) -> Result<Present, Fault> {
        if self.knows(&user, asker)? { self.present(user) } else { Ok((user, Vec::new())) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::query::model::testing::{PHONE, blocked, commits, contact, offline, online, people, user};
    use crate::rules::{Fact, contacts};
    use crate::words::EventSeq;

    #[test]
    fn a_stranger_who_adds_somebody_does_not_see_when_they_are_online() {
        let folder = tempfile::tempdir().unwrap();
        let model = Model::open(folder.path()).unwrap();
        let mut said = vec![people()];
        let mut sees = |asker: &str, facts: Vec<Fact>| {
            said.push(facts);
            let made = commits(said.clone());
            model.apply(made.get(model.position().0 as usize..).unwrap()).unwrap();
            assert_eq!(model.position(), EventSeq(said.len() as u64));
            let listed = model.presence_of_contacts(&user(asker), None, 9).unwrap();
            listed.items.iter().map(|(name, devices)| format!("{name} {}", devices.len())).collect::<Vec<_>>()
        };
        let both = vec![contact("alice", "bob"), online("bob", "pc"), online("alice", "pc")];
        assert_eq!(sees("alice", both), ["bob 0"]);
        assert_eq!(sees("bob", vec![contact("bob", "alice")]), ["alice 1"]);
        assert_eq!(sees("alice", vec![]), ["bob 1"]);
        // Bob takes her off his list, and puts her on it to block her.
        let removed = |name: &str, who: &str| {
            Fact::from(contacts::Removed { user: user(name), who: who.parse().unwrap() })
        };
        assert_eq!(sees("alice", vec![removed("bob", "alice")]), ["bob 0"]);
        assert_eq!(sees("alice", vec![contact("bob", "alice"), blocked("bob", "alice")]), ["bob 0"]);
        // Alice blocks a phone, which is bob's.
        assert_eq!(sees("bob", vec![contact("bob", "alice"), blocked("alice", PHONE)]), ["alice 0"]);
        assert_eq!(sees("bob", vec![removed("alice", PHONE)]), ["alice 1"]);
        assert_eq!(sees("bob", vec![offline("alice", "pc")]), ["alice 0"]);
    }
}
