//! Commits as they stand on EVENTS: written, split where they are too large, and read (old ones too).

use super::payload::bytes_len;
use super::{Outgoing, from_msgpack, headers, subjects, to_msgpack};
pub use crate::rules::Commit;
use crate::rules::{Decision, Fact, Order, Sender, leading};
use crate::words::{CommandSeq, Instant};

/// Of a commit as it stands on EVENTS, headers included: the payload limit that a nats-server has where nobody set another
/// one. No other number: the same commands must give the same commits, whichever server they stand on.
pub const COMMIT_BYTES_MAX: usize = 1_024 * 1_024;
/// What stands beside the facts, in headers and in the commit itself: names, numbers, an `id` of 256 bytes, two headers of
/// the command's of 256 bytes each. Ten times what these need.
const BESIDE_FACTS_BYTES: usize = 16 * 1_024;
const FACTS_BYTES_MAX: usize = COMMIT_BYTES_MAX - BESIDE_FACTS_BYTES;
/// Facts in one part, a page counting as its recipients: as many as are read or sent in one go. Most parts end here, well below
/// the limit in bytes.
const FACTS_PER_PART_MAX: usize = 1_024;

/// The commit of a decision, in parts where it is large: each part fits into the log, unless one of its facts alone does
/// not. None where nothing happened, but for a user's command with an `id`: said again later, it must not do then what was
/// done already when it was said first.
///
/// A fact stands only behind a first one that it may follow, so that a reader finds it by the subject.
pub fn parts(seq: CommandSeq, at: Instant, by: &Sender, decision: Decision) -> Vec<Commit> {
    let Decision { facts, mut intent, outcome: _ } = decision;
    let mut groups: Vec<Vec<Fact>> = Vec::with_capacity(1);
    let (mut len, mut bytes, mut scratch, alone) = (0, 0, Vec::new(), facts.len() == 1);
    for fact in facts {
        // Where there is nothing to part, nothing is measured.
        let its_bytes = if alone { 0 } else { bytes_len(&fact, &mut scratch) };
        let its_len = fact.tells_of();
        match groups.last_mut() {
            Some(group)
                if len + its_len <= FACTS_PER_PART_MAX
                    && bytes + its_bytes <= FACTS_BYTES_MAX
                    && is_led(&fact, group) =>
            {
                (len, bytes) = (len + its_len, bytes + its_bytes);
                group.push(fact);
            }
            Some(_) | None => {
                (len, bytes) = (its_len, its_bytes);
                groups.push(vec![fact]);
            }
        }
    }
    if groups.is_empty() && intent.is_some() && matches!(by, Sender::User(_)) {
        groups.push(Vec::new());
    }
    let parts = u32::try_from(groups.len()).expect("a command is at most 1 MiB, so its facts are few");
    let commit = |(part, facts)| Commit {
        command: seq,
        at,
        by: by.clone(),
        part,
        parts,
        intent: intent.take(),
        facts,
    };
    (0..).zip(groups).map(commit).collect()
}

fn is_led(fact: &Fact, group: &[Fact]) -> bool {
    group.first().is_some_and(|first| leading::may_follow(first.name(), fact.name()))
}

/// The commit of an order's decision.
pub fn of_order(order: &Order, decision: Decision) -> Vec<Commit> {
    parts(order.seq, order.at, &order.by, decision)
}

/// A commit as it is appended to EVENTS, with what its command brought along.
pub fn outgoing(commit: &Commit, trace: &headers::Trace) -> Outgoing {
    Outgoing {
        subject: subjects::event(commit),
        headers: headers::of_commit(commit, trace),
        payload: encode(commit),
    }
}

pub fn encode(commit: &Commit) -> Vec<u8> {
    to_msgpack(commit)
}

/// # Errors
/// In words, where the bytes are no commit: they were not written by Homing, or by a later one.
pub fn decode(bytes: &[u8]) -> Result<Commit, String> {
    from_msgpack(bytes)
}
