//! Recordings: records of EVENTS and COMMANDS in one file, from which a log is read where there is no server.
//!
//! | bytes | what |
//! |---|---|
//! | `homing-recording-1\n` | the layout's name |
//! | 4, most significant first | the length of what follows; 0 behind the last record |
//! | so many | the head, then a record each: MessagePack with names |
//! | 32 | SHA-256 of all before it |
//!
//! Invariant: a recording whose checksum does not fit is not read at all.
//! Invariant: the records of a stream stand in their order. Between two of them others may be left out.

mod made;
mod read;

pub use made::Maker;
pub use read::Recording;

use async_nats::{HeaderMap, HeaderName, HeaderValue};
use serde::{Deserialize, Serialize};
use serde_bytes::ByteBuf;

use super::Record;
use crate::words::Instant;

const LAYOUT: &[u8] = b"homing-recording-1\n";
const CHECKSUM_LEN: usize = 32;
/// A record is a message of nats-server's, whose largest `max_payload` is 64 MiB, and a snapshot in a head is of a whole state.
const PIECE_BYTES_MAX: usize = 1_024 * 1_024 * 1_024;

/// What a recording says of itself.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Head {
    /// When it was made.
    pub made: Instant,
    /// When the log was created that it was made from.
    pub log: Instant,
    /// The id whose story it holds; none where it holds all records from its first one on.
    pub about: Option<String>,
    /// Whether texts, names of people and phone numbers were replaced.
    #[serde(default)]
    pub redacted: bool,
    /// The state before its first record, as the decider's snapshot has it; none where it begins with the log.
    pub base: Option<ByteBuf>,
}

/// A record as it is written down.
#[derive(Serialize, Deserialize)]
struct Written {
    /// `E` or `C`.
    stream: char,
    seq: u64,
    at: Instant,
    subject: String,
    headers: Vec<(String, String)>,
    payload: ByteBuf,
}

/// The streams of which records are kept, and how each is written down.
const STREAMS: [(&str, char); 2] = [("EVENTS", 'E'), ("COMMANDS", 'C')];

fn letter(stream: &str) -> Option<char> {
    STREAMS.iter().find(|(name, _)| *name == stream).map(|(_, letter)| *letter)
}

impl Written {
    fn of(letter: char, record: &Record) -> Written {
        let all = record.headers.iter().flat_map(|headers| headers.iter());
        let one = |(name, values): (&HeaderName, &Vec<HeaderValue>)| {
            let name = name.to_string();
            values.iter().map(move |value| (name.clone(), value.to_string())).collect::<Vec<_>>()
        };
        Written {
            stream: letter,
            seq: record.seq,
            at: record.at,
            subject: record.subject.to_string(),
            headers: all.flat_map(one).collect(),
            payload: ByteBuf::from(record.payload.to_vec()),
        }
    }
}

impl From<Written> for Record {
    fn from(written: Written) -> Record {
        let Written { seq, at, subject, headers, payload, .. } = written;
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            if let (Ok(name), Ok(value)) = (name.parse::<HeaderName>(), value.parse::<HeaderValue>()) {
                map.append(name, value);
            }
        }
        let headers = (!map.is_empty()).then_some(map);
        Record { seq, subject: subject.into(), at, payload: payload.into_vec().into(), headers }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    fn record(seq: u64) -> Record {
        let mut record = Record::appended(seq, format!("payload {seq}").into_bytes());
        record.at = Instant::from_unix_ms(1_000 + seq as i64);
        record
    }

    fn same(one: &Record, other: &Record) -> bool {
        let Record { seq, subject, at, payload, headers } = one;
        (seq, subject, at, payload, headers)
            == (&other.seq, &other.subject, &other.at, &other.payload, &other.headers)
    }

    #[test]
    fn what_was_recorded_is_read_again_by_stream_and_place() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("day.recording");
        let head =
            Head { about: Some("m7".to_owned()), base: Some(ByteBuf::from(b"state")), ..Head::default() };
        let mut maker = Maker::begin(&path, &head).unwrap();
        for seq in [3, 4, 9] {
            maker.put("EVENTS", &record(seq)).unwrap();
        }
        maker.put("COMMANDS", &record(7)).unwrap();
        maker.finish().unwrap();
        let read = Recording::open(&path).unwrap();
        assert_eq!(read.head(), &head);
        assert_eq!((read.ends("EVENTS").first, read.ends("EVENTS").last), (3, 9));
        assert_eq!((read.ends("COMMANDS").first, read.ends("COMMANDS").last), (7, 7));
        for (from, want) in [(0, Some(3)), (3, Some(3)), (5, Some(9)), (9, Some(9)), (10, None)] {
            let found = read.first_from("EVENTS", from).unwrap();
            assert_eq!(found.as_ref().map(|found| found.seq), want, "from {from}");
            assert!(found.is_none_or(|found| same(&found, &record(found.seq))));
        }
        let all: Vec<u64> = read.batch("EVENTS", 4, 10).unwrap().iter().map(|record| record.seq).collect();
        assert_eq!(all, [4, 9]);
    }

    #[test]
    fn a_recording_that_is_cut_or_changed_is_none() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("day.recording");
        let mut maker = Maker::begin(&path, &Head::default()).unwrap();
        maker.put("EVENTS", &record(1)).unwrap();
        assert!(Recording::open(&path).is_err(), "it stands under its name when it is whole");
        maker.finish().unwrap();
        let bytes = fs::read(&path).unwrap();
        for cut in 0..bytes.len() {
            fs::write(&path, &bytes[..cut]).unwrap();
            assert!(Recording::open(&path).is_err(), "cut at {cut}");
            let mut changed = bytes.clone();
            changed[cut] ^= 1;
            fs::write(&path, changed).unwrap();
            assert!(Recording::open(&path).is_err(), "changed at {cut}");
        }
    }
}
