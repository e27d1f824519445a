//! The yardstick: raw asynchronous publishing of the same bytes to one file stream of the same server.

use std::time::Instant;

use bytes::Bytes;

use super::load::{self, IN_FLIGHT_MAX, rate};
use crate::cli::output::Failure;
use crate::log::{Log, Pipeline};
use crate::words::UserName;

pub(super) const STREAM: &str = "RAW";
pub(super) const SUBJECTS: &str = "raw.>";

/// The same bytes as Homing's message, under a subject of the same length.
fn message(people: &[UserName], number: usize) -> (String, Bytes) {
    let (subject, payload) = load::message(people, number);
    (subject.replacen("homing", "raw.xx", 1), payload)
}

/// Messages per second, published under `subject` and acknowledged.
pub(super) async fn per_second(log: &Log, people: &[UserName], messages: usize) -> Result<f64, Failure> {
    let mut pipeline = Pipeline::new(log.clone(), IN_FLIGHT_MAX);
    let prepared: Vec<(String, Bytes)> = (0..messages).map(|number| message(people, number)).collect();
    let started = Instant::now();
    for (subject, payload) in prepared {
        pipeline.publish(subject, payload).await?;
    }
    pipeline.drain().await?;
    Ok(rate(messages, started.elapsed()))
}
