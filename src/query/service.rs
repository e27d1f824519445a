//! The NATS service `homing`: an endpoint per question, as `nats micro info homing` shows them.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use async_nats::service::{Request, Service, ServiceExt};
use futures_util::StreamExt;
use futures_util::stream::{BoxStream, SelectAll};
use tokio::task::JoinSet;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;
use tracing::debug;

use super::asker::Question;
use super::model::Model;
use super::reply::reply;
use crate::log::{Fault, Log};
use crate::wire::subjects;

/// More would only wait for the same disk and the same server.
const ANSWERING_MAX: usize = 64;
/// An answer waits for the read models and reads bodies, all of it within this.
const FINISH_WITHIN: Duration = Duration::from_secs(2);

const PAGE: &str = "{limit?, after?, user?}";
const SHOWN: &str = "{items: [{message, from, to, text?, parts?: [{type, name?, data}], at, state}], next?}";

const SCHEDULES: &str = "{items: [{schedule, from, to, text?, parts?, route, when, state, next?: {nominal, second?, due}, \
    fired, skipped, missed, cancelled, pending, run_now, last?: {nominal, second?, state, late_ms, at}, skips?, \
    occurrences?: [{nominal, second?, due, state, reason?, late_ms, message?, seq}]}], next?}";
const QUOTA: &str = "{user, zone, day: {max?, used, left?, resets}, month: {max?, used, left?, resets}}";
const LEDGER: &str = "{total: {planned, fired, skipped, missed, cancelled, pending, repeated, balanced}, \
    items: [{schedule, planned, fired, skipped, missed, cancelled, pending, repeated, balanced}], next?}";

/// Question, name, what is asked and what is answered.
const ENDPOINTS: [(Question, &str, &str, &str); 11] = [
    (Question::Inbox, "inbox", PAGE, SHOWN),
    (Question::History, "history", "{with, limit?, after? | before?, user?}", SHOWN),
    (
        Question::Presence,
        "presence",
        PAGE,
        "{items: [{user, online, devices: [{device, class, since}]}], next?}",
    ),
    (
        Question::Delivery,
        "delivery",
        "{message}",
        "{message, recipients: [{to, state, channel?, reason?, history: [{state, at, seq, channel?, reason?}]}]}",
    ),
    (
        Question::Contacts,
        "contacts",
        PAGE,
        "{items: [{who, alias?, blocked, im?, nickname?, mood?, picture?}], next?}",
    ),
    (
        Question::Users,
        "users",
        PAGE,
        "{items: [{name, im, phone?, zone?, day?, month?, suspended, sms}], next?}",
    ),
    (Question::Schedules, "schedules", "{limit?, after?, user?, schedule?, state?}", SCHEDULES),
    (
        Question::Preview,
        "preview",
        "{when | schedule, count?, after?}",
        "{occurrences: [{nominal, second?, due} | {nominal, second?, omitted}]}",
    ),
    (Question::Quota, "quota", "{user?}", QUOTA),
    (
        Question::Lateness,
        "lateness",
        "{schedule?}",
        "{fired, p50_ms?, p90_ms?, p99_ms?, p999_ms?, max_ms?, buckets: [{le_ms, count}]}",
    ),
    (Question::Ledger, "ledger", "{limit?, after?, schedule?}", LEDGER),
];

type Questions = SelectAll<BoxStream<'static, (Question, Request)>>;

/// Answers until `stop`, then finishes what it has begun.
pub(super) async fn serve(log: &Log, model: &Arc<Model>, stop: &CancellationToken) -> Result<(), Fault> {
    let (service, mut questions) = listen(log).await?;
    let mut answering = JoinSet::new();
    let ended = loop {
        tokio::select! {
            () = stop.cancelled() => break Ok(()),
            next = questions.next(), if answering.len() < ANSWERING_MAX => {
                let Some((question, request)) = next else {
                    break Err(Fault::later("listen to questions"));
                };
                answering.spawn(reply(log.clone(), model.clone(), question, request));
            }
            Some(replied) = answering.join_next() => {
                if let Err(fault) = replied.unwrap_or_else(|panicked| Err(Fault::never("answer").because(panicked))) {
                    break Err(fault);
                }
            }
        }
    };
    drop(questions);
    if let Err(error) = service.stop().await {
        debug!(%error, "the service did not stop by itself");
    }
    let finish = async { while answering.join_next().await.is_some() {} };
    if timeout(FINISH_WITHIN, finish).await.is_err() {
        debug!("some questions stay without an answer");
    }
    ended
}

async fn listen(log: &Log) -> Result<(Service, Questions), Fault> {
    let failed =
        |error: async_nats::Error| Fault::later("offer the questions as a NATS service").because(error);
    let service = log.client().service_builder().description("Homing's questions and answers");
    let service = service.start("homing", env!("CARGO_PKG_VERSION")).await.map_err(failed)?;
    let mut questions = SelectAll::new();
    for (question, name, request, answer) in ENDPOINTS {
        let metadata = [("request", request), ("answer", answer)];
        let metadata: HashMap<_, _> = metadata.map(|(key, text)| (key.to_owned(), text.to_owned())).into();
        let endpoint = service.endpoint_builder().name(name).metadata(metadata);
        let endpoint = endpoint.add(subjects::query("*", name)).await.map_err(failed)?;
        questions.push(endpoint.map(move |request| (question, request)).boxed());
    }
    Ok((service, questions))
}
