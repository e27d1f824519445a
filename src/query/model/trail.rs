//! The index of `why`: which commits have changed somebody, and which message the SMSC means by an id.

use super::store::Model;
use super::{Listed, keys};
use crate::debug::{Topic, trails};
use crate::log::{Fault, Rows};
use crate::rules::{Fact, attempt};
use crate::words::{EventSeq, MessageId};

pub(super) fn take(rows: &mut Rows, seq: EventSeq, fact: &Fact) {
    for (id, topic) in trails(fact) {
        rows.put_new(keys::trail(&id, topic, seq), []);
    }
    if let Fact::Attempt(attempt::Fact::Accepted(attempt::Accepted { attempt, .. })) = fact {
        for id in attempt.ids.iter().flatten() {
            rows.put(keys::named_by_smsc(id), attempt.message.command().0.to_be_bytes());
        }
    }
}

impl Model {
    /// The commits before this one that changed it so last: one of each topic.
    pub(in crate::query) fn read_before(
        &self,
        id: &str,
        topics: &[Topic],
        before: EventSeq,
    ) -> Result<Vec<(Topic, EventSeq)>, Fault> {
        let latest = |topic: Topic| {
            let (from, to) = (keys::trail(id, topic, EventSeq(0)), keys::trail(id, topic, before));
            let row = self.projection.range(from..to).next_back().transpose()?;
            Ok(row.and_then(|(key, _)| keys::last_seq(&key)).map(|seq| (topic, seq)))
        };
        topics.iter().filter_map(|topic| latest(*topic).transpose()).collect()
    }

    /// All commits of a topic.
    pub(in crate::query) fn trail(
        &self,
        id: &str,
        topic: Topic,
        after: Option<EventSeq>,
        limit: usize,
    ) -> Result<Listed<EventSeq>, Fault> {
        let from = keys::trail(id, topic, after.map_or(EventSeq(0), EventSeq::next));
        let rows = self.projection.range(from..=keys::trail(id, topic, EventSeq(u64::MAX)));
        Listed::take(rows.map(|row| keys::last_seq(&row?.0).ok_or_else(Fault::torn)), limit)
    }

    /// The message that the SMSC calls so; of several the latest.
    pub(in crate::query) fn named_by_smsc(&self, id: &str) -> Result<Option<MessageId>, Fault> {
        let row = self.projection.get(keys::named_by_smsc(id))?;
        row.map(|row| keys::last_message(&row).ok_or_else(Fault::torn)).transpose()
    }
}
