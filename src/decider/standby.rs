//! Whether another decider is active. The fence alone keeps the log right; this keeps two from taking turns at losing it.

use std::time::Duration;

use async_nats::RequestErrorKind;
use async_nats::{Request, Subscriber};
use futures_util::StreamExt;

use crate::log::{Fault, Log};
use crate::wire::subjects::ACTIVE_DECIDER;

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
    match log.client().send_request(ACTIVE_DECIDER, request).await {
        Ok(_) => true,
        Err(error) => match error.kind() {
            RequestErrorKind::NoResponders | RequestErrorKind::TimedOut => false,
            // The server is away: nobody can be active, and neither can we.
            RequestErrorKind::InvalidSubject
            | RequestErrorKind::MaxPayloadExceeded
            | RequestErrorKind::Other => false,
        },
    }
}

/// Makes this process the one that answers.
pub(super) async fn claim(log: &Log) -> Result<Subscriber, Fault> {
    let subscribed = log.client().subscribe(ACTIVE_DECIDER).await;
    subscribed.map_err(|error| Fault::later("say that this decider is active").because(error))
}

/// Answers those who ask, for as long as it is polled.
pub(super) async fn answer(log: &Log, claim: &mut Subscriber) {
    while let Some(question) = claim.next().await {
        if let Some(reply) = question.reply {
            // Whoever asked may be gone; then there is nobody to tell.
            let _ = log.client().publish(reply, "active".into()).await;
        }
    }
    // The subscription ends with the connection; the fence decides from here on.
    std::future::pending::<()>().await;
}
