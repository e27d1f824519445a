//! Changes to a stream that stands: its door, its numbering, single records. Only `homing streams repair` makes them.

use async_nats::HeaderMap;
use serde_json::{Value, json};

use super::{Fault, Log, Record};

impl Log {
    /// Sets which subjects a stream takes, and nothing else of it.
    ///
    /// # Errors
    /// When the server does not answer, or refuses it.
    pub async fn take_subjects(&self, stream: &str, subjects: &[&str]) -> Result<(), Fault> {
        let info = self.api(&format!("STREAM.INFO.{stream}"), &Value::Null).await?;
        let mut config = info.get("config").and_then(Value::as_object).cloned().unwrap_or_default();
        config.insert("subjects".to_owned(), json!(subjects));
        self.change(&format!("STREAM.UPDATE.{stream}"), &Value::Object(config)).await
    }

    /// Removes what stands before `seq`, which is the next number where nothing stands behind it.
    ///
    /// # Errors
    /// When the server does not answer, or refuses it.
    pub async fn begin_at(&self, stream: &str, seq: u64) -> Result<(), Fault> {
        self.change(&format!("STREAM.PURGE.{stream}"), &json!({ "seq": seq })).await
    }

    /// Removes one record.
    ///
    /// # Errors
    /// When the server does not answer, or refuses it.
    pub async fn remove_record(&self, stream: &str, seq: u64) -> Result<(), Fault> {
        self.change(&format!("STREAM.MSG.DELETE.{stream}"), &json!({ "seq": seq, "no_erase": true })).await
    }

    /// The newest record on a subject.
    ///
    /// # Errors
    /// When the server does not answer.
    pub async fn newest(&self, stream: &str, subject: &str) -> Result<Option<Record>, Fault> {
        self.last_wrapped_record(stream, subject).await
    }

    /// Stores a record's payload on another subject, with those of its headers that mean nothing to the server; gives its
    /// sequence. It is not repeated.
    ///
    /// # Errors
    /// When the server does not answer, or refuses it.
    pub async fn store_again(&self, record: &Record, subject: String) -> Result<u64, Fault> {
        let doing = || Fault::later(format!("store again what stood at {}", record.seq));
        let mut headers = HeaderMap::new();
        for (name, values) in record.headers.iter().flat_map(HeaderMap::iter) {
            if !name.to_string().to_ascii_lowercase().starts_with("nats-") {
                values.iter().for_each(|value| headers.append(name.clone(), value.clone()));
            }
        }
        let sent = self.js().publish_with_headers(subject, headers, record.payload.clone()).await;
        let stored = sent.map_err(|error| doing().because(error))?.await;
        Ok(stored.map_err(|error| doing().because(error))?.sequence)
    }

    async fn change(&self, call: &str, request: &Value) -> Result<(), Fault> {
        let answer = self.api(call, request).await?;
        match answer.pointer("/error/description").and_then(Value::as_str) {
            None => Ok(()),
            Some(why) => Err(Fault::never(format!("have JetStream do {call}")).because(why.to_owned())),
        }
    }
}
