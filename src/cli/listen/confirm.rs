//! Confirmations go out in batches, and again until they are stored.

use std::time::Duration;

use tokio::sync::mpsc::{self, Receiver, Sender};
use tokio::task::JoinHandle;
use tracing::warn;

use crate::cli::client::Client;
use crate::rules::message::Confirm;
use crate::rules::presence::Encoding;
use crate::rules::{Command, message};
use crate::words::MessageId;

/// What one `message.received` may name.
const BATCH_LEN_MAX: usize = 1_000;
/// Some batches: when the server is away for longer, showing waits too.
const QUEUE_LEN_MAX: usize = 4_096;
/// A burst of live messages becomes one command.
const COLLECT_FOR: Duration = Duration::from_millis(5);
const AGAIN_AFTER: Duration = Duration::from_secs(1);

/// The queue of what was shown, and the task that confirms it: it ends when the queue is dropped and empty.
pub(super) fn start(client: Client) -> (Sender<MessageId>, JoinHandle<()>) {
    let (queue, shown) = mpsc::channel(QUEUE_LEN_MAX);
    (queue, tokio::spawn(run(client, shown)))
}

async fn run(client: Client, mut shown: Receiver<MessageId>) {
    let mut batch = Vec::with_capacity(BATCH_LEN_MAX);
    while let Some(first) = shown.recv().await {
        batch.push(first);
        let collect = async {
            while batch.len() < BATCH_LEN_MAX
                && let Some(more) = shown.recv().await
            {
                batch.push(more);
            }
        };
        // Either the batch is full, or its time is up.
        let _ = tokio::time::timeout(COLLECT_FOR, collect).await;
        store(&client, std::mem::take(&mut batch)).await;
    }
}

async fn store(client: &Client, messages: Vec<MessageId>) {
    let command = Command::from(message::Received(Confirm { message: None, messages: Some(messages) }));
    // Confirmed twice is confirmed once.
    while let Err(failure) = client.publish(&command, Encoding::Json).await {
        warn!(%failure, "messages are confirmed again");
        tokio::time::sleep(AGAIN_AFTER).await;
    }
}
