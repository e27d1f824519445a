//! Who is connected: told by the server's own account as connections come and go, asked anew where some may have been missed.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_nats::Subscriber;
use futures_util::StreamExt;
use futures_util::future::join_all;
use serde::{Deserialize, Serialize};
use tokio::time::{Instant, MissedTickBehavior, interval_at, timeout};
use tokio_util::sync::CancellationToken;
use tracing::{debug, warn};

use super::known::Known;
use crate::log::{Fault, Log};
use crate::wire::gate_query::SessionView;
use crate::wire::rights::Account;
use crate::wire::to_json;
use crate::words::{Nkey, UserName};

/// Connections of one user: devices, and programs that reconnect before the server has noticed that they were gone.
pub(super) const EACH_MAX: usize = 64;
/// What the server takes in all (`max_connections`), each some 300 bytes here.
const ALL_MAX: usize = 65_536;
const PAGE_LEN: usize = 1_024;
/// What the server did not tell is found out by then.
const LOOK_EVERY: Duration = Duration::from_secs(30);
/// The first server's answer, and after the last of several.
const FIRST_WITHIN: Duration = Duration::from_secs(5);
const SILENCE: Duration = Duration::from_millis(200);
/// A server that is asked to end a connection does it at once.
const ENDED_WITHIN: Duration = Duration::from_secs(1);
/// Who was let in and has not come by then has gone.
const COMES_WITHIN: Duration = Duration::from_secs(5);

/// A server's id, and its number for the connection.
type Place = (String, u64);

#[derive(Debug, Default)]
struct Table {
    open: BTreeMap<Place, SessionView>,
    /// How often we had connected when this was so.
    connects: u64,
    /// Let in, and not yet told of.
    coming: Vec<(Instant, UserName)>,
    /// Those of them who may no longer.
    unwanted: Vec<(Instant, UserName)>,
}

pub(super) struct Sessions {
    system: Log,
    known: Arc<Known>,
    table: Mutex<Table>,
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
struct Ask<'a> {
    auth: bool,
    acc: &'a str,
    limit: usize,
    offset: usize,
}

impl Sessions {
    pub(super) fn new(system: Log, known: Arc<Known>) -> Sessions {
        let table = Mutex::new(Table { connects: system.connects(), ..Table::default() });
        Sessions { system, known, table }
    }

    fn whose(&self, client: Client) -> (u64, Whose) {
        let holder = match client.user.parse::<Nkey>() {
            Ok(nkey) => self.known.holder(&nkey).ok().flatten(),
            Err(_) => client.user.parse().ok(),
        };
        let whose = match holder {
            Some(user) => {
                let (from, client, since) = (client.host, client.name, client.start);
                Whose::Of(SessionView { user, from, client, since })
            }
            None if client.acc == Account::Homing.as_str() || client.user.is_empty() => Whose::Ours,
            None => Whose::Nobodys,
        };
        (client.id, whose)
    }

    /// Whether somebody may be connected, by what is known now.
    fn may_be(&self, user: &UserName) -> bool {
        // Where the folder does not answer, the gate begins anew and looks again.
        self.known.person(user).map_or(true, |person| person.is_some_and(|person| !person.suspended))
    }

    fn table(&self) -> MutexGuard<'_, Table> {
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
                        self.table().forget_before(connects);
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
        let now = Instant::now();
        let mut table = self.table();
        table.unwanted.retain(|(since, _)| now - *since < COMES_WITHIN);
        let unwanted = take_first(&mut table.unwanted, &view.user);
        take_first(&mut table.coming, &view.user);
        if table.open.len() < ALL_MAX {
            table.open.insert(place.clone(), view);
        }
        unwanted.then_some(place)
    }

    fn went(&self, payload: &[u8]) {
        if let Ok(Event { server, client }) = serde_json::from_slice(payload) {
            self.table().open.remove(&(server.id, client.id));
        }
    }

    /// Asks all servers who is connected, and ends what may not be.
    pub(super) async fn look(&self) -> Result<(), Fault> {
        let (mut open, mut unwanted) = (BTreeMap::new(), Vec::new());
        for account in Account::ALL {
            let mut offset = 0;
            loop {
                let ask = Ask { auth: true, acc: account.as_str(), limit: PAGE_LEN, offset };
                let pages = self.pages(to_json(&ask)).await?;
                let longest = pages.iter().map(|page| page.data.connections.len()).max().unwrap_or(0);
                for Page { server, data } in pages {
                    for client in data.connections {
                        let (id, whose) = self.whose(client);
                        let place = (server.id.clone(), id);
                        match whose {
                            Whose::Of(view) if self.may_be(&view.user) => drop(open.insert(place, view)),
                            Whose::Of(_) | Whose::Nobodys => unwanted.push(place),
                            Whose::Ours => {}
                        }
                    }
                }
                offset += PAGE_LEN;
                if longest < PAGE_LEN || offset >= ALL_MAX {
                    break;
                }
            }
        }
        self.table().open = open;
        self.kick(&unwanted).await;
        Ok(())
    }

    /// A page of each server.
    async fn pages(&self, question: Vec<u8>) -> Result<Vec<Page>, Fault> {
        let failed =
            |error: &dyn std::fmt::Display| Fault::later("ask who is connected").because(error.to_string());
        let nats = self.system.client();
        let inbox = nats.new_inbox();
        let mut answers = nats.subscribe(inbox.clone()).await.map_err(|error| failed(&error))?;
        nats.publish_with_reply("$SYS.REQ.SERVER.PING.CONNZ", inbox, question.into())
            .await
            .map_err(|error| failed(&error))?;
        let (mut pages, mut wait) = (Vec::new(), FIRST_WITHIN);
        while let Ok(Some(answer)) = timeout(wait, answers.next()).await {
            pages.extend(serde_json::from_slice::<Page>(&answer.payload));
            wait = SILENCE;
        }
        if pages.is_empty() {
            return Err(failed(&"no server answers"));
        }
        Ok(pages)
    }

    /// Whether one more may come; it is expected from then on.
    pub(super) fn expect(&self, user: &UserName) -> bool {
        let (mut table, now) = (self.table(), Instant::now());
        table.forget_before(self.system.connects());
        table.coming.retain(|(since, _)| now - *since < COMES_WITHIN);
        let open = table.open.values().filter(|session| session.user == *user).count();
        let coming = table.coming.iter().filter(|(_, coming)| coming == user).count();
        let may = open + coming < EACH_MAX;
        if may {
            table.coming.push((now, user.clone()));
        }
        may
    }

    /// The connections of one user, or of all.
    pub(super) fn of(&self, user: Option<&UserName>) -> Vec<SessionView> {
        let table = self.table();
        table.open.values().filter(|session| user.is_none_or(|user| session.user == *user)).cloned().collect()
    }

    /// Ends all connections of a user; how many were asked to end.
    pub(super) async fn end(&self, user: &UserName) -> usize {
        let places = self.table().unwant(user);
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
        let mut table = self.table();
        for place in places {
            table.open.remove(place);
        }
    }
}

impl Table {
    /// After a new connection: most likely the server has died, and nobody whom we knew is there.
    fn forget_before(&mut self, connects: u64) {
        if self.connects != connects {
            self.connects = connects;
            self.open.clear();
        }
    }

    /// Where a user is connected; who was let in under this name and has not come is not wanted any more.
    fn unwant(&mut self, user: &UserName) -> Vec<Place> {
        let (coming, others): (Vec<_>, Vec<_>) =
            std::mem::take(&mut self.coming).into_iter().partition(|(_, name)| name == user);
        self.coming = others;
        self.unwanted.extend(coming);
        let open = self.open.iter().filter(|(_, session)| session.user == *user);
        open.map(|(place, _)| place.clone()).collect()
    }
}

/// Takes out the first one of this user's; whether there was one.
fn take_first(of: &mut Vec<(Instant, UserName)>, user: &UserName) -> bool {
    let first = of.iter().position(|(_, name)| name == user);
    first.map(|place| of.remove(place)).is_some()
}
