//! Alice, who sends until each message is stored, and Bob, who shows each once and confirms it.

use std::collections::BTreeSet;
use std::time::Duration;

use async_nats::Message;
use futures_util::stream::{self, StreamExt};
use homing::wire::Shown;
use homing::wire::query::Items;
use homing::words::MessageId;
use serde_json::json;
use tokio::sync::watch;
use tokio::time::timeout;

use crate::client::Client;

/// Messages on their way to the stream.
const IN_FLIGHT_MAX: usize = 200;
/// Stored and not yet seen by Bob: more than come again when he comes online, so that his inbox has work.
const AHEAD_MAX: usize = 1_500;
/// Every fourth message has a deadline: its commit has two parts, between which somebody may die.
const EXPIRES_EVERY: usize = 4;
/// What one confirmation names.
const BATCH_LEN_MAX: usize = 500;
/// Nothing came live for so long: the inbox tells what is missing.
const QUIET: Duration = Duration::from_millis(500);

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

/// What Bob's client went through.
#[derive(Debug, Default)]
pub struct Got {
    /// Each message once: what a person would have seen.
    pub shown: BTreeSet<MessageId>,
    /// Live messages that had been seen before.
    pub repeated: usize,
    /// Messages that the inbox told before they came live, if they did.
    pub from_inbox: usize,
    pub came_online: usize,
}

/// Bob comes when everything has been sent.
pub async fn bob_alone(client: Client, n: usize) -> Got {
    let (seen, _nobody_waits) = watch::channel(0);
    let (_known, all) = watch::channel(Some(n));
    bob(client, seen, all).await
}

/// Receives until `all` says how many there are and they are there.
pub async fn bob(client: Client, seen: watch::Sender<usize>, all: watch::Receiver<Option<usize>>) -> Got {
    let live = client.nats.subscribe("homing.to.bob.>").await.unwrap();
    let mut live = live.ready_chunks(BATCH_LEN_MAX);
    let mut connects = client.connects();
    connects.mark_changed();
    let mut got = Got::default();
    loop {
        let came = tokio::select! {
            biased;
            _ = connects.changed() => {
                got.came_online += 1;
                let online = json!({ "device": "laptop", "class": "pc", "lease": "3600s" });
                client.command("bob", "presence.online", &online).await;
                continue;
            }
            came = timeout(QUIET, live.next()) => came,
        };
        let messages: Vec<MessageId> = match came {
            Ok(batch) => {
                let batch = batch.expect("the client lives");
                let message =
                    |live: &Message| serde_json::from_slice::<Shown>(&live.payload).unwrap().message;
                let messages: Vec<_> = batch.iter().map(message).collect();
                got.repeated += messages.iter().filter(|message| got.shown.contains(message)).count();
                messages
            }
            Err(_) => {
                let waiting = inbox(&client).await;
                got.from_inbox += waiting.iter().filter(|message| !got.shown.contains(message)).count();
                if waiting.is_empty() && *all.borrow() == Some(got.shown.len()) {
                    return got;
                }
                waiting
            }
        };
        got.shown.extend(&messages);
        seen.send_replace(got.shown.len());
        for batch in messages.chunks(BATCH_LEN_MAX) {
            client.command("bob", "message.received", &json!({ "messages": batch })).await;
        }
    }
}

/// What waits, all pages; nothing where nobody answers at present.
async fn inbox(client: &Client) -> Vec<MessageId> {
    let mut found = Vec::new();
    let mut after = None;
    loop {
        let mut page = json!({ "limit": 1_000 });
        if let Some(after) = &after {
            page["after"] = json!(after);
        }
        let answer = client.nats.request("homing.query.bob.inbox", page.to_string().into()).await;
        let Ok(answer) = answer else { return found };
        let Ok(items) = serde_json::from_slice::<Items<Shown>>(&answer.payload) else { return found };
        found.extend(items.items.iter().map(|shown| shown.message));
        after = items.next;
        if after.is_none() {
            return found;
        }
    }
}
