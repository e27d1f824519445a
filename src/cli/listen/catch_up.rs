//! Fetches from the inbox what did not come live: after a reconnect, when more waits than is sent live, and for `pull`.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Notify;
use tokio::sync::mpsc::{self, Receiver, Sender};
use tracing::{debug, warn};

use crate::cli::client::Client;
use crate::wire::MessageView;
use crate::wire::query::{Items, LIMIT_MAX, Page};

/// A page; the next one is fetched while it is shown.
const FOUND_LEN_MAX: usize = LIMIT_MAX;
/// After a reconnect, Homing itself may still be starting. Where it says that it is reading its log, it is waited for.
const TRIES_MAX: u32 = 30;
const AGAIN_AFTER: Duration = Duration::from_secs(1);

/// What is found each time `wanted` is notified. The task ends with its receiver.
pub(super) fn start(client: Client, wanted: Arc<Notify>) -> Receiver<MessageView> {
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
async fn all(client: &Client, found: &Sender<MessageView>) {
    let mut after = None;
    loop {
        let Some(answer) = page(client, Page { limit: Some(LIMIT_MAX), after, user: None }).await else {
            return;
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

async fn page(client: &Client, page: Page) -> Option<Items<MessageView>> {
    let mut tries = 0;
    loop {
        tries += 1;
        match client.ask("inbox", &page).await {
            Ok(answer) => return Some(answer),
            Err(failure) if failure.is("query.unavailable") || tries < TRIES_MAX => {
                debug!(%failure, "the inbox is asked again");
                tokio::time::sleep(AGAIN_AFTER).await;
            }
            Err(failure) => {
                warn!(%failure, "the inbox could not be read; what waits there comes at the next reconnect");
                return None;
            }
        }
    }
}
