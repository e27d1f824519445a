//! The yardstick: raw asynchronous publishing of the same bytes to one file stream of the same server.

use std::time::Instant;

use bytes::Bytes;

use super::load::{self, IN_FLIGHT_MAX, rate};
use super::scratch;
use crate::cli::output::Failure;
use crate::log::{Log, Pipeline};
use crate::words::UserName;

pub(super) const STREAM: &str = "RAW";
/// The second one: two durable writes a message, as Homing makes them, and nothing else, is the bound of what can be reached.
pub(super) const SECOND: &str = "RAW2";
const SUBJECTS: [(&str, &str); 2] = [(STREAM, "raw.xx"), (SECOND, "two.xx")];

/// Makes both streams.
pub(super) async fn streams(log: &Log) -> Result<(), Failure> {
    for (stream, subjects) in SUBJECTS {
        scratch::stream(log, stream, &format!("{subjects}.>"), false).await?;
    }
    Ok(())
}

/// The same bytes as Homing's message, under a subject of the same length.
pub(super) fn message(people: &[UserName], number: usize, stream: &str) -> (String, Bytes) {
    let (subject, payload) = load::message(people, number);
    let prefix = SUBJECTS.iter().find(|(name, _)| *name == stream).map_or("", |(_, prefix)| *prefix);
    (subject.replacen("homing", prefix, 1), payload)
}

/// Messages per second, published to a stream and acknowledged.
pub(super) async fn per_second(log: &Log, people: &[UserName], messages: usize) -> Result<f64, Failure> {
    let prepared = prepare(people, messages, STREAM);
    let started = Instant::now();
    publish(log, prepared).await?;
    Ok(rate(messages, started.elapsed()))
}

/// The same, each published to two streams that are written at once.
pub(super) async fn per_second_twice(
    logs: [&Log; 2],
    people: &[UserName],
    messages: usize,
) -> Result<f64, Failure> {
    let [first, second] = [STREAM, SECOND].map(|stream| prepare(people, messages, stream));
    let started = Instant::now();
    let ([one, two], [first, second]) = (logs.map(Log::clone), [first, second]);
    let second = tokio::spawn(async move { publish(&two, second).await });
    publish(&one, first).await?;
    second.await.map_err(|error| Failure::failed(error.to_string()))??;
    Ok(rate(messages, started.elapsed()))
}

fn prepare(people: &[UserName], messages: usize, stream: &str) -> Vec<(String, Bytes)> {
    (0..messages).map(|number| message(people, number, stream)).collect()
}

async fn publish(log: &Log, prepared: Vec<(String, Bytes)>) -> Result<(), Failure> {
    let mut pipeline = Pipeline::new(log.clone(), IN_FLIGHT_MAX);
    for (subject, payload) in prepared {
        pipeline.publish(subject, payload).await?;
    }
    Ok(pipeline.drain().await?)
}
