//! Who is connected: told by the server's own account as connections come and go, asked anew where some may have been missed.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_nats::Subscriber;
use bytes::Bytes;
use futures_util::StreamExt;
use futures_util::future::join_all;
use serde::{Deserialize, Serialize};
use tokio::time::{Instant, MissedTickBehavior, interval_at, timeout};
use tokio_util::sync::CancellationToken;
use tracing::{debug, warn};

use super::known::Known;
use super::table::{ALL_MAX, Closed, Place, Table};
use crate::log::{Fault, Log};
use crate::wire::gate_query::SessionView;
use crate::wire::rights::Account;
use crate::wire::to_json;
use crate::words::{Nkey, UserName};

const PAGE_LEN: usize = 1_024;
/// What the server did not tell is found out by then.
const LOOK_EVERY: Duration = Duration::from_secs(30);
/// The first server's answer, and after the last of several.
const FIRST_WITHIN: Duration = Duration::from_secs(5);
const SILENCE: Duration = Duration::from_millis(200);
/// A server that is asked to end a connection does it at once.
const ENDED_WITHIN: Duration = Duration::from_secs(1);

pub(super) struct Sessions {
    system: Log,
    known: Arc<Known>,
    table: Mutex<Told>,
}

/// What the servers have told.
struct Told {
    table: Table,
    /// How often we had connected when this was so.
    connects: u64,
}

#[derive(Deserialize)]
struct Event {
    server: ServerId,
    client: Client,
}

#[derive(Deserialize)]
struct ServerId {
    id: String,
}

/// As events and lists tell of a connection, each with names of its own.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Client {
    #[serde(alias = "cid")]
    id: u64,
    #[serde(alias = "ip")]
    host: String,
    /// A name or, of who signed in with one, an nkey.
    #[serde(alias = "authorized_user")]
    user: String,
    name: String,
    start: String,
    #[serde(alias = "account")]
    acc: String,
}

/// Whose connection it is.
enum Whose {
    Of(SessionView),
    /// The gate let them in, and nobody has their key any more.
    Nobodys,
    /// Homing's own, or the first operator's.
    Ours,
}

#[derive(Deserialize)]
struct Page {
    server: ServerId,
    data: Connections,
}

#[derive(Deserialize)]
struct Connections {
    #[serde(default)]
    connections: Vec<Client>,
}

#[derive(Serialize)]
struct Ask {
    auth: bool,
    limit: usize,
    offset: usize,
}

impl Ask {
    fn from(offset: usize) -> Bytes {
        to_json(&Ask { auth: true, limit: PAGE_LEN, offset }).into()
    }
}

fn unasked(why: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Fault {
    Fault::later("ask who is connected").because(why)
}

impl Sessions {
    pub(super) fn new(system: Log, known: Arc<Known>) -> Sessions {
        let table = Mutex::new(Told { table: Table::default(), connects: system.connects() });
        Sessions { system, known, table }
    }

    fn whose(&self, client: Client) -> (u64, Whose) {
        // In other accounts, as the gates' own, nobody is let in.
        if Account::ALL.iter().all(|account| account.as_str() != client.acc) {
            return (client.id, Whose::Ours);
        }
        let whose = match self.user_of(&client.user) {
            Some(user) => {
                let (from, client, since) = (client.host, client.name, client.start);
                Whose::Of(SessionView { user, from, client, since })
            }
            None if client.acc == Account::Homing.as_str() || client.user.is_empty() => Whose::Ours,
            None => Whose::Nobodys,
        };
        (client.id, whose)
    }

    /// Who it is that signed in by this name or nkey.
    pub(super) fn user_of(&self, signed_in: &str) -> Option<UserName> {
        match signed_in.parse::<Nkey>() {
            Ok(nkey) => self.known.holder(&nkey).ok().flatten(),
            Err(_) => signed_in.parse().ok(),
        }
    }

    /// Whether somebody may be connected, by what is known now.
    fn may_be(&self, user: &UserName) -> bool {
        // Where the folder does not answer, the gate begins anew and looks again.
        self.known.person(user).map_or(true, |person| person.is_some_and(|person| !person.suspended))
    }

    fn told(&self) -> MutexGuard<'_, Told> {
        self.table.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Listens, and looks where that is not enough, until `stop`.
    ///
    /// # Errors
    /// When the connection is closed for good.
    pub(super) async fn run(&self, mut events: Subscriber, stop: &CancellationToken) -> Result<(), Fault> {
        let mut look = interval_at(Instant::now() + LOOK_EVERY, LOOK_EVERY);
        look.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut connects = self.system.connects();
        loop {
            tokio::select! {
                () = stop.cancelled() => return Ok(()),
                Some(message) = events.next() => {
                    if connects != self.system.connects() {
                        connects = self.system.connects();
                        self.told().forget_before(connects);
                        look.reset_immediately();
                    }
                    if message.subject.ends_with(".CONNECT") {
                        if let Some(place) = self.came(&message.payload) {
                            self.kick(&[place]).await;
                        }
                    } else if message.subject.ends_with(".DISCONNECT") {
                        self.went(&message.payload);
                    }
                }
                _ = look.tick() => {
                    if let Err(fault) = self.look().await {
                        debug!(%fault, "who is connected is asked again later");
                    }
                }
                else => return Err(Fault::later("listen to who connects")),
            }
        }
    }

    /// On one subscription: of one connection that it came is told before that it went.
    pub(super) async fn events(&self) -> Result<Subscriber, Fault> {
        let subscribed = self.system.client().subscribe("$SYS.ACCOUNT.*.*").await;
        subscribed.map_err(|error| Fault::later("listen to who connects").because(error))
    }

    /// Gives the place of one who was let in and may no longer come.
    fn came(&self, payload: &[u8]) -> Option<Place> {
        let Event { server, client } = serde_json::from_slice(payload).ok()?;
        let (id, whose) = self.whose(client);
        let place = (server.id, id);
        let view = match whose {
            Whose::Of(view) => view,
            Whose::Nobodys => return Some(place),
            Whose::Ours => return None,
        };
        let unwanted = self.told().table.came(place.clone(), view, Instant::now());
        unwanted.then_some(place)
    }

    fn went(&self, payload: &[u8]) {
        if let Ok(Event { server, client }) = serde_json::from_slice(payload) {
            self.told().table.went(&(server.id, client.id));
        }
    }

    /// Asks all servers who is connected, and ends what may not be.
    pub(super) async fn look(&self) -> Result<(), Fault> {
        let (mut open, mut unwanted) = (BTreeMap::new(), Vec::new());
        for mut page in self.first_pages().await? {
            let mut offset = 0;
            loop {
                let is_full = page.data.connections.len() >= PAGE_LEN;
                for client in std::mem::take(&mut page.data.connections) {
                    let (id, whose) = self.whose(client);
                    let place = (page.server.id.clone(), id);
                    match whose {
                        Whose::Of(view) if self.may_be(&view.user) => drop(open.insert(place, view)),
                        Whose::Of(_) | Whose::Nobodys => unwanted.push(place),
                        Whose::Ours => {}
                    }
                }
                offset += PAGE_LEN;
                if !is_full || offset >= ALL_MAX {
                    break;
                }
                page = self.page(&page.server.id, offset).await?;
            }
        }
        self.told().table.replace(open, Instant::now());
        self.kick(&unwanted).await;
        Ok(())
    }

    /// The first page of each server. How many there are nobody says.
    async fn first_pages(&self) -> Result<Vec<Page>, Fault> {
        let nats = self.system.client();
        let inbox = nats.new_inbox();
        let mut answers = nats.subscribe(inbox.clone()).await.map_err(unasked)?;
        let asked = nats.publish_with_reply("$SYS.REQ.SERVER.PING.CONNZ", inbox, Ask::from(0)).await;
        asked.map_err(unasked)?;
        let (mut pages, mut wait) = (Vec::new(), FIRST_WITHIN);
        while let Ok(Some(answer)) = timeout(wait, answers.next()).await {
            pages.extend(serde_json::from_slice::<Page>(&answer.payload));
            wait = SILENCE;
        }
        if pages.is_empty() {
            return Err(unasked("no server answers"));
        }
        Ok(pages)
    }

    async fn page(&self, server: &str, offset: usize) -> Result<Page, Fault> {
        let asked =
            self.system.client().request(format!("$SYS.REQ.SERVER.{server}.CONNZ"), Ask::from(offset));
        let answer = timeout(FIRST_WITHIN, asked).await.map_err(unasked)?.map_err(unasked)?;
        serde_json::from_slice(&answer.payload).map_err(unasked)
    }

    /// One more of this user's is expected from now on.
    ///
    /// # Errors
    /// Where none may come.
    pub(super) fn expect(&self, user: &UserName) -> Result<(), Closed> {
        let mut told = self.told();
        told.forget_before(self.system.connects());
        told.table.expect(user, Instant::now())
    }

    /// The connections of one user, or of all.
    pub(super) fn of(&self, user: Option<&UserName>) -> Vec<SessionView> {
        self.told().table.of(user)
    }

    /// Ends all connections of a user; how many were asked to end.
    pub(super) async fn end(&self, user: &UserName) -> usize {
        let places = self.told().table.unwant(user);
        self.kick(&places).await;
        places.len()
    }

    /// Ends all connections of a user, and lets none in for a while; how many were asked to end.
    pub(super) async fn shut_out(&self, user: &UserName) -> usize {
        let places = self.told().table.shut_out(user, Instant::now());
        self.kick(&places).await;
        places.len()
    }

    /// Ends connections. One that is not there any more has ended too.
    async fn kick(&self, places: &[Place]) {
        let kicks = places.iter().map(async |(server, id)| {
            let kick = to_json(&serde_json::json!({ "cid": id }));
            let kick = self.system.client().request(format!("$SYS.REQ.SERVER.{server}.KICK"), kick.into());
            if !timeout(ENDED_WITHIN, kick).await.is_ok_and(|kicked| kicked.is_ok()) {
                warn!(server, id, "a connection could not be ended");
            }
        });
        join_all(kicks).await;
        let mut told = self.told();
        for place in places {
            told.table.went(place);
        }
    }
}

impl Told {
    /// After a new connection: most likely the server has died, and nobody whom we knew is there.
    fn forget_before(&mut self, connects: u64) {
        if self.connects != connects {
            self.connects = connects;
            self.table.replace(BTreeMap::new(), Instant::now());
        }
    }
}
