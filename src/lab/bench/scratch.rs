//! Scratch streams and consumers beside Homing's: what a benchmark compares with.

use std::time::Duration;

use serde_json::{Value, json};

use crate::cli::output::Failure;
use crate::log::{Log, Source};

/// A stream in a file, with the server's defaults (and its message schedules, where these are wished).
pub(super) async fn stream(log: &Log, name: &str, subjects: &str, schedules: bool) -> Result<(), Failure> {
    let config = json!({
        "name": name, "subjects": [subjects], "storage": "file", "retention": "limits",
        "allow_msg_schedules": schedules,
    });
    create(log, &format!("STREAM.CREATE.{name}"), &config).await
}

/// A durable consumer of such a stream from a sequence on, which may have any number of messages pending.
pub(super) async fn consumer(
    log: &Log,
    source: Source,
    ack_wait: Duration,
    from: u64,
) -> Result<(), Failure> {
    let Source { stream, durable, .. } = source;
    let config = json!({
        "durable_name": durable, "name": durable, "ack_policy": "explicit",
        "deliver_policy": "by_start_sequence", "opt_start_seq": from,
        "replay_policy": "instant", "ack_wait": ack_wait.as_nanos() as u64, "max_ack_pending": -1,
    });
    let request = json!({ "stream_name": stream, "config": config, "action": "create" });
    create(log, &format!("CONSUMER.CREATE.{stream}.{durable}"), &request).await
}

async fn create(log: &Log, call: &str, request: &Value) -> Result<(), Failure> {
    let failed =
        |why: &dyn std::fmt::Display| Failure::failed(format!("could not ask JetStream for {call}: {why}"));
    let answer = log.client().request(format!("$JS.API.{call}"), request.to_string().into()).await;
    let answer = answer.map_err(|error| failed(&error))?;
    let answer: Value = serde_json::from_slice(&answer.payload).map_err(|error| failed(&error))?;
    match answer.pointer("/error/description") {
        Some(why) => Err(failed(why)),
        None => Ok(()),
    }
}
