//! What on EVENTS is ours: the commits, told apart from whatever else somebody has published there.

use async_nats::header::NATS_EXPECTED_LAST_SEQUENCE;

use super::Record;
use crate::wire::commit::{self, Commit};

impl Record {
    /// Whether a writer of ours has appended it: each of its appends says which sequence was the last one.
    pub fn is_fenced(&self) -> bool {
        self.headers.as_ref().is_some_and(|headers| headers.get(NATS_EXPECTED_LAST_SEQUENCE).is_some())
    }

    /// The commit that this record of EVENTS is.
    ///
    /// # Errors
    /// In words, where it is none: nobody of ours wrote it, or another version did.
    pub fn commit(&self) -> Result<Commit, String> {
        if !self.is_fenced() {
            return Err("it was not appended under the fence, so no decider wrote it".to_owned());
        }
        commit::decode(&self.payload)
    }
}

#[cfg(test)]
impl Record {
    /// A record of EVENTS as a decider appends it.
    pub fn appended(seq: u64, payload: Vec<u8>) -> Record {
        let mut headers = async_nats::HeaderMap::new();
        headers.insert(NATS_EXPECTED_LAST_SEQUENCE, seq.saturating_sub(1).to_string());
        let (subject, at) = ("x".into(), crate::words::Instant::default());
        Record { seq, subject, at, payload: payload.into(), headers: Some(headers) }
    }
}
