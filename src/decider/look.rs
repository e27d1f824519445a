//! Answering whether what was decided earlier may still be sent live, between a few commands and the next.

use async_nats::{Client, Message, Subscriber};
use tracing::debug;

use crate::log::{Fault, Log};
use crate::rules::State;
use crate::wire::look::{LOOKED_AT_LEN_MAX, LookAt, Looked};
use crate::wire::{from_msgpack, subjects, to_msgpack};

/// The questions of fan-outs.
pub(super) async fn questions(log: &Log) -> Result<Subscriber, Fault> {
    let subscribed = log.client().subscribe(subjects::LOOK).await;
    subscribed.map_err(|error| Fault::later("listen to what is asked before a send").because(error))
}

pub(super) async fn answer(client: &Client, state: &State, question: Message) {
    let Some(reply) = question.reply else { return };
    match from_msgpack::<LookAt>(&question.payload) {
        Ok(LookAt { at, deliveries }) => {
            let asked = deliveries.iter().take(LOOKED_AT_LEN_MAX);
            let may_go = asked.map(|(message, to)| state.may_go_live(*message, to, at)).collect();
            // Whoever asked may be gone; then there is nobody to tell.
            let _ = client.publish(reply, to_msgpack(&Looked { may_go }).into()).await;
        }
        Err(why) => debug!(why, "a question before a send cannot be read"),
    }
}
