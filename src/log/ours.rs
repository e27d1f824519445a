//! What on EVENTS is ours: the commits, told apart from whatever else somebody has published there.

use async_nats::header::NATS_EXPECTED_LAST_SEQUENCE;

use super::Record;
use crate::wire::commit::{self, Commit};

/// Twice what a commit's headers take.
const HEADERS_BYTES_MAX: usize = 2_048;
const HEADERS_END: &[u8] = b"\r\n\r\n";

impl Record {
    /// Whether a writer of ours has appended it: each of its appends says which sequence was the last one.
    pub fn is_fenced(&self) -> bool {
        self.headers.as_ref().is_some_and(|headers| headers.get(NATS_EXPECTED_LAST_SEQUENCE).is_some())
    }

    /// Whether a writer of ours has appended it, as far as its bytes still tell. Of a record as the server stores it the length
    /// of the headers alone has no checksum: where that is bent, some of them stand in the payload, with the empty line that
    /// ends them.
    pub fn was_fenced(&self) -> bool {
        let begins = self.payload.get(..HEADERS_BYTES_MAX).unwrap_or(&self.payload);
        self.is_fenced() || begins.windows(HEADERS_END.len()).any(|bytes| bytes == HEADERS_END)
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
