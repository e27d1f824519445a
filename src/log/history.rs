//! A history: a log that is only read, be it a server's or a recording; who tells of it need not know which.

use std::sync::Arc;

use super::{Ends, Fault, Follower, Log, Record, Recording, blocking};
use crate::wire::commit::Commit;
use crate::words::{EventSeq, Instant};

/// As many as a server gives at once.
const BATCH_LEN_MAX: usize = 512;

/// Where records are read from. Cheap to clone.
#[derive(Debug, Clone)]
pub enum History {
    Live(Box<Log>),
    Recorded(Arc<Recording>),
}

impl From<&Log> for History {
    fn from(log: &Log) -> History {
        History::Live(Box::new(log.clone()))
    }
}

impl From<Recording> for History {
    fn from(recording: Recording) -> History {
        History::Recorded(Arc::new(recording))
    }
}

impl History {
    /// How far a stream goes.
    ///
    /// # Errors
    /// When the stream is missing or the server does not answer.
    pub async fn ends(&self, stream: &str) -> Result<Ends, Fault> {
        match self {
            History::Live(log) => log.ends(stream).await,
            History::Recorded(recording) => Ok(recording.ends(stream)),
        }
    }

    /// The first record at `seq` or behind it.
    ///
    /// # Errors
    /// When the server does not answer, or the file cannot be read.
    pub async fn first_from(&self, stream: &'static str, seq: u64) -> Result<Option<Record>, Fault> {
        match self {
            History::Live(log) => log.wrapped_record(stream, seq, None).await,
            History::Recorded(recording) => {
                let recording = Arc::clone(recording);
                blocking(move || recording.first_from(stream, seq)).await
            }
        }
    }

    /// Where the first record stands that was stored at or after a time; where there is none, one more than the last.
    ///
    /// # Errors
    /// As [`History::first_from`].
    pub async fn first_since(&self, stream: &'static str, since: Instant) -> Result<u64, Fault> {
        match self {
            History::Live(log) => log.first_since(stream, since).await,
            History::Recorded(recording) => {
                let recording = Arc::clone(recording);
                blocking(move || recording.first_since(stream, since)).await
            }
        }
    }

    /// The commit at `seq`, where one stands there.
    ///
    /// # Errors
    /// As [`History::first_from`].
    pub async fn commit(&self, seq: EventSeq) -> Result<Option<Commit>, Fault> {
        if let History::Live(log) = self {
            return log.commit(seq).await;
        }
        let found = self.first_from("EVENTS", seq.0).await?.filter(|record| record.seq == seq.0);
        Ok(found.and_then(|record| record.commit().ok()))
    }

    /// The last sequence stored under any of these subjects, or a later one.
    ///
    /// # Errors
    /// As [`History::first_from`].
    pub async fn last_seq_of(&self, stream: &str, subjects: &[String]) -> Result<u64, Fault> {
        match self {
            History::Live(log) => log.last_seq_of(stream, subjects).await,
            History::Recorded(recording) => Ok(recording.ends(stream).last),
        }
    }

    /// Reads from `from` on what has one of these subjects, and perhaps others; of none all.
    pub fn read(&self, stream: &'static str, filters: Vec<String>, from: u64) -> Reader {
        match self {
            History::Live(log) => Reader::Live(Box::new(log.follow_all(stream, filters, from))),
            History::Recorded(recording) => {
                Reader::Recorded { recording: Arc::clone(recording), stream, next: from }
            }
        }
    }
}

/// A reader of a history, in order and without a gap.
#[derive(Debug)]
pub enum Reader {
    Live(Box<Follower>),
    Recorded { recording: Arc<Recording>, stream: &'static str, next: u64 },
}

impl Reader {
    /// The next records: of a server waited for, of a recording none behind its last one.
    ///
    /// # Errors
    /// When the stream is not there, or the file cannot be read.
    pub async fn next(&mut self) -> Result<Vec<Record>, Fault> {
        match self {
            Reader::Live(follower) => follower.next().await,
            Reader::Recorded { recording, stream, next } => {
                let (recording, stream, from) = (Arc::clone(recording), *stream, *next);
                let records = blocking(move || recording.batch(stream, from, BATCH_LEN_MAX)).await?;
                *next = records.last().map_or(from, |last| last.seq + 1);
                Ok(records)
            }
        }
    }

    /// As [`Reader::next`] for who knows that records up to `last` were stored; none where no more of them can be read.
    ///
    /// # Errors
    /// As [`Reader::next`].
    pub async fn next_up_to(&mut self, last: u64) -> Result<Vec<Record>, Fault> {
        match self {
            Reader::Live(follower) => follower.next_up_to(last).await,
            Reader::Recorded { .. } => self.next().await,
        }
    }
}
