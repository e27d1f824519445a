//! The way from commits to rows: which a commit changes.

use super::step::{Reason, State, Step};
use super::store::Model;
use super::{contacts, days, delivery, groups, presence, schedules, service, trail, usage, users};
use crate::log::{Fault, Record, Rows};
use crate::rules::attempt::Adapter;
use crate::rules::message::{Delivered, Expired, Failed, Filtered, Recalled, Routed, WasRead};
use crate::rules::{Channel, Commit, Fact, attempt, message};
use crate::words::{EventSeq, Instant, MessageId, Party};

impl Model {
    /// Takes in records of EVENTS, in order; see [`Projection::take`].
    ///
    /// # Errors
    /// `Retry::Reload` where the model is torn and must be rebuilt; otherwise the disk failed.
    pub fn take(&self, records: &[Record]) -> Result<(), Fault> {
        self.projection.take(records, project)
    }
}

pub(super) fn project(rows: &mut Rows, seq: EventSeq, commit: &Commit) -> Result<(), Fault> {
    commit.facts.iter().try_for_each(|fact| take(rows, seq, commit, fact))
}

fn take(rows: &mut Rows, seq: EventSeq, commit: &Commit, fact: &Fact) -> Result<(), Fault> {
    let at = commit.at;
    trail::take(rows, seq, fact);
    match fact {
        Fact::Identity(fact) => users::take(rows, seq, fact),
        Fact::Contacts(fact) => contacts::take(rows, seq, fact),
        Fact::Presence(fact) => presence::take(rows, fact, at),
        Fact::Message(message::Fact::Accepted(accepted)) => {
            delivery::accepted(rows, seq, at, accepted)?;
            usage::count(rows, accepted, commit.now())
        }
        Fact::Message(message::Fact::Page(page)) => page.deliveries().try_for_each(|delivery| {
            let Fact::Message(fact) = &delivery else { return Ok(()) };
            let Some((message, to, step)) = moved(fact, seq, at) else { return Ok(()) };
            delivery::opened(rows, message, to);
            days::opened(rows, message, at, 1)?;
            delivery::moved(rows, message, to, &step)
        }),
        Fact::Message(fact) => moved(fact, seq, at)
            .map_or(Ok(()), |(message, to, step)| delivery::moved(rows, message, to, &step)),
        Fact::Group(fact) => groups::take(rows, commit, fact),
        Fact::Schedule(fact) => schedules::take(rows, seq, fact),
        Fact::Attempt(fact) => attempted(rows, seq, at, fact),
        Fact::Service(fact) => service::take(rows, fact),
        // What people write from their phones is a message, or a wish of nobody's.
        Fact::Phone(_) | Fact::Refusal(_) | Fact::Timer(_) => Ok(()),
    }
}

/// The step that a fact is for a delivery.
fn moved(fact: &message::Fact, seq: EventSeq, at: Instant) -> Option<(MessageId, &Party, Step)> {
    let step = |state, reason| Step { state, channel: None, reason, at, seq };
    Some(match fact {
        message::Fact::Accepted(_) | message::Fact::Page(_) => return None,
        message::Fact::Routed(routed) => (routed.message, &routed.to, routed_step(routed, seq, at)),
        message::Fact::Delivered(Delivered { message, to, .. }) => {
            (*message, to, step(State::Delivered, None))
        }
        message::Fact::WasRead(WasRead { message, to, .. }) => (*message, to, step(State::Read, None)),
        message::Fact::Filtered(Filtered { message, to, reason, .. }) => {
            (*message, to, step(State::Filtered, Some(Reason::Filter(*reason))))
        }
        message::Fact::Recalled(Recalled { message, to, .. }) => {
            (*message, to, step(State::Recalled, Some(Reason::BySender)))
        }
        message::Fact::Expired(Expired { message, to, .. }) => {
            (*message, to, step(State::Expired, Some(Reason::Deadline)))
        }
        message::Fact::Failed(Failed { message, to, reason, .. }) => {
            (*message, to, step(State::Failed, Some(Reason::Fail(*reason))))
        }
    })
}

/// What an adapter reports of a delivery that goes on.
fn attempted(rows: &mut Rows, seq: EventSeq, at: Instant, fact: &attempt::Fact) -> Result<(), Fault> {
    let step = |channel: &Adapter, state, reason| {
        let channel = Some(Channel::By(*channel));
        Step { state, channel, reason, at, seq }
    };
    match fact {
        attempt::Fact::Accepted(attempt::Accepted { channel, attempt, receipts }) => {
            delivery::moved(rows, attempt.message, &attempt.to, &step(channel, State::Sent, None))?;
            if !receipts {
                delivery::forgotten(rows, attempt.message, &attempt.to)?;
            }
        }
        attempt::Fact::Deferred(attempt::Deferred { channel, attempt, class: _, why }) => {
            let deferred = step(channel, State::Planned, Some(Reason::Defer(*why)));
            delivery::moved(rows, attempt.message, &attempt.to, &deferred)?;
        }
        attempt::Fact::Unknown(attempt::Unknown { channel, attempt, why, .. }) => {
            let unknown = step(channel, State::Unknown, Some(Reason::Unknown(*why)));
            delivery::moved(rows, attempt.message, &attempt.to, &unknown)?;
        }
        attempt::Fact::Silent(attempt::Silent { message, to, channel: _ }) => {
            delivery::forgotten(rows, *message, to)?;
        }
        // Grants and receipts are the adapter's; what comes of them for a delivery is a fact of its message.
        attempt::Fact::Granted(_)
        | attempt::Fact::LetGo(_)
        | attempt::Fact::Failed(_)
        | attempt::Fact::Receipted(_)
        | attempt::Fact::Unmatched(_) => {}
    }
    Ok(())
}

fn routed_step(routed: &Routed, seq: EventSeq, at: Instant) -> Step {
    let state = match routed.channel {
        Channel::Live => State::Sent,
        Channel::Pull => State::Pull,
        // Handed to an adapter, which has not reported anything yet.
        Channel::By(_) => State::Planned,
        Channel::None => State::Waiting,
    };
    let channel = Some(routed.channel).filter(|channel| *channel != Channel::None);
    Step { state, channel, reason: Some(Reason::Route(routed.because)), at, seq }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::query::model::testing::{accepted, commits, people, record, routed};
    use crate::rules::Channel;
    use crate::rules::attempt::FailReason;
    use crate::rules::message::{FilterReason, RouteReason};
    use crate::wire::{commit, note};

    #[test]
    fn large_commits_are_taken_in_pieces_and_unreadable_ones_are_passed_over() {
        let folder = tempfile::tempdir().unwrap();
        let model = Model::open(folder.path()).unwrap();
        let routes = || (0..3_000).map(|_| routed("m2", "bob", Channel::Live, RouteReason::PcOnline));
        let sent = [accepted("m2", "alice", &["bob"])].into_iter().chain(routes()).collect();
        let made = commits(vec![people(), sent, routes().collect(), routes().collect()]);
        let mut records: Vec<_> =
            made.iter().map(|(seq, made)| record(seq.0, commit::encode(made))).collect();
        records.insert(2, record(0, b"junk".to_vec()));
        records.push(record(6, b"junk".to_vec()));
        (1..).zip(&mut records).for_each(|(seq, record)| record.seq = seq);
        let mut stood = Vec::new();
        let taken = model.projection.take(&records, |rows, seq, commit| {
            stood.push((seq.0, model.position().0));
            project(rows, seq, commit)
        });
        taken.unwrap();
        assert_eq!(stood, [(1, 0), (2, 0), (4, 0), (5, 4)]);
        assert_eq!(model.position(), EventSeq(6));
        let deliveries = model.deliveries("m2".parse().unwrap(), None).unwrap();
        assert_eq!(deliveries[0].1.last().unwrap().seq, EventSeq(5));
    }

    #[test]
    fn a_note_says_of_a_delivery_what_its_state_says() {
        let (message, to) = ("m2".parse::<MessageId>().unwrap(), "bob".parse::<Party>().unwrap());
        let (from, encoding, group) = ("alice".parse().ok(), None, None);
        let (at, seq) = (Instant::from_unix_ms(9), EventSeq(7));
        for fact in [
            Delivered { message, to: to.clone(), from: from.clone(), encoding, group }.into(),
            WasRead { message, to: to.clone(), from: from.clone(), encoding, group }.into(),
            Filtered {
                message,
                to: to.clone(),
                reason: FilterReason::Blocked,
                from: from.clone(),
                encoding,
                group,
            }
            .into(),
            Recalled { message, to: to.clone(), from: from.clone(), encoding, group, to_encoding: None }
                .into(),
            Expired { message, to: to.clone(), from: from.clone(), encoding, group }.into(),
            Failed { message, to: to.clone(), reason: FailReason::TooLong, from, encoding, group }.into(),
        ] {
            let commit = commits(vec![vec![fact]]).remove(0).1;
            let Fact::Message(fact) = &commit.facts[0] else { panic!("a fact of a message") };
            let (_, _, step) = moved(fact, seq, at).unwrap();
            let want = (step.state.as_str().to_owned(), step.reason.map(Reason::text));
            let notes: Vec<_> = note::of_commit(&commit).map(|note| (note.user, note.view)).collect();
            assert_eq!(notes[0].0.as_str(), "alice", "{fact:?}");
            for (_, view) in notes {
                assert_eq!((view.state, view.reason), want.clone(), "{fact:?}");
            }
        }
    }
}
