//! Whether another decider is active. The fence alone keeps the log right; this keeps two from taking turns at losing it.

use std::time::Duration;

use async_nats::{Client, Request, Subscriber};
use bytes::Bytes;
use futures_util::StreamExt;
use serde_json::json;
use tokio_util::task::AbortOnDropHandle;

use crate::log::{Fault, Log};
use crate::wire::subjects::ACTIVE_DECIDER;
use crate::wire::to_json;

/// A takeover follows a death within about this time: the server tells at once that nobody answers.
const LOOK_EVERY: Duration = Duration::from_millis(300);
/// An active decider that does not answer for this long is stuck; the fence stops it when it wakes up.
const ANSWER_WITHIN: Duration = Duration::from_millis(500);

pub(super) async fn pause() {
    tokio::time::sleep(LOOK_EVERY).await;
}

/// Asks. No answer, or nobody there to answer, means no.
pub(super) async fn someone_is_active(log: &Log) -> bool {
    let request = Request::new().timeout(Some(ANSWER_WITHIN));
    // Where the server itself is away nobody can be active, and neither can we: deciding fails then, and begins anew.
    log.client().send_request(ACTIVE_DECIDER, request).await.is_ok()
}

/// Makes this process the one that answers, until the handle is dropped. A task of its own: a slow disk holds up
/// decisions, and must not look like a death.
pub(super) async fn claim(log: &Log, passed_over: u64) -> Result<AbortOnDropHandle<()>, Fault> {
    let subscribed = log.client().subscribe(ACTIVE_DECIDER).await;
    let questions =
        subscribed.map_err(|error| Fault::later("say that this decider is active").because(error))?;
    Ok(AbortOnDropHandle::new(tokio::spawn(answer(log.client().clone(), questions, active(passed_over)))))
}

/// What the active decider says of itself, to whoever asks: that it is active, and how many of the records of EVENTS that it
/// has read since its last snapshot are none of ours.
fn active(passed_over: u64) -> Bytes {
    to_json(&json!({ "active": true, "passed_over": passed_over })).into()
}

async fn answer(client: Client, mut questions: Subscriber, active: Bytes) {
    while let Some(question) = questions.next().await {
        if let Some(reply) = question.reply {
            // Whoever asked may be gone; then there is nobody to tell.
            let _ = client.publish(reply, active.clone()).await;
        }
    }
}
