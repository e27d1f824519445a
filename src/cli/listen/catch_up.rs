//! Fetches from the inbox what did not come live: after a reconnect, when more waits than is sent live, and for `pull`.

use std::sync::Arc;

use tokio::sync::Notify;
use tokio::sync::mpsc::{self, Receiver, Sender};
use tracing::warn;

use crate::cli::client::Client;
use crate::wire::Shown;
use crate::wire::query::{Items, LIMIT_MAX, Page};

/// A page; the next one is fetched while it is shown.
const FOUND_LEN_MAX: usize = LIMIT_MAX;

/// What is found each time `wanted` is notified. The task ends with its receiver.
pub(super) fn start(client: Client, wanted: Arc<Notify>) -> Receiver<Shown> {
    let (found, receiver) = mpsc::channel(FOUND_LEN_MAX);
    tokio::spawn(async move {
        loop {
            tokio::select! {
                () = found.closed() => return,
                () = wanted.notified() => all(&client, &found).await,
            }
        }
    });
    receiver
}

/// Messages may be found that came live as well; they are known by their id.
async fn all(client: &Client, found: &Sender<Shown>) {
    let mut after = None;
    loop {
        let page = Page { limit: Some(LIMIT_MAX), after, user: None };
        let answer: Items<Shown> = match client.ask("inbox", &page).await {
            Ok(answer) => answer,
            Err(failure) => {
                warn!(%failure, "the inbox could not be read; what waits there comes at the next reconnect");
                return;
            }
        };
        for shown in answer.items {
            if found.send(shown).await.is_err() {
                return;
            }
        }
        after = answer.next;
        if after.is_none() {
            return;
        }
    }
}
