//! The contact list that is kept on this device, so that it can be shown without a connection.
//!
//! Invariant: the file is disposable. Whatever is wrong with it, it is passed over, and the whole list is asked for.

use std::collections::BTreeMap;
use std::fs::{DirBuilder, File};
use std::io::{self, Read, Write};
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use tempfile::NamedTempFile;
use tracing::{debug, warn};

use super::client::Client;
use super::output::Failure;
use super::settings::Settings;
use crate::log::clock;
use crate::wire::contact_query::{ContactView, ContactsOf, ContactsPage};
use crate::wire::query::LIMIT_MAX;
use crate::words::UserName;

/// Of the file: another one is passed over.
const FORMAT: u32 = 1;
/// Four times what the longest list takes, of which every field is as long as it may be.
const FILE_BYTES_MAX: u64 = 64 * 1_024 * 1_024;

/// A name in a folder has at most 255 bytes. Where two servers are told apart only behind this, the version tells them apart.
const PLACE_LEN_MAX: usize = 200;

/// A user's list at one server, and where it is kept.
#[derive(Debug)]
pub(super) struct KeptContacts {
    /// None where there is no home to keep it in: then it is known for as long as this runs.
    file: Option<PathBuf>,
    server: String,
    user: UserName,
    list: Option<ContactList>,
}

/// As it was at one moment.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct ContactList {
    format: u32,
    /// As people read it; whoever looks into the file sees whose list it is.
    server: String,
    user: UserName,
    version: String,
    /// RFC 3339, by this device's clock.
    pub(super) at: String,
    /// In the order in which they are shown.
    pub(super) contacts: Vec<ContactView>,
}

impl KeptContacts {
    /// What is kept of the server that clients use now.
    ///
    /// # Errors
    /// Where the settings cannot be read.
    pub(super) fn of(settings: &Settings, user: &UserName) -> Result<KeptContacts, Failure> {
        let address = settings.as_client()?;
        let folder = settings.data().ok().map(|data| data.join("contacts"));
        Ok(KeptContacts::in_folder(folder.as_deref(), &address.first_place(), address.to_string(), user))
    }

    /// `place` tells servers apart; one that goes by several names has a list for each.
    fn in_folder(folder: Option<&Path>, place: &str, server: String, user: &UserName) -> KeptContacts {
        let safe = |c: char| if c.is_ascii_alphanumeric() || matches!(c, '.' | '-') { c } else { '_' };
        let place: String = place.chars().map(safe).take(PLACE_LEN_MAX).collect();
        let file = folder.map(|folder| folder.join(format!("{user}@{place}.json")));
        let list = file.as_deref().and_then(read).filter(|list| list.format == FORMAT && list.user == *user);
        KeptContacts { file, server, user: user.clone(), list }
    }

    pub(super) fn list(&self) -> Option<&ContactList> {
        self.list.as_ref()
    }

    /// Asks what has changed, and keeps it.
    ///
    /// # Errors
    /// Where nobody answers, or somebody refuses; the list stays as it was.
    pub(super) async fn refresh(&mut self, client: &Client) -> Result<(), Failure> {
        let at = clock::now().brief();
        let since = self.list.as_ref().map(|list| list.version.clone());
        let mut question = ContactsOf { limit: Some(LIMIT_MAX), since, ..ContactsOf::default() };
        let ContactsPage { mut page, head } = client.ask("contacts", &question).await?;
        // Of an earlier Homing: it says no version, and there is nothing to ask it with later.
        let head =
            head.ok_or_else(|| Failure::failed("the contact list was answered without a version".into()))?;
        let kept = self.list.as_ref().filter(|_| !head.whole);
        let mut contacts: BTreeMap<String, ContactView> =
            kept.into_iter().flat_map(|list| list.contacts.iter().cloned().map(by_name)).collect();
        head.removed.iter().for_each(|who| drop(contacts.remove(&who.to_string())));
        loop {
            contacts.extend(page.items.into_iter().map(by_name));
            question.after = page.next;
            if question.after.is_none() {
                break;
            }
            // What has changed since the first page is told next time, for the version is that of the first page.
            ContactsPage { page, head: _ } = client.ask("contacts", &question).await?;
        }
        let (server, user, version) = (self.server.clone(), self.user.clone(), head.version);
        let contacts = contacts.into_values().collect();
        let list = self.list.insert(ContactList { format: FORMAT, server, user, version, at, contacts });
        if let Some(file) = &self.file
            && let Err(error) = write(file, list)
        {
            warn!(%error, file = %file.display(), "the contact list is not kept on this device");
        }
        Ok(())
    }
}

impl ContactList {
    /// What is said above a list that may be so no more.
    pub(super) fn offline(&self) -> String {
        format!("Offline: this is your contact list as it was at {}, kept on this device.", self.at)
    }
}

fn by_name(contact: ContactView) -> (String, ContactView) {
    (contact.who.to_string(), contact)
}

fn read(file: &Path) -> Option<ContactList> {
    let read = || {
        let mut bytes = Vec::new();
        File::open(file)?.take(FILE_BYTES_MAX).read_to_end(&mut bytes)?;
        Ok(serde_json::from_slice(&bytes)?)
    };
    let list: io::Result<ContactList> = read();
    list.inspect_err(|error| debug!(%error, file = %file.display(), "no contact list is kept")).ok()
}

/// Whole or not at all, for its owner's eyes only. It is not synced to the disk: what a power loss tears is asked for again.
fn write(file: &Path, list: &ContactList) -> io::Result<()> {
    let folder = file.parent().unwrap_or(file);
    DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
    // Each writer has a name of its own, and mode 0600.
    let mut beside = NamedTempFile::new_in(folder)?;
    beside.write_all(&serde_json::to_vec(list)?)?;
    beside.persist(file)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::fs::MetadataExt;

    use super::*;

    fn list(user: &str) -> ContactList {
        let bob = r#"{"who":"bob","blocked":false,"mood":"calm"}"#;
        ContactList {
            format: FORMAT,
            server: "nats://host".to_owned(),
            user: user.parse().unwrap(),
            version: "7-1".to_owned(),
            at: "2026-11-21T03:44:38Z".to_owned(),
            contacts: vec![serde_json::from_str(bob).unwrap()],
        }
    }

    fn kept(folder: &Path, place: &str, user: &str) -> KeptContacts {
        KeptContacts::in_folder(Some(folder), place, "nats://host".to_owned(), &user.parse().unwrap())
    }

    #[test]
    fn a_list_is_kept_for_each_user_and_server_and_for_its_owners_eyes_only() {
        let data = tempfile::tempdir().unwrap();
        let folder = data.path().join("contacts");
        assert_eq!(kept(&folder, "host:4222", "alice").list(), None);
        write(&kept(&folder, "host:4222", "alice").file.unwrap(), &list("alice")).unwrap();
        assert_eq!(kept(&folder, "host:4222", "alice").list(), Some(&list("alice")));
        for (place, user) in [("host:4223", "alice"), ("host:4222", "bob"), ("../host:4222", "alice")] {
            assert_eq!(kept(&folder, place, user).list(), None, "{place} {user}");
        }
        let mode = |path: &Path| fs::metadata(path).unwrap().mode() & 0o777;
        assert_eq!((mode(&folder), mode(&folder.join("alice@host_4222.json"))), (0o700, 0o600));
        assert_eq!(fs::read_dir(&folder).unwrap().count(), 1, "nothing is left beside it");
    }

    #[test]
    fn a_file_that_is_torn_foreign_or_of_another_format_is_passed_over() {
        let folder = tempfile::tempdir().unwrap();
        let (text, another) = (serde_json::to_string(&list("alice")).unwrap(), list("bob"));
        let file = kept(folder.path(), "host", "alice").file.unwrap();
        for wrong in [
            "",
            "somebody's notes",
            text.get(..text.len() / 2).unwrap(),
            &text.replace("\"format\":1", "\"format\":2"),
            &text.replace("\"who\":\"bob\"", "\"who\":\"Not a name\""),
            &serde_json::to_string(&another).unwrap(),
        ] {
            fs::write(&file, wrong).unwrap();
            assert_eq!(kept(folder.path(), "host", "alice").list(), None, "{wrong}");
        }
        fs::write(&file, &text).unwrap();
        assert_eq!(kept(folder.path(), "host", "alice").list(), Some(&list("alice")));
    }
}
