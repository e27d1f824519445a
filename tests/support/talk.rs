//! What people say, ask and are told on NATS, in JSON: commands and their outcomes, questions, what comes live.

use std::collections::VecDeque;
use std::time::Duration;

use async_nats::Subscriber;
use async_nats::jetstream::context::PublishAckFuture;
use futures_util::StreamExt;
use homing::log::Log;
use homing::wire::subjects;
use serde_json::{Value, json};
use tokio::time::timeout;

/// Also on a busy machine.
pub const WITHIN: Duration = Duration::from_secs(60);

/// Stores a command; gives its number.
pub async fn says(log: &Log, by: &str, verb: &str, fields: Value) -> u64 {
    let stored = async_nats::jetstream::new(log.client().clone());
    let stored = stored.publish(subjects::command(by, verb), fields.to_string().into()).await;
    stored.expect("connected").await.expect("it is stored").sequence
}

/// Stores many commands in their order.
pub async fn says_all(log: &Log, said: impl IntoIterator<Item = (String, &'static str, Value)>) {
    /// As many as a connection takes without a pause.
    const UNDER_WAY_LEN_MAX: usize = 500;
    let context = async_nats::jetstream::new(log.client().clone());
    let mut under_way = VecDeque::new();
    for (by, verb, fields) in said {
        if under_way.len() == UNDER_WAY_LEN_MAX {
            stored(under_way.pop_front()).await;
        }
        let published = context.publish(subjects::command(&by, verb), fields.to_string().into()).await;
        under_way.push_back(published.expect("connected"));
    }
    while !under_way.is_empty() {
        stored(under_way.pop_front()).await;
    }
}

async fn stored(ack: Option<PublishAckFuture>) {
    if let Some(ack) = ack {
        ack.await.expect("it is stored");
    }
}

/// Says it and waits for what becomes of it.
pub async fn outcome(log: &Log, by: &str, verb: &str, fields: Value) -> Value {
    let mut outcomes = listens(log, &format!("homing.outcome.{by}.>")).await;
    let seq = says(log, by, verb, fields).await;
    loop {
        let told = next(&mut outcomes).await;
        if told.get("command").and_then(Value::as_u64) == Some(seq) {
            return told;
        }
    }
}

pub async fn listens(log: &Log, subject: &str) -> Subscriber {
    let heard = log.client().subscribe(subject.to_owned()).await.expect("connected");
    log.flush().await.expect("connected");
    heard
}

pub async fn next(heard: &mut Subscriber) -> Value {
    let came = timeout(WITHIN, heard.next()).await.expect("it comes").expect("connected");
    serde_json::from_slice(&came.payload).expect("JSON")
}

pub async fn asks(log: &Log, by: &str, name: &str, question: Value) -> Value {
    let asked = log.client().request(subjects::query(by, name), question.to_string().into());
    let answer = timeout(WITHIN, asked).await.expect("it is answered").expect("connected");
    serde_json::from_slice(&answer.payload).expect("JSON")
}

pub async fn online(log: &Log, who: &str) {
    says(log, who, "presence.online", json!({ "device": "pc", "class": "pc", "lease": "1h" })).await;
}
