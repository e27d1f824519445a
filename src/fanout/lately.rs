//! What was accepted or read of the log lately and is likely to be sent soon, so that it need not be read again.
//!
//! For one old body nats-server reads a whole block of its file, 8 MiB, and keeps it for ten seconds.

use std::sync::Arc;

use quick_cache::sync::{Cache, DefaultLifecycle};
use quick_cache::{DefaultHashBuilder, OptionsBuilder, Weighter};

use super::bodies::Found;
use crate::log::{Fault, Log};
use crate::rules::message::{Accepted, Content, MessagePart};
use crate::rules::{Commit, Fact, schedule};
use crate::wire::Body;
use crate::words::{EventSeq, MessageId, Span};

/// Bodies, in bytes; of a usual size that is a hundred thousand and more.
const BODIES_BYTES_MAX: u64 = 64 * 1_024 * 1_024;
const BODIES_LEN: usize = 131_072;
/// Texts of schedules.
const TEXTS_BYTES_MAX: u64 = 16 * 1_024 * 1_024;
const TEXTS_LEN: usize = 32_768;
/// A schedule that fires sooner than this is kept when it is made: a reminder is read once, and its block with it.
const FIRES_WITHIN: Span = Span::from_secs(900);
/// What was sent to one is never asked for again: what comes stays rather than what was asked for.
const OFTEN_ASKED_SHARE: f64 = 0.5;
/// What each costs beside its text, its parts and its recipients.
const BESIDE_BYTES: usize = 256;

/// What stands at a place in the log never changes.
pub(super) struct Lately {
    pub(super) bodies: Cache<(EventSeq, MessageId), Arc<Found>, ByBytes>,
    /// By where the schedule was made.
    texts: Cache<EventSeq, Arc<Commit>, ByBytes>,
}

#[derive(Clone)]
pub(super) struct ByBytes;

impl Weighter<(EventSeq, MessageId), Arc<Found>> for ByBytes {
    fn weight(&self, _: &(EventSeq, MessageId), found: &Arc<Found>) -> u64 {
        let Accepted { text, parts, to, .. } = &found.body.accepted;
        bytes(text.as_deref(), parts.as_deref()) + size_of_val(to.as_slice()) as u64
    }
}

impl Weighter<EventSeq, Arc<Commit>> for ByBytes {
    fn weight(&self, _: &EventSeq, made: &Arc<Commit>) -> u64 {
        let content = made.facts.iter().find_map(schedule::content_of);
        content.map_or(BESIDE_BYTES as u64, |Content { text, parts, to, .. }| {
            bytes(text.as_deref(), parts.as_deref()) + size_of_val(to.as_slice()) as u64
        })
    }
}

fn bytes(text: Option<&str>, parts: Option<&[MessagePart]>) -> u64 {
    let parts = parts.unwrap_or_default().iter().map(|part| part.data.0.len()).sum::<usize>();
    (BESIDE_BYTES + text.map_or(0, str::len) + parts) as u64
}

fn cache<K: Eq + std::hash::Hash, V: Clone>(len: usize, bytes_max: u64) -> Cache<K, V, ByBytes>
where
    ByBytes: Weighter<K, V>,
{
    let options = OptionsBuilder::new()
        .estimated_items_capacity(len)
        .weight_capacity(bytes_max)
        .hot_allocation(OFTEN_ASKED_SHARE)
        .build()
        .expect("both capacities are named");
    Cache::with_options(options, ByBytes, DefaultHashBuilder::default(), DefaultLifecycle::default())
}

impl Lately {
    pub(super) fn new() -> Lately {
        Lately { bodies: cache(BODIES_LEN, BODIES_BYTES_MAX), texts: cache(TEXTS_LEN, TEXTS_BYTES_MAX) }
    }

    /// Keeps the schedule that a commit makes, where it fires soon.
    pub(super) fn keep_schedule(&self, seq: EventSeq, commit: &Commit) {
        let planned = commit.facts.iter().find_map(Fact::get::<schedule::Planned>);
        let soon = planned.is_some_and(|planned| planned.occurrence.due - commit.at < FIRES_WITHIN);
        if soon && commit.facts.iter().any(|fact| schedule::content_of(fact).is_some()) {
            self.texts.insert(seq, Arc::new(commit.clone()));
        }
    }

    /// A body with its text and parts; none where the log has given them up.
    pub(super) async fn filled(&self, log: &Log, body: Body) -> Result<Option<Body>, Fault> {
        let Some(made) = body.elsewhere() else { return Ok(Some(body)) };
        match self.texts.get_value_or_guard_async(&made).await {
            Ok(commit) => Ok(body.filled(&commit)),
            Err(reads) => {
                let Some(commit) = log.commit(made).await?.map(Arc::new) else { return Ok(None) };
                // Where it was given up meanwhile it is not kept.
                let _ = reads.insert(Arc::clone(&commit));
                Ok(body.filled(&commit))
            }
        }
    }
}
