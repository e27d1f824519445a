//! Rates: how much everybody says, by the server's own counts. Who says too much at once is shut out, whatever it is.
//!
//! Why these counts: what is stored, decided or answered is known later than what is said. Where somebody floods a server, a queue
//! of a hundred thousand messages may stand between, of everybody's.

use std::collections::HashMap;
use std::time::Duration;

use async_nats::Message;
use futures_util::StreamExt;
use serde::{Deserialize, Serialize};
use tokio::time::{Instant, MissedTickBehavior, interval, timeout};
use tokio_util::sync::CancellationToken;
use tracing::{debug, warn};

use super::sessions::Sessions;
use super::table::ALL_MAX;
use crate::log::{Fault, Log};
use crate::wire::rights::Account;
use crate::wire::to_json;
use crate::words::{self, Span, UserName};

/// A server tells its sums at no cost.
const LOOK_EVERY: Duration = Duration::from_millis(250);
/// Messages a second that a server gets in all; below that nobody's are counted.
const BUSY_PER_S: f64 = 4_000.0;
/// Messages of one user at once, commands, questions and heartbeats together.
const AT_ONCE: f64 = 5_000.0;
/// And in the long run. A sender whose commands have one recipient each may send half as many.
const PER_S: f64 = 2_000.0;
/// Connections in a list, those first that have said most. Where they do not explain what the server got, the next ones are asked for.
const PAGE_LEN: usize = 256;
const ANSWER_WITHIN: Duration = Duration::from_secs(1);
/// A connection that is younger has said all that it ever did since the last look, or nearly.
const NEW: Span = Span::from_secs(1);

#[derive(Deserialize)]
struct Sums {
    server: Server,
    statsz: Stats,
}

#[derive(Deserialize)]
struct Server {
    id: String,
}

#[derive(Deserialize)]
struct Stats {
    received: Received,
}

#[derive(Deserialize)]
struct Received {
    msgs: u64,
}

#[derive(Serialize)]
struct Ask<'a> {
    auth: bool,
    acc: &'a str,
    sort: &'a str,
    limit: usize,
    offset: usize,
}

#[derive(Deserialize)]
struct Page {
    data: Connections,
}

#[derive(Deserialize)]
struct Connections {
    /// RFC 3339, as the start of each.
    now: String,
    #[serde(default)]
    connections: Vec<Connection>,
}

#[derive(Deserialize)]
struct Connection {
    cid: u64,
    #[serde(default)]
    in_msgs: u64,
    start: String,
    /// A name or an nkey.
    #[serde(default)]
    authorized_user: String,
}

/// What is known of one server since the last look.
#[derive(Default)]
struct Known {
    /// What it has got in all, and when it said so.
    received: Option<(u64, Instant)>,
    /// What each connection had said by then, of those that were looked at.
    said: HashMap<u64, u64>,
}

/// What each user has said lately: it drains as time goes by.
#[derive(Debug, Default)]
struct Lately(HashMap<UserName, (f64, Instant)>);

impl Lately {
    /// Whether so many more are too many; then the count begins anew.
    fn too_much(&mut self, user: &UserName, more: u64, now: Instant) -> bool {
        let (level, since) = self.0.get(user).copied().unwrap_or((0.0, now));
        let level = (level - (now - since).as_secs_f64() * PER_S).max(0.0) + more as f64;
        if level > AT_ONCE {
            self.0.remove(user);
            return true;
        }
        self.0.insert(user.clone(), (level, now));
        false
    }

    fn forget(&mut self, now: Instant) {
        self.0.retain(|_, (level, since)| (now - *since).as_secs_f64() * PER_S < *level);
    }
}

pub(super) struct Rates<'a> {
    system: Log,
    sessions: &'a Sessions,
    servers: HashMap<String, Known>,
    lately: Lately,
}

impl<'a> Rates<'a> {
    pub(super) fn new(system: Log, sessions: &'a Sessions) -> Rates<'a> {
        Rates { system, sessions, servers: HashMap::new(), lately: Lately::default() }
    }

    /// Looks until `stop`.
    ///
    /// # Errors
    /// When the connection is closed for good.
    pub(super) async fn run(mut self, stop: &CancellationToken) -> Result<(), Fault> {
        let ended = || Fault::later("count what everybody says");
        let inbox = self.system.client().new_inbox();
        let mut sums =
            self.system.client().subscribe(inbox.clone()).await.map_err(|error| ended().because(error))?;
        let mut look = interval(LOOK_EVERY);
        look.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                () = stop.cancelled() => return Ok(()),
                _ = look.tick() => {
                    let (asked, reply) = ("$SYS.REQ.SERVER.PING.STATSZ", inbox.clone());
                    // A lost connection is made again by the client, and the next look asks again.
                    let _ = self.system.client().publish_with_reply(asked, reply, Default::default()).await;
                }
                answer = sums.next() => self.heard(&answer.ok_or_else(ended)?).await,
            }
        }
    }

    async fn heard(&mut self, answer: &Message) {
        let Ok(Sums { server, statsz }) = serde_json::from_slice(&answer.payload) else { return };
        let (now, msgs) = (Instant::now(), statsz.received.msgs);
        let known = self.servers.entry(server.id.clone()).or_default();
        let Some((before, since)) = known.received.replace((msgs, now)) else { return };
        let (got, secs) = (msgs.saturating_sub(before), (now - since).as_secs_f64());
        if (got as f64) < BUSY_PER_S * secs {
            known.said.clear();
            return;
        }
        if let Err(fault) = self.count(&server.id, got, now).await {
            debug!(%fault, "who says so much is looked at again soon");
        }
        self.lately.forget(now);
    }

    /// Counts what each has said since the last look, as far as it explains what the server got.
    async fn count(&mut self, server: &str, got: u64, now: Instant) -> Result<(), Fault> {
        let mut said = HashMap::new();
        let before =
            self.servers.get_mut(server).map(|known| std::mem::take(&mut known.said)).unwrap_or_default();
        let (mut offset, mut explained, mut floods) = (0, 0, Vec::new());
        while offset < ALL_MAX && explained * 2 < got {
            let Connections { now: its_now, connections } = self.page(server, offset).await?;
            offset += PAGE_LEN;
            let is_last = connections.len() < PAGE_LEN;
            for Connection { cid, in_msgs, start, authorized_user } in connections {
                said.insert(cid, in_msgs);
                let age = its_now.parse::<words::Instant>().ok().zip(start.parse().ok());
                let is_new = age.is_some_and(|(now, start)| now - start < NEW);
                let more = match before.get(&cid) {
                    Some(earlier) => in_msgs.saturating_sub(*earlier),
                    None if is_new => in_msgs,
                    // What it has said before the first look is not known.
                    None => continue,
                };
                explained += more;
                let user = self.sessions.user_of(&authorized_user);
                floods.extend(user.filter(|user| more > 0 && self.lately.too_much(user, more, now)));
            }
            if is_last {
                break;
            }
        }
        if let Some(known) = self.servers.get_mut(server) {
            known.said = said;
        }
        for user in floods {
            let ended = self.sessions.shut_out(&user).await;
            warn!(%user, ended, "so much at once holds up everybody else: its sender stays out for a while");
        }
        Ok(())
    }

    /// Whom an operator trusts with more is in another account: a program of one's own may have much to say.
    async fn page(&self, server: &str, offset: usize) -> Result<Connections, Fault> {
        let doing = || Fault::later("ask who says so much");
        let ask =
            Ask { auth: true, acc: Account::Users.as_str(), sort: "msgs_from", limit: PAGE_LEN, offset };
        let asked =
            self.system.client().request(format!("$SYS.REQ.SERVER.{server}.CONNZ"), to_json(&ask).into());
        let answer = timeout(ANSWER_WITHIN, asked).await.map_err(|why| doing().because(why))?;
        let answer = answer.map_err(|why| doing().because(why))?;
        let page: Page = serde_json::from_slice(&answer.payload).map_err(|why| doing().because(why))?;
        Ok(page.data)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn so_much_at_once_and_so_much_in_the_long_run_is_not_too_much() {
        let (mut lately, ann) = (Lately::default(), "ann".parse().unwrap());
        let begin = Instant::now();
        let at = |ms: u64| begin + Duration::from_millis(ms);
        assert!(!lately.too_much(&ann, 5_000, at(0)) && lately.too_much(&ann, 1, at(0)));
        assert!(!lately.too_much(&ann, 5_000, at(1)), "the count began anew");
        let mut lately = Lately::default();
        assert!(
            (0..400).all(|look| !lately.too_much(&ann, 500, at(250 * look))),
            "a hundred seconds at the pace"
        );
        assert!((400..440).any(|look| lately.too_much(&ann, 750, at(250 * look))));
        lately.forget(at(200_000));
        assert!(lately.0.is_empty());
    }
}
