//! Alice, who sends until each message is stored, and Bob, who shows each once and confirms it.

use std::collections::BTreeSet;
use std::time::Duration;

use async_nats::Message;
use futures_util::stream::{self, StreamExt};
use homing::wire::MessageView;
use homing::wire::query::Items;
use homing::words::MessageId;
use serde_json::json;
use tokio::sync::watch;
use tokio::time::timeout;

use crate::client::Client;

/// Messages on their way to the stream.
const IN_FLIGHT_MAX: usize = 200;
/// Stored and not yet seen by Bob: as many as come again when he says that he is online (the contract: 1,000).
const AHEAD_MAX: usize = 900;
/// Every fourth message has a deadline: its commit has two parts, between which somebody may die.
const EXPIRES_EVERY: usize = 4;
/// Messages between two breaks of a bad line.
const BREAKS_EVERY: usize = 1_500;
/// What one confirmation names.
const BATCH_LEN_MAX: usize = 500;

/// The last confirmation is decided and shown within this, also on a busy machine.
const INBOX_WITHIN: Duration = Duration::from_secs(30);

/// Sends `n` messages; tells how many are stored; gives their ids.
pub async fn alice(
    client: Client,
    n: usize,
    seen: watch::Receiver<usize>,
    stored: watch::Sender<usize>,
) -> BTreeSet<MessageId> {
    let one = |i: usize| {
        let (client, mut seen) = (client.clone(), seen.clone());
        async move {
            seen.wait_for(|seen| i < seen + AHEAD_MAX).await.expect("Bob listens");
            let mut message = json!({ "to": ["bob"], "text": format!("message {i}"), "id": format!("{i}") });
            if i.is_multiple_of(EXPIRES_EVERY) {
                message["expires_in"] = json!("6h");
            }
            client.message(&message).await
        }
    };
    let mut accepted = BTreeSet::new();
    let mut sending = stream::iter(0..n).map(one).buffer_unordered(IN_FLIGHT_MAX);
    while let Some(seq) = sending.next().await {
        assert!(
            accepted.insert(format!("m{seq}").parse().unwrap()),
            "two messages were stored as one: {seq}"
        );
        stored.send_replace(accepted.len());
    }
    accepted
}

/// How Bob is connected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Line {
    Holds,
    /// It breaks now and then, and what is sent to him until he is connected again reaches nobody.
    Breaks,
}

/// What Bob's client went through.
#[derive(Debug, Default)]
pub struct Got {
    /// Each message once: what a person would have seen.
    pub shown: BTreeSet<MessageId>,
    /// Live messages that had been seen before.
    pub repeated: usize,
    /// Messages that were seen after later ones.
    pub overtaken: usize,
    pub came_online: usize,
}

/// Bob comes when everything has been sent.
pub async fn bob_alone(client: Client, n: usize) -> Got {
    let (seen, _nobody_waits) = watch::channel(0);
    let (_known, all) = watch::channel(Some(n));
    bob(client, Line::Holds, seen, all).await
}

/// Receives until `all` says how many there are and they are there. Nothing but live messages shows him anything, and he says
/// that he is online only where his connection is new: whatever else is lost on its way, it must come again by itself.
pub async fn bob(
    client: Client,
    line: Line,
    seen: watch::Sender<usize>,
    mut all: watch::Receiver<Option<usize>>,
) -> Got {
    let live = client.nats.subscribe("homing.to.bob.>").await.unwrap();
    let mut live = live.ready_chunks(BATCH_LEN_MAX);
    let mut connects = client.connects();
    connects.mark_changed();
    let (mut got, mut breaks) = (Got::default(), 0);
    while *all.borrow_and_update() != Some(got.shown.len()) {
        let batch = tokio::select! {
            biased;
            _ = connects.changed() => {
                got.came_online += 1;
                let online = json!({ "device": "laptop", "class": "pc", "lease": "3600s" });
                client.command("bob", "presence.online", &online).await;
                continue;
            }
            batch = live.next() => batch.expect("the client lives"),
            Ok(()) = all.changed() => continue,
        };
        let message = |live: &Message| serde_json::from_slice::<MessageView>(&live.payload).unwrap().message;
        let messages: Vec<MessageId> = batch.iter().map(message).collect();
        messages.iter().for_each(|message| got.sees(*message));
        seen.send_replace(got.shown.len());
        client.command("bob", "message.received", &json!({ "messages": messages })).await;
        if line == Line::Breaks && got.shown.len() > (breaks + 1) * BREAKS_EVERY {
            breaks += 1;
            client.nats.force_reconnect().await.unwrap();
        }
    }
    nothing_waits(&client).await;
    got
}

impl Got {
    fn sees(&mut self, message: MessageId) {
        let is_late = self.shown.last().is_some_and(|last| message < *last);
        if self.shown.insert(message) {
            self.overtaken += usize::from(is_late);
        } else {
            self.repeated += 1;
        }
    }
}

/// All that was confirmed leaves the inbox, once it is decided and the read models know it.
async fn nothing_waits(client: &Client) {
    let empty = async {
        loop {
            // Nobody may answer at present.
            let Ok(answer) = client.nats.request("homing.query.bob.inbox", "{}".into()).await else {
                continue;
            };
            let waiting: Option<Items<MessageView>> = serde_json::from_slice(&answer.payload).ok();
            if waiting.is_some_and(|waiting| waiting.items.is_empty()) {
                return;
            }
            tokio::task::yield_now().await;
        }
    };
    timeout(INBOX_WITHIN, empty).await.expect("what Bob has confirmed still waits for him");
}
