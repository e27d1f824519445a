//! One question, from its arrival to its answer on the wire.

use std::sync::Arc;

use async_nats::HeaderMap;
use async_nats::service::{NATS_SERVICE_ERROR, NATS_SERVICE_ERROR_CODE, Request};
use bytes::Bytes;
use tracing::{debug, warn};

use super::answer::Found;
use super::asker::Asked;
use super::bodies;
use super::form::Form;
use super::page::Filling;
use super::questions::Question;
use super::refusal::{Unanswered, behind, unavailable};
use super::standing::Reader;
use super::why;
use crate::log::{Fault, Retry, blocking, clock};
use crate::wire::query::{ErrorAnswer, encoding};
use crate::wire::subjects;

/// NATS's usual limit of a message; a server may have a lower one.
const ANSWER_BYTES_MAX: usize = 1_024 * 1_024;
/// What the server counts beside the payload: subject and headers.
const ENVELOPE_BYTES: usize = 4 * 1_024;

/// # Errors
/// `Retry::Reload` where the read models turn out to be torn; whatever else fails, the asker alone is told.
pub(super) async fn reply(
    reader: Arc<Reader>,
    question: &'static Question,
    request: Request,
) -> Result<(), Fault> {
    let (subject, payload) = (request.message.subject.as_str(), &request.message.payload);
    let user = subjects::parse_query(subject).map_or("", |(user, _)| user);
    let standing = reader.standing().await;
    let bytes_max =
        reader.log.client().server_info().max_payload.min(ANSWER_BYTES_MAX).saturating_sub(ENVELOPE_BYTES);
    let form = Form { encoding: encoding(payload), bytes_max, as_of: standing.as_of };
    let composed = if standing.is_rebuilding() {
        Err(Unanswered::Refused(unavailable()))
    } else {
        compose(&reader, question, user.to_owned(), payload.clone(), form).await
    };
    let (error, status, ended) = match composed {
        Ok(answer) => {
            send(&request, answer, HeaderMap::new()).await;
            return Ok(());
        }
        // What the rows do not allow, those that are missing may.
        Err(Unanswered::Refused(_)) if standing.is_behind() => {
            debug!(user, subject, as_of = standing.as_of.0, "a question came before the rows that answer it");
            (behind(standing), "503", Ok(()))
        }
        Err(Unanswered::Refused(error)) => {
            debug!(user, subject, code = error.code, "a question was refused");
            (ErrorAnswer::from(error), "400", Ok(()))
        }
        Err(Unanswered::Failed(fault)) => {
            warn!(%fault, "a question could not be answered");
            let torn = fault.retry == Retry::Reload;
            (ErrorAnswer::from(unavailable()), "500", if torn { Err(fault) } else { Ok(()) })
        }
    };
    send_error(&request, &error, form, status).await;
    ended
}

async fn compose(
    reader: &Reader,
    question: &'static Question,
    by: String,
    payload: Bytes,
    form: Form,
) -> Result<Vec<u8>, Unanswered> {
    let (log, model) = (&reader.log, Arc::clone(&reader.model));
    let now = clock::now();
    let find = move || {
        let model = model.of_now()?;
        let form = Form { as_of: model.position(), ..form };
        let found = question.find(&model, Asked { by: &by, payload: &payload, form, now });
        Ok(found.map(|found| (found, form)))
    };
    let (found, form) = blocking(find).await??;
    match found {
        Found::Answer(answer) => Ok(answer),
        Found::Lines(lines) => bodies::messages(log, lines, Filling::new(form)).await,
        Found::LinesBack(lines) => bodies::messages(log, lines, Filling::new(form).backwards(true)).await,
        Found::Conversations(list) => bodies::conversations(log, list, form).await,
        Found::Schedules(list) => bodies::schedules(log, list, form).await,
        Found::Why(inquiry) => why::told(log, inquiry, form).await,
    }
}

/// In headers as every NATS service says it (ADR-32), and as a body in our own shape.
async fn send_error(request: &Request, error: &ErrorAnswer, form: Form, status: &str) {
    let mut headers = HeaderMap::new();
    headers.insert(NATS_SERVICE_ERROR, error.error.code.as_str());
    headers.insert(NATS_SERVICE_ERROR_CODE, status);
    send(request, form.write(error), headers).await;
}

async fn send(request: &Request, answer: Vec<u8>, headers: HeaderMap) {
    // Without a reply subject nobody waits; without a connection the asker asks again.
    if let Err(error) = request.respond_with_headers(Ok(answer.into()), headers).await {
        debug!(%error, "an answer was not sent");
    }
}
