//! Reading single records, and how far a stream goes.

use async_nats::jetstream::ErrorCode;
use async_nats::jetstream::message::StreamMessage;
use async_nats::jetstream::stream::DirectGetErrorKind;
use async_nats::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{Fault, Log, Record};
use crate::words::{Instant, WordError};

#[derive(Deserialize)]
struct StreamInfo {
    created: String,
    state: StreamState,
}

#[derive(Deserialize)]
struct StreamState {
    first_seq: u64,
    last_seq: u64,
}

/// How far a stream goes, and since when there is one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ends {
    pub created: Instant,
    /// Of an empty stream one more than `last`.
    pub first: u64,
    pub last: u64,
}

/// What a server found torn of a stream when it started, and has cut off. It says so until its next start.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Lost {
    pub stream: &'static str,
    pub bytes: u64,
    /// Records, where it knows how many they were.
    pub records: Option<u64>,
}

impl Log {
    /// What the server says that it has lost of a stream.
    ///
    /// # Errors
    /// When the stream is missing or the server does not answer.
    pub async fn cut_off(&self, stream: &'static str) -> Result<Option<Lost>, Fault> {
        // Only who asks for the details is told.
        let details = json!({ "deleted_details": true });
        let info = self.api(&format!("STREAM.INFO.{stream}"), &details).await?;
        let lost = info.pointer("/state/lost").filter(|lost| !lost.is_null());
        Ok(lost.map(|lost| Lost {
            stream,
            bytes: lost.get("bytes").and_then(Value::as_u64).unwrap_or_default(),
            records: lost.get("msgs").and_then(Value::as_array).map(|records| records.len() as u64),
        }))
    }

    /// The last sequence stored in a stream, 0 when there is none.
    ///
    /// # Errors
    /// When the stream is missing or the server does not answer.
    pub async fn last_seq(&self, stream: &str) -> Result<u64, Fault> {
        Ok(self.ends(stream).await?.last)
    }

    /// Both ends of a stream.
    ///
    /// # Errors
    /// When the stream is missing or the server does not answer.
    pub async fn ends(&self, stream: &str) -> Result<Ends, Fault> {
        let doing = || format!("ask how far {stream} goes");
        let answer = self.js().request(format!("STREAM.INFO.{stream}"), &()).await;
        let answer: async_nats::jetstream::response::Response<StreamInfo> =
            answer.map_err(|error| Fault::later(doing()).because(error))?;
        match answer {
            async_nats::jetstream::response::Response::Ok(StreamInfo { created, state }) => {
                let created: Instant = created.parse().map_err(|why: WordError| {
                    Fault::later(doing()).because(format!("it was created at {created}, which is {why}"))
                })?;
                // The server shows an empty stream that never held anything as 0 to 0.
                let first = state.first_seq.max(1);
                Ok(Ends { created, first, last: state.last_seq })
            }
            async_nats::jetstream::response::Response::Err { error } => {
                let missing = error.error_code() == ErrorCode::STREAM_NOT_FOUND;
                Err(if missing { Fault::never(doing()) } else { Fault::later(doing()) }.because(error))
            }
        }
    }

    /// Where the first record stands that was stored at or after a time; where there is none, one more than the last.
    ///
    /// # Errors
    /// When the stream is missing or the server does not answer.
    pub async fn first_since(&self, stream: &str, since: Instant) -> Result<u64, Fault> {
        let Ends { first: mut low, last, .. } = self.ends(stream).await?;
        let mut high = last + 1;
        // By halves: thirty small reads, however many records there are.
        while low < high {
            let middle = low + (high - low) / 2;
            match self.wrapped_record(stream, middle, None).await? {
                Some(record) if record.at < since => low = record.seq + 1,
                Some(_) | None => high = middle,
            }
        }
        Ok(low)
    }

    /// The last sequence stored under any of these subjects, which may hold wildcards; 0 when there is none.
    ///
    /// # Errors
    /// When the server does not answer.
    pub async fn last_seq_of(&self, stream: &str, subjects: &[String]) -> Result<u64, Fault> {
        let mut last = 0;
        for subject in subjects {
            let record = self.last_wrapped_record(stream, subject).await?;
            last = last.max(record.map_or(0, |record| record.seq));
        }
        Ok(last)
    }

    /// The record at `seq`, if there is one. None stands at 0, and a server that is asked for it calls the question wrong.
    ///
    /// # Errors
    /// When the server does not answer.
    pub async fn record(&self, stream: &str, seq: u64) -> Result<Option<Record>, Fault> {
        if seq == 0 {
            return Ok(None);
        }
        let doing = || format!("read {stream} at {seq}");
        let stream_handle = self.js().get_stream_no_info(stream).await;
        let stream_handle = stream_handle.map_err(|error| Fault::later(doing()).because(error))?;
        match stream_handle.direct_get(seq).await {
            Ok(message) => Ok(Some(Record::from(message))),
            Err(error) if error.kind() == DirectGetErrorKind::NotFound => Ok(None),
            Err(error) => Err(Fault::later(doing()).because(error)),
        }
    }

    /// The first record at or behind `seq`, whatever bytes stand in its headers and its subject.
    ///
    /// # Errors
    /// When the server does not answer.
    pub async fn wrapped_record(
        &self,
        stream: &str,
        seq: u64,
        filter: Option<&str>,
    ) -> Result<Option<Record>, Fault> {
        let found =
            self.wrapped(stream, &json!({ "seq": seq, "next_by_subj": filter.unwrap_or(">") })).await?;
        Ok(found.map(|(record, _)| record))
    }

    /// As [`Log::wrapped_record`], and whether a client can be sent it as it is.
    ///
    /// # Errors
    /// When the server does not answer.
    pub(super) async fn record_as_it_is(
        &self,
        stream: &str,
        seq: u64,
        filter: &str,
    ) -> Result<Option<(Record, bool)>, Fault> {
        self.wrapped(stream, &json!({ "seq": seq, "next_by_subj": filter })).await
    }

    /// The newest record on a subject, which may hold wildcards; as [`Log::wrapped_record`] gives it.
    ///
    /// # Errors
    /// When the server does not answer.
    pub(super) async fn last_wrapped_record(
        &self,
        stream: &str,
        subject: &str,
    ) -> Result<Option<Record>, Fault> {
        let found = self.wrapped(stream, &json!({ "last_by_subj": subject })).await?;
        Ok(found.map(|(record, _)| record))
    }

    /// The record, and whether a client can read it.
    async fn wrapped(&self, stream: &str, request: &Value) -> Result<Option<(Record, bool)>, Fault> {
        let doing = || format!("read {stream} by {request}");
        let mut answer = self.api(&format!("STREAM.MSG.GET.{stream}"), request).await?;
        if answer.pointer("/error/code").and_then(Value::as_u64) == Some(404) {
            return Ok(None);
        }
        let wrapped = answer.get_mut("message").map(Value::take).unwrap_or_default();
        let wrapped: Wrapped =
            serde_json::from_value(wrapped).map_err(|error| Fault::later(doing()).because(error))?;
        wrapped.try_into().map(Some).map_err(|why: String| Fault::later(doing()).because(why))
    }
}

/// A record as the API wraps it: bytes as base64, and what is not UTF-8 in its subject replaced.
#[derive(Deserialize)]
struct Wrapped {
    subject: String,
    seq: u64,
    #[serde(default)]
    data: String,
    /// As they stand on the wire.
    #[serde(default)]
    hdrs: String,
    time: String,
}

/// What the server shows where a subject is not UTF-8.
pub(super) const NOT_UTF8: char = char::REPLACEMENT_CHARACTER;

impl TryFrom<Wrapped> for (Record, bool) {
    type Error = String;
    fn try_from(wrapped: Wrapped) -> Result<(Record, bool), String> {
        let Wrapped { subject, seq, data, hdrs, time } = wrapped;
        let at = time.parse().map_err(|error| format!("{time} is {error}"))?;
        let payload = STANDARD.decode(data).map_err(|error| error.to_string())?;
        let headers = STANDARD.decode(hdrs).map_err(|error| error.to_string())?;
        let is_readable = !subject.contains(NOT_UTF8) && (headers.is_empty() || are_headers(&headers));
        let headers = (!headers.is_empty()).then(|| readable(&headers));
        Ok((Record { seq, subject: subject.into(), at, payload: payload.into(), headers }, is_readable))
    }
}

/// Whether the client takes these bytes for headers: any others end the connection that they come on.
fn are_headers(bytes: &[u8]) -> bool {
    let Ok(text) = str::from_utf8(bytes) else { return false };
    let mut lines = text.lines().peekable();
    let Some(status) = lines.next().and_then(|line| line.strip_prefix("NATS/1.0")) else { return false };
    let status = status.trim().split(' ').next().unwrap_or_default();
    if !status.is_empty() && status.parse::<StatusCode>().is_err() {
        return false;
    }
    while let Some(line) = lines.next() {
        let is_header = line.split_once(':').is_some_and(|(name, _)| name.parse::<HeaderName>().is_ok());
        if !line.is_empty() && !is_header {
            return false;
        }
        // A value may go on in further lines.
        while !line.is_empty() && lines.next_if(|line| line.starts_with(char::is_whitespace)).is_some() {}
    }
    true
}

/// Of headers as they stand on the wire those that are some.
fn readable(bytes: &[u8]) -> HeaderMap {
    let mut headers = HeaderMap::new();
    for line in bytes.split(|byte| *byte == b'\n') {
        let header = str::from_utf8(line).ok().and_then(|line| line.trim_end().split_once(':'));
        let Some((Ok(name), Ok(value))) = header
            .map(|(name, value)| (name.parse::<HeaderName>(), value.trim_start().parse::<HeaderValue>()))
        else {
            continue;
        };
        headers.append(name, value);
    }
    headers
}

impl From<StreamMessage> for Record {
    fn from(message: StreamMessage) -> Record {
        Record {
            seq: message.sequence,
            subject: message.subject,
            at: instant(message.time),
            payload: message.payload,
            headers: Some(message.headers),
        }
    }
}

pub(super) fn instant(time: async_nats::datetime::DateTime) -> Instant {
    let ms = time.unix_timestamp_nanos().div_euclid(1_000_000);
    Instant::from_unix_ms(i64::try_from(ms).unwrap_or(i64::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_client_takes_for_headers_is_told_from_what_ends_its_connection() {
        for (bytes, want) in [
            (&b"NATS/1.0\r\n\r\n"[..], true),
            (b"NATS/1.0 503 No Responders\r\n\r\n", true),
            (b"NATS/1.0\r\na: b\r\n c\r\nd:\r\n\r\n", true),
            ("NATS/1.0\r\na: \u{e9}\r\n\r\n".as_bytes(), true),
            (b"NATS/1.0\r\na: \xff\r\n\r\n", false),
            (b"NATS/1.0 x\r\n\r\n", false),
            (b"NATS/1.0\r\nnonsense\r\n\r\n", false),
            (b"NATS/1.0\r\n a: b\r\n\r\n", false),
            (b"nonsense", false),
        ] {
            assert_eq!(are_headers(bytes), want, "{}", String::from_utf8_lossy(bytes));
        }
    }
}
