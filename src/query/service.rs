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

use super::questions::{QUESTIONS, Question};
use super::reply::reply;
use super::standing::Reader;
use crate::log::{Fault, Log};
use crate::wire::subjects;

/// More would only wait for the same disk and the same server.
const ANSWERING_MAX: usize = 64;
/// An answer waits for the read models and reads bodies, all of it within this.
const FINISH_WITHIN: Duration = Duration::from_secs(2);

type Questions = SelectAll<BoxStream<'static, (&'static Question, Request)>>;

/// Answers until `stop`, then finishes what it has begun.
pub(super) async fn serve(reader: Reader, stop: &CancellationToken) -> Result<(), Fault> {
    let reader = Arc::new(reader);
    // A question that no client can read ends the connection it comes on: not the one that reads the log.
    let ears = reader.log.another("query questions").await?;
    let (service, mut questions) = listen(&ears).await?;
    let mut answering = JoinSet::new();
    let ended = loop {
        tokio::select! {
            () = stop.cancelled() => break Ok(()),
            next = questions.next(), if answering.len() < ANSWERING_MAX => {
                let Some((question, request)) = next else {
                    break Err(Fault::later("listen to questions"));
                };
                answering.spawn(reply(Arc::clone(&reader), question, request));
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
    for question in QUESTIONS {
        let Question { name, asked, answered, .. } = *question;
        let metadata = [("request", asked), ("answer", answered)];
        let metadata: HashMap<_, _> = metadata.map(|(key, text)| (key.to_owned(), text.to_owned())).into();
        let endpoint = service.endpoint_builder().name(name).metadata(metadata);
        let endpoint = endpoint.add(subjects::query("*", name)).await.map_err(failed)?;
        questions.push(endpoint.map(move |request| (question, request)).boxed());
    }
    Ok((service, questions))
}
