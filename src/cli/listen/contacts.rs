//! The contact list of a stay: kept up to date on this device at each connect, and shown when the person asks for it.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use async_nats::connection::State;
use serde::Serialize;
use serde_with::skip_serializing_none;
use tokio::sync::mpsc::{self, Receiver, Sender};
use tokio::task::JoinHandle;
use tokio::time::sleep;
use tracing::{debug, warn};

use super::screen::Screen;
use crate::cli::client::Client;
use crate::cli::contact::{HEAD, row};
use crate::cli::kept_contacts::{ContactList, KeptContacts};
use crate::cli::output::Failure;
use crate::cli::table::{or_dash, table};
use crate::wire::contact_query::ContactView;
use crate::wire::query::{Items, LIMIT_MAX, Page, PresenceView};
use crate::words::{Party, UserName};

/// Nobody types as many while one is answered; what is more is dropped.
const WISHES_LEN_MAX: usize = 16;
/// After a reconnect, Homing itself may still be starting; where it says that it is reading its log, it is waited for.
const TRIES_MAX: u32 = 30;
const AGAIN_AFTER: Duration = Duration::from_secs(1);
/// How soon it is noticed that the connection is lost.
const LOOK_EVERY: Duration = Duration::from_millis(100);

/// The way to the task that has the list.
#[derive(Debug, Clone)]
pub(super) struct Contacts(Sender<Wish>);

#[derive(Debug)]
enum Wish {
    Refresh,
    Show,
}

impl Contacts {
    /// There is somebody to ask what has changed.
    pub(super) fn refresh(&self) {
        let _as_many_are_wished = self.0.try_send(Wish::Refresh);
    }

    pub(super) fn show(&self) {
        let _as_many_are_wished = self.0.try_send(Wish::Show);
    }
}

/// The way to the list, and the task that has it: it ends when all ways are dropped, and what was wished is done.
pub(super) fn start(client: Client, kept: KeptContacts, screen: Arc<Screen>) -> (Contacts, JoinHandle<()>) {
    let (wishes, wished) = mpsc::channel(WISHES_LEN_MAX);
    (Contacts(wishes), tokio::spawn(run(client, kept, screen, wished)))
}

async fn run(client: Client, mut kept: KeptContacts, screen: Arc<Screen>, mut wished: Receiver<Wish>) {
    let mut tries_left = 0;
    loop {
        tokio::select! {
            wish = wished.recv() => match wish {
                None => return,
                Some(Wish::Refresh) => tries_left = TRIES_MAX,
                Some(Wish::Show) => {
                    show(&client, &mut kept, &screen).await;
                    continue;
                }
            },
            () = sleep(AGAIN_AFTER), if tries_left > 0 => {}
        }
        match while_connected(&client, kept.refresh(&client)).await {
            // At the reconnect it is wished again.
            None | Some(Ok(())) => tries_left = 0,
            Some(Err(failure)) if failure.is("query.unavailable") => debug!(%failure, "it is waited for"),
            Some(Err(failure)) if failure.is_unreachable() && tries_left > 1 => tries_left -= 1,
            Some(Err(failure)) => {
                tries_left = 0;
                warn!(%failure, "the contact list is kept as it was; it is asked for at the next reconnect");
            }
        }
    }
}

/// As it is now, with who is online; or as it was, where nobody can be asked.
async fn show(client: &Client, kept: &mut KeptContacts, screen: &Screen) {
    let asked = while_connected(client, ask(client, kept)).await;
    let presence = asked.and_then(|asked| asked.inspect_err(|failure| screen.complain(failure)).ok());
    match (kept.list(), presence) {
        (Some(list), Some(presence)) => online(list, &presence, screen),
        (Some(list), None) => offline(list, screen),
        (None, _) => screen.hint("your contact list is not known yet".to_owned()),
    }
}

/// None where the connection is lost: a request that was under way then is not answered, and it would be waited for.
async fn while_connected<T>(client: &Client, work: impl Future<Output = T>) -> Option<T> {
    let lost = async {
        while client.log.client().connection_state() == State::Connected {
            sleep(LOOK_EVERY).await;
        }
    };
    tokio::select! {
        biased;
        () = lost => None,
        done = work => Some(done),
    }
}

/// Who is online, of the contacts that are users.
type Presence = BTreeMap<UserName, bool>;

async fn ask(client: &Client, kept: &mut KeptContacts) -> Result<Presence, Failure> {
    kept.refresh(client).await?;
    let mut all = Presence::new();
    let mut after = None;
    loop {
        let page = Page { limit: Some(LIMIT_MAX), after, user: None };
        let Items { items, next } = client.ask::<Items<PresenceView>>("presence", &page).await?;
        all.extend(items.into_iter().map(|shown| (shown.user, shown.online)));
        after = next;
        if after.is_none() {
            return Ok(all);
        }
    }
}

/// A line of its own for programs.
#[derive(Serialize)]
struct Shown<'a> {
    contacts: Vec<Entry<'a>>,
    offline: bool,
    at: &'a str,
}

#[skip_serializing_none]
#[derive(Serialize)]
struct Entry<'a> {
    #[serde(flatten)]
    contact: &'a ContactView,
    online: Option<bool>,
}

fn online(list: &ContactList, presence: &Presence, screen: &Screen) {
    let online = |contact: &ContactView| match &contact.who {
        Party::User(name) => presence.get(name).copied(),
        Party::Phone(_) => None,
    };
    let entry = |contact| Entry { contact, online: online(contact) };
    let contacts = list.contacts.iter().map(entry).collect();
    screen.aside(&Shown { contacts, offline: false, at: &list.at }, || {
        let presence = |online| if online { "online" } else { "offline" };
        let row = |contact: &ContactView| {
            let mut cells = row(contact);
            cells.insert(1, or_dash(online(contact).map(presence)));
            cells
        };
        let mut head = HEAD.to_vec();
        head.insert(1, "presence");
        table(&head, &list.contacts.iter().map(row).collect::<Vec<_>>())
    });
}

/// Nothing is said of who is online: nobody knows.
pub(super) fn offline(list: &ContactList, screen: &Screen) {
    let contacts = list.contacts.iter().map(|contact| Entry { contact, online: None }).collect();
    screen.aside(&Shown { contacts, offline: true, at: &list.at }, || {
        let rows: Vec<_> = list.contacts.iter().map(row).collect();
        format!("{}\n{}", list.offline(), table(&HEAD, &rows))
    });
}
