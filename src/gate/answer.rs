//! Answers to operators: who is connected; and the end of somebody's connections, when they or the decider want it.

use async_nats::Message;
use futures_util::StreamExt;
use tokio_util::sync::CancellationToken;

use super::QUEUE;
use super::known::Known;
use super::sessions::Sessions;
use crate::log::{Fault, Log};
use crate::rules::Rejection;
use crate::wire::gate_query::{self, END, Ended, SessionsOf};
use crate::wire::query::{self, ErrorAnswer, LIMIT_MAX};
use crate::wire::{subjects, to_json};
use crate::words::UserName;

pub(super) async fn run(
    log: &Log,
    known: &Known,
    sessions: &Sessions,
    ends: &CancellationToken,
) -> Result<(), Fault> {
    let listen = async |subject: String| {
        let listening = log.client().queue_subscribe(subject, QUEUE.to_owned()).await;
        listening.map_err(|error| Fault::later("listen to an operator's questions").because(error))
    };
    let mut asked = listen(subjects::query(subjects::OPERATOR, "sessions")).await?;
    let mut to_end = listen(END.to_owned()).await?;
    loop {
        let (reply, answer) = tokio::select! {
            () = ends.cancelled() => return Ok(()),
            Some(Message { reply, payload, .. }) = asked.next() => (reply, list(known, sessions, &payload)),
            Some(Message { reply, payload, .. }) = to_end.next() => (reply, end(known, sessions, &payload).await),
            else => return Err(Fault::later("listen to an operator's questions")),
        };
        if let Some(reply) = reply {
            // Who asked may be gone.
            let _ = log.client().publish(reply, answer.into()).await;
        }
    }
}

/// Whose connections are meant: somebody's who is registered, or everybody's.
fn whose(known: &Known, question: &[u8]) -> Result<Option<UserName>, Rejection> {
    let SessionsOf { user } = query::parse(question)?;
    match &user {
        Some(name) if matches!(known.person(name), Ok(None)) => Err(Rejection::unknown_user(name.as_str())),
        // Where the folder does not answer, the table of connections does.
        Some(_) | None => Ok(user),
    }
}

fn list(known: &Known, sessions: &Sessions, question: &[u8]) -> Vec<u8> {
    match whose(known, question) {
        Ok(user) => {
            let (as_of, mut items) = (known.position(), sessions.of(user.as_ref()));
            let count = items.len();
            items.truncate(LIMIT_MAX);
            to_json(&gate_query::Sessions { items, count, as_of })
        }
        Err(error) => to_json(&ErrorAnswer::from(error)),
    }
}

async fn end(known: &Known, sessions: &Sessions, question: &[u8]) -> Vec<u8> {
    match whose(known, question) {
        Ok(Some(user)) => to_json(&Ended { ended: sessions.end(&user).await }),
        Ok(None) => to_json(&Ended { ended: 0 }),
        Err(error) => to_json(&ErrorAnswer::from(error)),
    }
}
