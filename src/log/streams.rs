//! The declarations of `streams/*.json`: created where missing, compared where present, never changed behind anybody's back:
//! only what an earlier version declared is brought to what this one does.

use std::fmt;

use serde_json::{Map, Value, json};
use tracing::info;

use super::{Fault, Log};

/// A stream's declaration with those of its durable consumers, as the NATS CLI reads them too.
struct Declared {
    stream: &'static str,
    config: &'static str,
    /// What an earlier version declared otherwise.
    earlier: &'static [Earlier],
    consumers: &'static [&'static str],
}

/// A key with the value that it once had, as JSON.
type Earlier = (&'static str, &'static str);

/// The server's default of two minutes: a window in which a stranger could make what Homing itself says a duplicate, and
/// in which the server keeps each message id in memory.
const WINDOW_EARLIER: Earlier = ("duplicate_window", "120000000000");

/// An item for which no adapter runs stayed for ever; none is wanted for longer than the longest deadline, a year, and none of an
/// app for longer than a day.
const OUTBOX_EARLIER: [Earlier; 2] = [("max_age", "0"), ("allow_msg_ttl", "false")];

const DECLARED: [Declared; 5] = [
    Declared {
        stream: "COMMANDS",
        config: include_str!("../../streams/COMMANDS.json"),
        earlier: &[WINDOW_EARLIER],
        consumers: &[],
    },
    Declared {
        stream: "EVENTS",
        config: include_str!("../../streams/EVENTS.json"),
        earlier: &[WINDOW_EARLIER],
        consumers: &[
            include_str!("../../streams/EVENTS/fanout.json"),
            include_str!("../../streams/EVENTS/scheduler.json"),
        ],
    },
    // Its consumers come and go with the minutes: `minutes.rs`.
    Declared { stream: "DUE", config: include_str!("../../streams/DUE.json"), earlier: &[], consumers: &[] },
    Declared {
        stream: "OUTBOX",
        config: include_str!("../../streams/OUTBOX.json"),
        earlier: &OUTBOX_EARLIER,
        consumers: &[include_str!("../../streams/OUTBOX/sms.json")],
    },
    Declared {
        stream: "POSITIONS",
        config: include_str!("../../streams/POSITIONS.json"),
        earlier: &[],
        consumers: &[],
    },
];

/// The declaration of a durable consumer.
pub(super) fn declared_consumer(stream: &str, durable: &str) -> Option<Map<String, Value>> {
    let declared = DECLARED.iter().find(|declared| declared.stream == stream)?;
    let mut consumers = declared.consumers.iter().map(|consumer| parse(consumer));
    consumers.find(|consumer| consumer.get("durable_name").and_then(Value::as_str) == Some(durable))
}

/// What was found of one declared stream or consumer.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct Finding {
    /// `EVENTS`, or `EVENTS/fanout`.
    pub name: String,
    pub state: FindingState,
    /// Where the server's configuration differs from the declared one.
    pub differences: Vec<Difference>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum FindingState {
    Missing,
    Created,
    /// It was as an earlier version declared it.
    Updated,
    AsDeclared,
    Differs,
}

#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct Difference {
    pub key: String,
    pub declared: Value,
    pub found: Value,
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} is {} and should be {}", self.key, self.found, self.declared)
    }
}

/// How a consumer begins that was made again, and goes on from where the one before it had come: `durable.rs`.
const MADE_AGAIN: &str = "by_start_sequence";
/// Where a consumer begins.
const BEGINNING: [&str; 2] = ["deliver_policy", "opt_start_seq"];
/// The server's own notes, and the names by which it was looked up: a consumer may have its spare one.
const NEVER_DIFFERS: [&str; 3] = ["metadata", "name", "durable_name"];
/// What a consumer is given and whose turn it is: the program relies on these, so they become what this version declares.
const BROUGHT_UP: [&str; 5] =
    ["filter_subjects", "priority_groups", "priority_policy", "priority_timeout", "description"];
/// The key that a cluster sets as it needs.
const REPLICAS: &str = "num_replicas";

impl Finding {
    fn leave_out(&mut self, key: &str) {
        self.differences.retain(|difference| difference.key != key);
        if self.state == FindingState::Differs && self.differences.is_empty() {
            self.state = FindingState::AsDeclared;
        }
    }
}

impl Log {
    /// Compares what exists with what is declared; creates what is missing, and brings what an earlier version declared to
    /// what this one does, when `create` is set. `replicas` is
    /// the number of copies that a stream must have; without it one is created with the declared number, and one that
    /// exists may have any.
    ///
    /// # Errors
    /// When the server does not answer, or refuses a creation.
    pub async fn provision(&self, create: bool, replicas: Option<usize>) -> Result<Vec<Finding>, Fault> {
        let mut findings = Vec::new();
        for declared in &DECLARED {
            let mut config = parse(declared.config);
            config.extend(replicas.map(|replicas| (REPLICAS.to_owned(), json!(replicas))));
            let path = declared.stream.to_owned();
            let mut finding = self.provision_one(&path, Kind::Stream, &config, create).await?;
            if create {
                finding = self.bring_up(finding, declared).await?;
            }
            if replicas.is_none() {
                finding.leave_out(REPLICAS);
            }
            let missing = finding.state == FindingState::Missing;
            findings.push(finding);
            for consumer in declared.consumers {
                let config = parse(consumer);
                let name = config.get("durable_name").and_then(Value::as_str).unwrap_or_default();
                let path = format!("{}/{name}", declared.stream);
                if missing {
                    findings.push(Finding {
                        name: path,
                        state: FindingState::Missing,
                        differences: Vec::new(),
                    });
                    continue;
                }
                let finding = self.provision_one(&path, Kind::Consumer, &config, create).await?;
                findings.push(if create { self.bring_up_consumer(finding).await? } else { finding });
            }
        }
        Ok(findings)
    }

    async fn provision_one(
        &self,
        path: &str,
        kind: Kind,
        config: &Map<String, Value>,
        create: bool,
    ) -> Result<Finding, Fault> {
        let finding = |state, differences| Finding { name: path.to_owned(), state, differences };
        let info = match kind {
            Kind::Stream => self.ask(&format!("STREAM.INFO.{path}"), &Value::Null).await?,
            Kind::Consumer => {
                let (stream, durable) = path.split_once('/').unwrap_or_default();
                self.declared_consumer_info(stream, durable).await?.map(|(_, info)| info)
            }
        };
        if let Some(found) = info.as_ref().and_then(|info| info.get("config")).and_then(Value::as_object) {
            let mut differences = differences(config, found);
            if found.get("deliver_policy") == Some(&json!(MADE_AGAIN)) {
                differences.retain(|difference| !BEGINNING.contains(&difference.key.as_str()));
            }
            let state = if differences.is_empty() { FindingState::AsDeclared } else { FindingState::Differs };
            return Ok(finding(state, differences));
        }
        if !create {
            return Ok(finding(FindingState::Missing, Vec::new()));
        }
        match kind {
            Kind::Stream => {
                let answer =
                    self.api(&format!("STREAM.CREATE.{path}"), &Value::Object(config.clone())).await?;
                // Another process that starts at this moment may have created it first, from the same declaration.
                if answer.get("error").is_some() {
                    return Err(refused(path, &answer));
                }
            }
            Kind::Consumer => {
                let (stream, durable) = path.split_once('/').unwrap_or_default();
                self.make_declared_consumer(stream, durable, config.clone()).await?;
            }
        }
        Ok(finding(FindingState::Created, Vec::new()))
    }

    /// Brings a stream from what an earlier version declared to what this one does.
    async fn bring_up(&self, finding: Finding, declared: &Declared) -> Result<Finding, Fault> {
        let (outdated, differences): (Vec<_>, Vec<_>) = finding.differences.into_iter().partition(|it| {
            declared.earlier.iter().any(|(key, was)| it.key == *key && parsed(was) == it.found)
        });
        let finding = Finding { differences, ..finding };
        if outdated.is_empty() {
            return Ok(finding);
        }
        let info = self.api(&format!("STREAM.INFO.{}", declared.stream), &Value::Null).await?;
        let mut config = info.get("config").and_then(Value::as_object).cloned().unwrap_or_default();
        for Difference { key, declared: wanted, found } in outdated {
            info!(stream = declared.stream, "{key} was {found} in an earlier version, and becomes {wanted}");
            config.insert(key, wanted);
        }
        let update = format!("STREAM.UPDATE.{}", declared.stream);
        let answer = self.api(&update, &Value::Object(config)).await?;
        if answer.get("error").is_some() {
            return Err(refused(declared.stream, &answer));
        }
        let state =
            if finding.differences.is_empty() { FindingState::Updated } else { FindingState::Differs };
        Ok(Finding { state, ..finding })
    }

    /// Brings a consumer of an earlier version to what this one declares. What it has done stays done.
    async fn bring_up_consumer(&self, finding: Finding) -> Result<Finding, Fault> {
        let (outdated, differences): (Vec<_>, Vec<_>) = finding
            .differences
            .into_iter()
            .partition(|difference| BROUGHT_UP.contains(&difference.key.as_str()));
        let finding = Finding { differences, ..finding };
        let (stream, durable) = finding.name.split_once('/').unwrap_or_default();
        let info = self.declared_consumer_info(stream, durable).await?;
        let (false, Some((name, info))) = (outdated.is_empty(), info) else { return Ok(finding) };
        let mut config = info.get("config").and_then(Value::as_object).cloned().unwrap_or_default();
        for Difference { key, declared, found } in outdated {
            info!(stream, consumer = name, "{key} was {found} in an earlier version, and becomes {declared}");
            config.insert(key, declared);
        }
        let request = json!({ "stream_name": stream, "config": config, "action": "update" });
        let answer = self.api(&format!("CONSUMER.CREATE.{stream}.{name}"), &request).await?;
        if answer.get("error").is_some() {
            return Err(refused(&finding.name, &answer));
        }
        let state =
            if finding.differences.is_empty() { FindingState::Updated } else { FindingState::Differs };
        Ok(Finding { state, ..finding })
    }

    pub(super) async fn api(&self, call: &str, request: &Value) -> Result<Value, Fault> {
        let doing = || format!("ask JetStream for {call}");
        let payload = if request.is_null() { Vec::new() } else { request.to_string().into_bytes() };
        let (subject, mut denials) = (format!("$JS.API.{call}"), self.denials());
        let answer = tokio::select! {
            biased;
            answer = self.client().request(subject.clone(), payload.into()) => answer,
            () = denials.of(&subject) => {
                return Err(Fault::never(doing()).because("there is no permission for it"));
            }
        };
        let answer = answer.map_err(|error| Fault::later(doing()).because(error))?;
        serde_json::from_slice(&answer.payload).map_err(|error| Fault::never(doing()).because(error))
    }
}

#[derive(Clone, Copy)]
enum Kind {
    Stream,
    Consumer,
}

fn parsed(value: &str) -> Value {
    serde_json::from_str(value).unwrap_or_default()
}

fn parse(file: &str) -> Map<String, Value> {
    serde_json::from_str(file).expect("the declarations are compiled in, and a test reads them")
}

fn refused(path: &str, answer: &Value) -> Fault {
    let why = answer.pointer("/error/description").and_then(Value::as_str).unwrap_or("no reason given");
    Fault::never(format!("provision {path}")).because(why.to_owned())
}

/// Every declared key as declared; every other key at a value that says "not set".
fn differences(declared: &Map<String, Value>, found: &Map<String, Value>) -> Vec<Difference> {
    let keys = declared.keys().chain(found.keys().filter(|key| !declared.contains_key(*key)));
    let difference = |key: &String| {
        let want = declared.get(key).cloned().unwrap_or(Value::Null);
        let is = found.get(key).cloned().unwrap_or(Value::Null);
        let same = want == is || (unset(&want) && unset(&is));
        (!same).then(|| Difference { key: key.clone(), declared: want, found: is })
    };
    keys.filter(|key| !NEVER_DIFFERS.contains(&key.as_str())).filter_map(difference).collect()
}

/// The server leaves out or fills in what has no effect.
fn unset(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Bool(set) => !set,
        Value::Number(number) => number.as_i64() == Some(0) || number.as_i64() == Some(-1),
        Value::String(text) => text.is_empty() || text == "none",
        Value::Array(items) => items.is_empty(),
        Value::Object(fields) => fields.values().all(unset),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_declaration_is_json_under_its_own_name() {
        for declared in &DECLARED {
            assert_eq!(parse(declared.config).get("name"), Some(&json!(declared.stream)));
            declared
                .consumers
                .iter()
                .for_each(|consumer| assert!(parse(consumer).contains_key("durable_name")));
        }
    }

    #[test]
    fn a_change_by_hand_is_found_and_a_filled_in_default_is_not() {
        let declared = parse(r#"{"name": "X", "max_age": 0, "deny_purge": true}"#);
        let as_declared =
            r#"{"name": "X", "deny_purge": true, "consumer_limits": {}, "max_msgs": -1, "sealed": false}"#;
        assert_eq!(differences(&declared, &parse(as_declared)), vec![]);
        for changed in [
            r#"{"name": "X"}"#,
            r#"{"name": "X", "deny_purge": true, "max_age": 5}"#,
            r#"{"name": "X", "deny_purge": true, "allow_atomic": true}"#,
        ] {
            assert_eq!(differences(&declared, &parse(changed)).len(), 1, "{changed}");
        }
    }
}
