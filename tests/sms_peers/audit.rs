//! The books of both sides: what the SMSC saw, accepted and refused, and what stands on EVENTS of it.

use std::collections::{BTreeMap, BTreeSet};

use homing::rules::attempt::{Attempt, DeferReason, FailReason};
use homing::rules::{Fact, attempt};

use crate::smsc::Answer;
use crate::world::World;

/// Counts of submits on the SMSC's side, and of facts on ours.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Books {
    pub submits: usize,
    pub attempted: usize,
    pub accepted: usize,
    pub refused: usize,
    pub unknown: usize,
    pub not_sent: usize,
    /// Results of attempts, of any kind.
    results: usize,
}

impl Books {
    pub fn add(&mut self, other: &Books) {
        let Books { submits, attempted, accepted, refused, unknown, not_sent, results } = other;
        self.submits += submits;
        self.attempted += attempted;
        self.accepted += accepted;
        self.refused += refused;
        self.unknown += unknown;
        self.not_sent += not_sent;
        self.results += results;
    }
}

/// When every attempt has its result.
///
/// # Panics
/// Where the sides do not agree, or the SMSC's library could not read something.
pub async fn balanced(world: &World) -> Books {
    let (ours, ids) = world
        .facts
        .wait("a result of every attempt", |facts| {
            let (books, ids) = kept(facts);
            (books.attempted == books.results).then_some((books, ids))
        })
        .await;
    let seen = world.smsc.seen.lock();
    assert_eq!(seen.malformed, [] as [String; 0], "the SMSC's library reads everything");
    let answered = |wanted: fn(Answer) -> bool| {
        seen.submits.iter().filter(|submit| submit.answer.is_some_and(wanted)).count()
    };
    let books = Books { submits: seen.submits.len(), ..ours };
    let theirs = Books {
        accepted: answered(|answer| answer == Answer::Accept),
        refused: answered(|answer| matches!(answer, Answer::Refuse(_))),
        unknown: answered(|answer| answer == Answer::Hold),
        ..books.clone()
    };
    assert_eq!(books, theirs, "what we know of it, what they did");
    assert_eq!(books.submits, books.accepted + books.refused + books.unknown, "{books:?}");
    let accepted = seen.submits.iter().filter(|submit| submit.answer == Some(Answer::Accept));
    let named: BTreeSet<_> = accepted.map(|submit| world.smsc.ids.of_response(submit.number)).collect();
    assert_eq!(ids, named, "the ids on both sides");
    // A text of several parts is one attempt, so each part of it is counted on its own.
    let (mut permitted, mut taken) = (BTreeMap::new(), BTreeMap::new());
    for fact in world.facts.lock().iter() {
        if let Some(granted) = fact.get::<attempt::Granted>() {
            let phone = granted.phone.to_string().trim_start_matches('+').to_owned();
            *permitted.entry((granted.message.command().0 & 0xFFFF, phone)).or_insert(0_usize) += 1;
        }
    }
    for submit in &seen.submits {
        let reference = submit.reference.expect("every submit tells its message");
        let part = (submit.udh.clone(), submit.sar_segment_seqnum);
        *taken.entry(((u64::from(reference), submit.dest.clone()), part)).or_insert(0_usize) += 1;
    }
    for ((message, part), submits) in taken {
        let leave = permitted.get(&message).copied().unwrap_or_default();
        assert!(submits <= leave, "{message:?} {part:?}: {submits} submits with {leave} permissions");
    }
    books
}

/// Ours, and the ids that we know.
fn kept(facts: &[Fact]) -> (Books, BTreeSet<String>) {
    let (mut books, mut ids) = (Books::default(), BTreeSet::new());
    let mut knows = |attempt: &Attempt| ids.extend(attempt.ids.iter().flatten().cloned());
    for fact in facts {
        books.results += 1;
        if let Some(attempt::Accepted { attempt, .. }) = fact.get() {
            knows(attempt);
        } else if let Some(attempt::Failed { attempt, reason, .. }) = fact.get() {
            knows(attempt);
            books.refused += usize::from(matches!(reason, FailReason::Smsc(_)));
        } else if let Some(attempt::Deferred { attempt, why, .. }) = fact.get() {
            knows(attempt);
            let smsc = matches!(why, DeferReason::Smsc(_));
            books.refused += usize::from(smsc);
            books.not_sent += usize::from(!smsc);
        } else if let Some(attempt::Unknown { attempt, .. }) = fact.get() {
            knows(attempt);
            books.unknown += 1;
        } else {
            books.results -= 1;
            books.attempted += usize::from(matches!(fact, Fact::Attempt(attempt::Fact::Granted(_))));
        }
    }
    books.accepted = ids.len();
    (books, ids)
}
