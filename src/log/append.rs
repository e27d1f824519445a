//! Fenced, pipelined appends to EVENTS: each says which record must be the last, so only one writer can go on.
//!
//! Invariant: of the appends of one [`Appender`] none is stored behind one that is not. So each names the one before it by its
//! message id, and not only by its sequence: where somebody else's record has taken that, a later append would fit again.

use std::hash::{BuildHasher, RandomState};
use std::time::Duration;

use async_nats::{HeaderMap, HeaderValue, Subject, Subscriber, header};
use futures_util::StreamExt;
use serde::Deserialize;

use super::connection::Losses;
use super::{Fault, Log};
use crate::wire::Outgoing;
use crate::words::EventSeq;

/// A sync to disk under load takes long. What takes longer is found out by reading the log again.
const ACK_WITHIN: Duration = Duration::from_secs(5);
/// Of the server's errors, those that say that somebody else has written (`JSStreamWrongLastSequenceErrF`,
/// `JSStreamWrongLastMsgIDErrF`).
const WRONG_LAST: [u64; 2] = [10_071, 10_070];

/// The writer's pen. It knows where the next commit must stand.
#[derive(Debug)]
pub struct Appender {
    log: Log,
    last: EventSeq,
    /// Drawn at random, so no other writer's: its message ids begin with it.
    name: u32,
    /// The message id of its last append.
    last_id: Option<HeaderValue>,
    acks: Subject,
    losses: Losses,
}

/// The acknowledgements of an [`Appender`]. They come in the order of its appends, for one stream stores them in it.
#[derive(Debug)]
pub struct Acks {
    inbox: Subscriber,
    losses: Losses,
}

/// An append on its way.
#[derive(Debug, Clone, Copy)]
pub struct Appending {
    at: EventSeq,
    /// How often the connection had been lost before it was sent: only a later loss can have taken it.
    losses: u64,
}

#[derive(Deserialize)]
struct PubAck {
    seq: Option<u64>,
    error: Option<AckError>,
}

#[derive(Deserialize)]
struct AckError {
    err_code: u64,
    description: String,
}

impl Log {
    /// A pen that writes on behind `last`.
    ///
    /// # Errors
    /// When the server is away.
    pub async fn appender(&self, last: EventSeq) -> Result<(Appender, Acks), Fault> {
        let (losses, log) = (self.losses(), self.clone());
        let acks = Subject::from(self.client().new_inbox());
        let name = RandomState::new().hash_one(acks.as_str()) as u32;
        let inbox = self.client().subscribe(acks.clone()).await;
        let inbox = inbox.map_err(|error| Fault::later("listen to acknowledgements").because(error))?;
        let appender = Appender { log, last, name, last_id: None, acks, losses: losses.clone() };
        Ok((appender, Acks { inbox, losses }))
    }
}

impl Appender {
    /// Where the next commit will stand.
    pub fn next(&self) -> EventSeq {
        self.last.next()
    }

    /// Sends the append without waiting for its acknowledgement; the order of calls is the order in the stream.
    ///
    /// # Errors
    /// When it cannot be sent; then nothing behind it may be sent either.
    pub async fn append(&mut self, commit: Outgoing) -> Result<Appending, Fault> {
        let (at, losses) = (self.next(), self.losses.count());
        let mut headers = HeaderMap::new();
        commit.headers.into_iter().for_each(|(name, value)| headers.insert(name, value));
        headers.insert(header::NATS_EXPECTED_LAST_SEQUENCE, HeaderValue::from(self.last.0));
        let id = HeaderValue::from(format!("{}-{}", self.name, at.0));
        if let Some(last_id) = self.last_id.replace(id.clone()) {
            headers.insert(header::NATS_EXPECTED_LAST_MESSAGE_ID, last_id);
        }
        headers.insert(header::NATS_MESSAGE_ID, id);
        let client = self.log.client();
        let sent = client
            .publish_with_reply_and_headers(commit.subject, self.acks.clone(), headers, commit.payload.into())
            .await;
        sent.map_err(|error| Fault::reload(format!("append commit {}", at.0)).because(error))?;
        self.last = at;
        Ok(Appending { at, losses })
    }
}

impl Acks {
    /// Waits until the next append is stored, where it was to be.
    ///
    /// # Errors
    /// Always with `Retry::Reload`: another writer was faster, or it is not known whether it was stored. The log knows.
    pub async fn stored(&mut self, append: Appending) -> Result<(), Fault> {
        let Appending { at, losses } = append;
        let failed = |why: String| Err(Fault::reload(format!("append commit {}", at.0)).because(why));
        let answer = tokio::select! {
            // What came before the loss still counts.
            biased;
            answer = tokio::time::timeout(ACK_WITHIN, self.inbox.next()) => answer,
            () = self.losses.more_than(losses) => return failed("the connection was lost".to_owned()),
        };
        let Ok(Some(answer)) = answer else {
            return failed("no acknowledgement came".to_owned());
        };
        match serde_json::from_slice::<PubAck>(&answer.payload) {
            Ok(PubAck { seq: Some(seq), error: None }) if seq == at.0 => Ok(()),
            Ok(PubAck { error: Some(error), .. }) if WRONG_LAST.contains(&error.err_code) => {
                failed(format!("somebody else has written there since: {}", error.description))
            }
            Ok(PubAck { error: Some(error), .. }) => failed(error.description),
            Ok(PubAck { seq, error: None }) => {
                failed(format!("it was stored at {}", seq.unwrap_or_default()))
            }
            Err(_) => failed("the stream did not answer".to_owned()),
        }
    }
}
