//! Somebody who is asked to join says yes or no.

use serde::{Deserialize, Serialize};
use serde_with::skip_serializing_none;

use super::{Declined, Joined, Seat};
use crate::rules::proof::{ByUser, Case};
use crate::rules::vocabulary::Decide;
use crate::rules::{Decided, Fact, Rejection, State};
use crate::words::{GroupNumber, Instant, named};

/// `group.answer`. Refused with `group.unknown`, `group.not_invited`, `group.too_late` or `group.too_many`.
#[skip_serializing_none]
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Answer {
    pub group: GroupNumber,
    pub answer: Answered,
    pub id: Option<String>,
}

named! {
    "answer" Answered {
        Yes = "yes",
        No = "no",
    }
}

impl Decide for Answer {
    fn decide(&self, case: &Case<'_, ByUser>) -> Decided {
        answer(case.state, Seat::User(case.uid()), (self.group, self.answer), case.at).map(|fact| vec![fact])
    }
}

/// The same, by whatever way it was said.
pub(in crate::rules) fn answer(
    state: &State,
    seat: Seat,
    (number, answer): (GroupNumber, Answered),
    at: Instant,
) -> Result<Fact, Rejection> {
    let group = state.group(number)?;
    let until = group.invited.get(&seat).ok_or_else(Rejection::not_invited)?;
    let who = state.party(seat);
    match answer {
        Answered::No => Ok(Declined { group: number, who }.into()),
        Answered::Yes if *until <= at => Err(Rejection::invitation_over()),
        Answered::Yes => {
            state.must_have_place(seat, at)?;
            Ok(Joined { group: number, who: vec![who], by: None }.into())
        }
    }
}
