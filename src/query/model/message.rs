//! The row of a message: when it was accepted, from whom, and where its body stands.

use super::keys;
use crate::words::{Author, EventSeq, GroupNumber, Instant};

/// A message without its body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::query) struct Message {
    pub(in crate::query) at: Instant,
    /// The commit that holds the body.
    pub(in crate::query) body: EventSeq,
    pub(in crate::query) from: Author,
    /// The group that it is for.
    pub(in crate::query) group: Option<GroupNumber>,
}

impl Message {
    /// `at` 8, `body` 8, `group` 4 (0: none), `from` the rest.
    pub(super) fn write(at: Instant, body: EventSeq, from: &Author, group: Option<GroupNumber>) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(20 + from.as_str().len());
        bytes.extend_from_slice(&at.unix_ms().to_be_bytes());
        bytes.extend_from_slice(&body.0.to_be_bytes());
        bytes.extend_from_slice(&group.map_or(0, GroupNumber::get).to_be_bytes());
        bytes.extend_from_slice(from.as_str().as_bytes());
        bytes
    }

    /// `at` of a row.
    pub(super) fn accepted_at(bytes: &[u8]) -> Option<Instant> {
        bytes.first_chunk::<8>().map(|at| Instant::from_unix_ms(i64::from_be_bytes(*at)))
    }

    pub(super) fn read(bytes: &[u8]) -> Option<Message> {
        let (at, rest) = bytes.split_first_chunk::<8>()?;
        let (body, rest) = rest.split_first_chunk::<8>()?;
        let (group, from) = rest.split_first_chunk::<4>()?;
        Some(Message {
            at: Instant::from_unix_ms(i64::from_be_bytes(*at)),
            body: EventSeq(u64::from_be_bytes(*body)),
            from: keys::text(from)?.parse().ok()?,
            group: GroupNumber::read(u32::from_be_bytes(*group)),
        })
    }
}
