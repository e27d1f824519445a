//! How far those who perform and project commits are behind the log.

use std::time::{Duration, Instant};

use serde_json::Value;
use tokio::time::sleep;

use crate::cli::output::Failure;
use crate::log::Log;
use crate::wire::subjects;

/// Two questions, some tenths of a millisecond.
const LOOK_EVERY: Duration = Duration::from_millis(20);
/// Far more than any bench leaves behind.
const SETTLED_WITHIN: Duration = Duration::from_secs(300);

/// Commits that fan-out has not performed.
pub(super) async fn fanout_lag(log: &Log) -> Result<u64, Failure> {
    let failed =
        |why: &dyn std::fmt::Display| Failure::failed(format!("could not ask for fan-out's consumer: {why}"));
    let answer = log.client().request("$JS.API.CONSUMER.INFO.EVENTS.fanout", "".into()).await;
    let answer = answer.map_err(|error| failed(&error))?;
    let info: Value = serde_json::from_slice(&answer.payload).map_err(|error| failed(&error))?;
    let count = |key: &str| info.get(key).and_then(Value::as_u64);
    let unperformed =
        count("num_pending").zip(count("num_ack_pending")).map(|(pending, under_way)| pending + under_way);
    unperformed.ok_or_else(|| failed(&info))
}

/// Commits that the read models do not hold; all of them while they do not answer.
pub(super) async fn models_lag(log: &Log) -> Result<u64, Failure> {
    let last = log.last_seq("EVENTS").await?;
    let subject = subjects::query(subjects::OPERATOR, "users");
    let answer = log.client().request(subject, r#"{"limit": 1}"#.into()).await.ok();
    let answer: Option<Value> = answer.and_then(|answer| serde_json::from_slice(&answer.payload).ok());
    let as_of = answer.and_then(|answer| answer.get("as_of")?.as_u64());
    Ok(last.saturating_sub(as_of.unwrap_or(0)))
}

/// Waits until all that stands in the log is performed and projected, but for so many commits at most.
pub(super) async fn settled(log: &Log, but_for: u64) -> Result<(), Failure> {
    let until = Instant::now() + SETTLED_WITHIN;
    while fanout_lag(log).await? + models_lag(log).await? > but_for {
        if Instant::now() > until {
            return Err(Failure::failed("what stands in the log is not performed in time".to_owned()));
        }
        sleep(LOOK_EVERY).await;
    }
    Ok(())
}
