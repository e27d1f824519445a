//! The way from commits to rows: which a commit changes.

use super::step::Step;
use super::store::Model;
use super::{contacts, delivery, groups, presence, schedules, service, trail, usage, users};
use crate::log::{Fault, Record, Rows};
use crate::rules::{self, Commit, Fact, attempt, message};
use crate::words::{EventSeq, Instant};

impl Model {
    /// Takes in records of EVENTS, in order; see [`Projection::take`].
    ///
    /// # Errors
    /// `Retry::Reload` where the model is torn and must be rebuilt; otherwise the disk failed.
    pub fn take(&self, records: &[Record]) -> Result<(), Fault> {
        self.projection.take(records, project)
    }
}

fn project(rows: &mut Rows, seq: EventSeq, commit: &Commit) -> Result<(), Fault> {
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
            let Some((message, to, _)) = rules::Step::of(&delivery) else { return Ok(()) };
            delivery::opened(rows, message, to);
            stepped(rows, seq, at, &delivery)
        }),
        Fact::Message(_) => stepped(rows, seq, at, fact),
        Fact::Group(fact) => groups::take(rows, commit, fact),
        Fact::Schedule(fact) => schedules::take(rows, seq, fact),
        Fact::Attempt(_) => attempted(rows, seq, at, fact),
        Fact::Service(fact) => service::take(rows, fact),
        // What people write from their phones is a message, or a wish of nobody's.
        Fact::Phone(_) | Fact::Refusal(_) | Fact::Timer(_) => Ok(()),
    }
}

/// What an adapter reports of a delivery that goes on.
fn attempted(rows: &mut Rows, seq: EventSeq, at: Instant, fact: &Fact) -> Result<(), Fault> {
    stepped(rows, seq, at, fact)?;
    let Fact::Attempt(fact) = fact else { return Ok(()) };
    match fact {
        attempt::Fact::Accepted(attempt::Accepted { attempt, receipts: false, .. }) => {
            delivery::forgotten(rows, attempt.message, &attempt.to)
        }
        attempt::Fact::Silent(attempt::Silent { message, to, channel: _ }) => {
            delivery::forgotten(rows, *message, to)
        }
        attempt::Fact::Accepted(_)
        | attempt::Fact::Deferred(_)
        | attempt::Fact::Unknown(_)
        | attempt::Fact::Granted(_)
        | attempt::Fact::LetGo(_)
        | attempt::Fact::Failed(_)
        | attempt::Fact::Receipted(_)
        | attempt::Fact::Unmatched(_) => Ok(()),
    }
}

fn stepped(rows: &mut Rows, seq: EventSeq, at: Instant, fact: &Fact) -> Result<(), Fault> {
    let Some((message, to, step)) = rules::Step::of(fact) else { return Ok(()) };
    delivery::moved(rows, message, to, &Step::at(step, at, seq))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::query::model::testing::{accepted, commits, people, record, routed};
    use crate::rules::Channel;
    use crate::rules::StepReason;
    use crate::rules::attempt::FailReason;
    use crate::rules::message::{
        Delivered, Expired, Failed, FilterReason, Filtered, Recalled, RouteReason, WasRead,
    };
    use crate::wire::{commit, note};
    use crate::words::{MessageId, Party};

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
        for fact in [
            Fact::from(Delivered { message, to: to.clone(), from: from.clone(), encoding, group }),
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
            let commit = commits(vec![vec![fact.clone()]]).remove(0).1;
            let (_, _, step) = rules::Step::of(&commit.facts[0]).unwrap();
            let want = (step.state.as_str().to_owned(), step.reason.map(StepReason::text));
            let notes: Vec<_> = note::of_commit(&commit).map(|note| (note.user, note.view)).collect();
            assert_eq!(notes[0].0.as_str(), "alice", "{fact:?}");
            for (_, view) in notes {
                assert_eq!((view.state, view.reason), want.clone(), "{fact:?}");
            }
        }
    }
}
