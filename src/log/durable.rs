//! Durable consumers, made again where the server has lost them, so that a loss neither stops their room nor repeats history.
//!
//! Of a work queue one begins with what stands there; of a log behind the position that POSITIONS keeps. A position is the
//! floor of the consumer's acknowledgements: all up to there is done, whichever process did it. So it has one home for all of
//! them, and moves forward only. What was done since it was kept is done once more after a loss: at most what [`KEPT_EVERY`]
//! brings, and what stands behind the oldest record that is not done yet. Nothing is passed over.

use std::time::Duration;

use serde_json::{Map, Value, json};
use tracing::{debug, warn};

use super::streams::declared_consumer;
use super::{Fault, Log, Source};
use crate::wire::position::Position;
use crate::wire::{from_msgpack, subjects};

/// A second of live messages may arrive twice where a consumer is lost, and no more; each of these costs four small requests.
pub(super) const KEPT_EVERY: Duration = Duration::from_secs(1);

const POSITIONS: &str = "POSITIONS";

/// The name that a consumer has instead of its own where nats-server refuses that: it takes no consumer of a name in whose
/// folder it finds a torn state, until a person removes the folder.
fn spare(durable: &str) -> String {
    format!("{durable}-spare")
}

impl Log {
    /// The name of the consumer, which is made where it is missing, or stands before what is known to be done.
    ///
    /// # Errors
    /// When the server does not answer, or refuses it.
    pub(super) async fn have_consumer(&self, source: Source) -> Result<String, Fault> {
        let Source { stream, durable, .. } = source;
        let Some(declared) = declared_consumer(stream, durable) else { return Ok(durable.to_owned()) };
        let kept = self.position(stream, durable).await?;
        let done = kept.map_or(0, |kept| kept.seq);
        match self.declared_consumer_info(stream, durable).await? {
            Some((name, info)) if floor(&info) >= done => return Ok(name),
            Some((name, info)) => {
                let knows = floor(&info);
                warn!(stream, consumer = name, knows, done, "a consumer has forgotten what is done");
                self.ask(&format!("CONSUMER.DELETE.{stream}.{name}"), &Value::Null).await?;
            }
            None => {}
        }
        let name = self.make_behind(stream, durable, declared, kept).await?;
        warn!(stream, consumer = name, done, "a consumer was lost; it is made again behind what is done");
        Ok(name)
    }

    /// Makes a declared consumer that goes on from where it is known to have come.
    ///
    /// # Errors
    /// When the server does not answer, or refuses it.
    pub(super) async fn make_declared_consumer(
        &self,
        stream: &str,
        durable: &str,
        declared: Map<String, Value>,
    ) -> Result<(), Fault> {
        let kept = self.position(stream, durable).await?;
        self.make_behind(stream, durable, declared, kept).await.map(drop)
    }

    /// What the server tells of a declared consumer, with the name that it has.
    ///
    /// # Errors
    /// When the server does not answer.
    pub(super) async fn declared_consumer_info(
        &self,
        stream: &str,
        durable: &str,
    ) -> Result<Option<(String, Value)>, Fault> {
        for name in [durable.to_owned(), spare(durable)] {
            if let Some(info) = self.ask(&format!("CONSUMER.INFO.{stream}.{name}"), &Value::Null).await? {
                return Ok(Some((name, info)));
            }
        }
        Ok(None)
    }

    /// The name under which it was made.
    async fn make_behind(
        &self,
        stream: &str,
        durable: &str,
        mut config: Map<String, Value>,
        kept: Option<Position>,
    ) -> Result<String, Fault> {
        if let Some(kept) = kept {
            config.insert("deliver_policy".to_owned(), json!("by_start_sequence"));
            config.insert("opt_start_seq".to_owned(), json!(kept.seq + 1));
        }
        let Some(refused) = self.create_consumer(stream, durable, &Value::Object(config.clone())).await?
        else {
            return Ok(durable.to_owned());
        };
        let spare = spare(durable);
        for key in ["name", "durable_name"] {
            config.insert(key.to_owned(), json!(spare));
        }
        self.make_consumer(stream, &spare, &Value::Object(config)).await?;
        warn!(stream, consumer = durable, refused, "the server does not take this name; going on as {spare}");
        Ok(spare)
    }

    /// Makes a consumer. Another process may do so at this moment: one that is there will do.
    ///
    /// # Errors
    /// When the server does not answer, or refuses it.
    pub(super) async fn make_consumer(&self, stream: &str, name: &str, config: &Value) -> Result<(), Fault> {
        match self.create_consumer(stream, name, config).await? {
            None => Ok(()),
            Some(refused) => Err(Fault::later(format!("make consumer {name} of {stream}")).because(refused)),
        }
    }

    /// Makes a consumer, or tells why the server refuses it.
    async fn create_consumer(
        &self,
        stream: &str,
        name: &str,
        config: &Value,
    ) -> Result<Option<String>, Fault> {
        // Several filters (`filter_subjects`) stand in the request alone.
        let filter = config.get("filter_subject").and_then(Value::as_str);
        let filter = filter.map(|filter| format!(".{filter}")).unwrap_or_default();
        let request = json!({ "stream_name": stream, "config": config, "action": "create" });
        let answer = self.api(&format!("CONSUMER.CREATE.{stream}.{name}{filter}"), &request).await?;
        let Some(error) = answer.get("error") else { return Ok(None) };
        let there = self.ask(&format!("CONSUMER.INFO.{stream}.{name}"), &Value::Null).await?;
        let why = error.get("description").and_then(Value::as_str).unwrap_or("no reason given");
        Ok(there.is_none().then(|| why.to_owned()))
    }

    /// Keeps how far the consumer has come, where that is further than what is kept.
    ///
    /// # Errors
    /// When the server does not answer.
    pub(super) async fn keep_position(&self, source: Source) -> Result<(), Fault> {
        let Source { stream, durable, .. } = source;
        let info = self.declared_consumer_info(stream, durable).await?;
        let seq = info.map_or(0, |(_, info)| floor(&info));
        // A consumer whose state was torn tells less than what is kept.
        if seq == 0 || self.position(stream, durable).await?.is_some_and(|kept| kept.seq >= seq) {
            return Ok(());
        }
        let Some(record) = self.wrapped_record(stream, seq, None).await?.filter(|record| record.seq == seq)
        else {
            debug!(stream, consumer = durable, seq, "a position is not kept: that record is gone");
            return Ok(());
        };
        let position = Position { seq, at: record.at };
        self.publish(position.outgoing(stream, durable), &self.fresh_identity()).await.map(drop)
    }

    /// What is kept of a consumer, where it is about this stream and not about one that was there before.
    async fn position(&self, stream: &str, durable: &str) -> Result<Option<Position>, Fault> {
        let subject = subjects::position(stream, durable);
        let Some(record) = self.last_wrapped_record(POSITIONS, &subject).await? else { return Ok(None) };
        let Ok(kept) = from_msgpack::<Position>(&record.payload) else {
            warn!(stream, consumer = durable, "the position that is kept cannot be read");
            return Ok(None);
        };
        let there = self.wrapped_record(stream, kept.seq, None).await?;
        let same = there.is_some_and(|record| record.seq == kept.seq && record.at == kept.at);
        Ok(same.then_some(kept))
    }

    /// The answer, or none where what was asked for does not exist.
    pub(super) async fn ask(&self, call: &str, request: &Value) -> Result<Option<Value>, Fault> {
        let answer = self.api(call, request).await?;
        let Some(error) = answer.get("error") else { return Ok(Some(answer)) };
        if error.get("code").and_then(Value::as_u64) == Some(404) {
            return Ok(None);
        }
        let why = error.get("description").and_then(Value::as_str).unwrap_or("no reason given");
        Err(Fault::later(format!("ask JetStream for {call}")).because(why.to_owned()))
    }
}

/// The last record up to which all is acknowledged, of a consumer's information.
fn floor(info: &Value) -> u64 {
    info.pointer("/ack_floor/stream_seq").and_then(Value::as_u64).unwrap_or_default()
}
