//! The headers of a commit: CloudEvents in the NATS binding (binary mode), so that a person reads them undecoded.

use super::commit::VERSION;
use crate::rules::{Commit, Fact};

pub const TRACEPARENT: &str = "traceparent";
pub const CORRELATION: &str = "ce-correlationid";
const CONTENT_TYPE: &str = "content-type";
pub const MSGPACK: &str = "application/msgpack";
pub const JSON: &str = "application/json";

/// Name and value of each header of a commit.
pub fn of_commit(
    commit: &Commit,
    correlation: Option<&str>,
    traceparent: Option<&str>,
) -> Vec<(&'static str, String)> {
    let command = commit.command.0;
    let (area, _, fact) = commit.facts.first().map(Fact::name).unwrap_or(("command", String::new(), "none"));
    let mut headers = vec![
        ("ce-specversion", "1.0".to_owned()),
        ("ce-id", format!("{command}.{}", commit.part)),
        ("ce-source", "homing".to_owned()),
        ("ce-type", format!("homing.{area}.{fact}.{VERSION}")),
        ("ce-time", commit.at.to_string()),
        (CORRELATION, correlation.map_or_else(|| command.to_string(), str::to_owned)),
        ("ce-causationid", command.to_string()),
        (CONTENT_TYPE, MSGPACK.to_owned()),
    ];
    if let Some(traceparent) = traceparent {
        headers.push((TRACEPARENT, traceparent.to_owned()));
    }
    headers
}
