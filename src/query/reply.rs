//! One question, from its arrival to its answer on the wire.

use std::sync::Arc;
use std::time::Duration;

use async_nats::HeaderMap;
use async_nats::service::{NATS_SERVICE_ERROR, NATS_SERVICE_ERROR_CODE, Request};
use bytes::Bytes;
use tokio::time::timeout;
use tracing::{debug, warn};

use super::answer::Found;
use super::asker::Asked;
use super::bodies;
use super::model::Model;
use super::page::Filling;
use super::questions::Question;
use super::refusal::{Unanswered, unavailable};
use crate::log::{Fault, Log, Retry, blocking, clock};
use crate::rules::Rejection;
use crate::wire::query::{ErrorAnswer, encoding};
use crate::wire::{subjects, to_payload};
use crate::words::EventSeq;

/// Read-your-writes is waited for this long; then what is known is answered.
const FRESH_WITHIN: Duration = Duration::from_secs(1);
/// NATS's usual limit of a message; a server may have a lower one.
const ANSWER_BYTES_MAX: usize = 1_024 * 1_024;
/// What the server counts beside the payload: subject and headers.
const ENVELOPE_BYTES: usize = 4 * 1_024;

/// # Errors
/// `Retry::Reload` where the read models turn out to be torn; whatever else fails, the asker alone is told.
pub(super) async fn reply(
    log: Log,
    model: Arc<Model>,
    question: &'static Question,
    request: Request,
) -> Result<(), Fault> {
    let subject = request.message.subject.as_str();
    let payload = request.message.payload.clone();
    let user = subjects::parse_query(subject).map_or("", |(user, _)| user);
    let fault = match compose(&log, model, question, user.to_owned(), payload.clone()).await {
        Ok(answer) => {
            send(&request, answer, HeaderMap::new()).await;
            return Ok(());
        }
        Err(Unanswered::Refused(error)) => {
            debug!(user, subject, code = error.code, "a question was refused");
            send_error(&request, error, "400").await;
            return Ok(());
        }
        Err(Unanswered::Failed(fault)) => fault,
    };
    warn!(%fault, "a question could not be answered");
    send_error(&request, unavailable(), "500").await;
    if fault.retry == Retry::Reload { Err(fault) } else { Ok(()) }
}

async fn compose(
    log: &Log,
    model: Arc<Model>,
    question: &'static Question,
    by: String,
    payload: Bytes,
) -> Result<Vec<u8>, Unanswered> {
    let bytes_max =
        log.client().server_info().max_payload.min(ANSWER_BYTES_MAX).saturating_sub(ENVELOPE_BYTES);
    freshen(log, &model).await;
    let asked = payload.clone();
    let now = clock::now();
    let find = move || Ok(question.find(&model, Asked { by: &by, payload: &asked, bytes_max, now }));
    match blocking(find).await?? {
        Found::Answer(answer) => Ok(answer),
        Found::Lines(lines) => {
            bodies::messages(log, lines, Filling::new(encoding(&payload), bytes_max)).await
        }
        Found::LinesBack(lines) => {
            let filling = Filling::new(encoding(&payload), bytes_max).backwards(true);
            bodies::messages(log, lines, filling).await
        }
        Found::Schedules(list) => bodies::schedules(log, list, encoding(&payload), bytes_max).await,
    }
}

/// Waits until the read models hold what the log holds now, so that whoever saw an outcome sees its effect.
async fn freshen(log: &Log, model: &Model) {
    let reached = async {
        match log.last_seq("EVENTS").await {
            Ok(last) => model.reached(EventSeq(last)).await,
            Err(fault) => debug!(%fault, "answered without knowing how far the log goes"),
        }
    };
    if timeout(FRESH_WITHIN, reached).await.is_err() {
        debug!(seq = model.position().0, "answered from read models that lag behind");
    }
}

/// In headers as every NATS service says it (ADR-32), and as a body in our own shape.
async fn send_error(request: &Request, error: Rejection, status: &str) {
    let mut headers = HeaderMap::new();
    headers.insert(NATS_SERVICE_ERROR, error.code.as_str());
    headers.insert(NATS_SERVICE_ERROR_CODE, status);
    let encoding = encoding(&request.message.payload);
    send(request, to_payload(&ErrorAnswer { error }, encoding), headers).await;
}

async fn send(request: &Request, answer: Vec<u8>, headers: HeaderMap) {
    // Without a reply subject nobody waits; without a connection the asker asks again.
    if let Err(error) = request.respond_with_headers(Ok(answer.into()), headers).await {
        debug!(%error, "an answer was not sent");
    }
}
