//! Invitations that phones may answer, and how far whoever answered has come on the way to an account.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use serde_with::skip_serializing_none;

use super::{Answered, Invited, Offered};
use crate::rules::Rejection;
use crate::rules::pages::Table;
use crate::rules::state::Uid;
use crate::words::{Instant, Phone, Span, UserName};

/// How long an invitation may be answered.
pub(in crate::rules) const OPEN_FOR: Span = Span::from_secs(7 * 86_400);
/// Invitations that a phone has: as many as a person looks at.
const OF_PHONE_LEN_MAX: usize = 8;
/// Invitations of a user that are not over.
const OF_USER_LEN_MAX: usize = 100;

/// One phone's.
#[skip_serializing_none]
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(in crate::rules) struct Invitation {
    pub(in crate::rules) by: Uid,
    pub(in crate::rules) until: Instant,
    /// Until it is over, the same person does not ask again.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(in crate::rules) declined: bool,
    /// The name that was offered to whoever said yes.
    pub(in crate::rules) offered: Option<UserName>,
}

/// All of them: some hundred bytes each, and forgotten when their time is over.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub(in crate::rules) struct Invitations {
    phones: Table<Phone, Vec<Invitation>>,
    /// The same by when they are over, so that each is forgotten without a look at the others.
    #[serde(skip)]
    by_age: BTreeSet<(Instant, Phone, Uid)>,
    #[serde(skip)]
    by_user: BTreeMap<Uid, u32>,
}

impl Invitations {
    /// That of one person to one phone.
    pub(super) fn of(&self, phone: Phone, by: Uid, at: Instant) -> Option<&Invitation> {
        let mut open = self.phones.get(&phone)?.iter().filter(|invitation| invitation.until > at);
        open.find(|invitation| invitation.by == by)
    }

    /// The one that an answer from a phone is about: it is on its way to an account, or it is the latest.
    pub(in crate::rules) fn last(&self, phone: Phone, at: Instant) -> Option<&Invitation> {
        let open = self.phones.get(&phone)?.iter();
        let open = open.filter(|invitation| invitation.until > at && !invitation.declined);
        open.max_by_key(|invitation| (invitation.offered.is_some(), invitation.until))
    }

    pub(super) fn must_have_room(&self, phone: Phone, by: Uid, at: Instant) -> Result<(), Rejection> {
        let of_phone =
            self.phones.get(&phone).into_iter().flatten().filter(|invitation| invitation.until > at);
        // Those that are over leave when somebody else is invited, and count no more until then.
        let over = self.by_age.iter().take_while(|(until, _, _)| *until <= at);
        let over = over.filter(|(_, _, of)| *of == by).count();
        let of_user = self.by_user.get(&by).map_or(0, |count| *count as usize - over);
        if of_phone.count() >= OF_PHONE_LEN_MAX || of_user >= OF_USER_LEN_MAX {
            return Err(Rejection::contact_invitations_full());
        }
        Ok(())
    }

    pub(super) fn invited(&mut self, by: Uid, Invited { user: _, phone, until }: &Invited, at: Instant) {
        while let Some((over, old, of)) = self.by_age.first().copied()
            && over <= at
        {
            self.forget(old, |invitation| invitation.by == of && invitation.until <= at);
        }
        let (phone, until) = (*phone, *until);
        let invitation = Invitation { by, until, declined: false, offered: None };
        self.phones.get_or_insert_with(phone, Vec::new).push(invitation);
        self.by_age.insert((until, phone, by));
        *self.by_user.entry(by).or_default() += 1;
    }

    /// Who has said yes has an account now, and needs no invitation any more.
    pub(super) fn answered(&mut self, by: Uid, Answered { user: _, phone, yes }: &Answered) {
        if *yes {
            self.forget(*phone, |_| true);
        } else {
            self.change(*phone, by, |invitation| (invitation.declined, invitation.offered) = (true, None));
        }
    }

    pub(super) fn offered(&mut self, by: Uid, Offered { user: _, phone, name }: &Offered) {
        self.change(*phone, by, |invitation| invitation.offered = Some(name.clone()));
    }

    fn change(&mut self, phone: Phone, by: Uid, change: impl FnOnce(&mut Invitation)) {
        let mut of_phone = self.phones.get_mut(&phone).into_iter().flatten();
        if let Some(invitation) = of_phone.find(|invitation| invitation.by == by) {
            change(invitation);
        }
    }

    fn forget(&mut self, phone: Phone, which: impl Fn(&Invitation) -> bool) {
        let Some(of_phone) = self.phones.get_mut(&phone) else { return };
        for gone in of_phone.extract_if(.., |invitation| which(invitation)) {
            self.by_age.remove(&(gone.until, phone, gone.by));
            match self.by_user.get(&gone.by).copied() {
                Some(count @ 2..) => drop(self.by_user.insert(gone.by, count - 1)),
                Some(_) | None => drop(self.by_user.remove(&gone.by)),
            }
        }
        if of_phone.is_empty() {
            self.phones.remove(&phone);
        }
    }

    /// A copy to be written down, without what is derived.
    pub(in crate::rules) fn to_keep(&self) -> Invitations {
        Invitations { phones: self.phones.clone(), ..Invitations::default() }
    }

    /// Fills what is derived, after a snapshot was read.
    pub(in crate::rules) fn index(&mut self) {
        let all = || {
            let each = self.phones.iter();
            each.flat_map(|(phone, of_phone)| of_phone.iter().map(|invitation| (*phone, invitation)))
        };
        let by_age = all().map(|(phone, invitation)| (invitation.until, phone, invitation.by)).collect();
        let mut by_user: BTreeMap<Uid, u32> = BTreeMap::new();
        all().for_each(|(_, invitation)| *by_user.entry(invitation.by).or_default() += 1);
        (self.by_age, self.by_user) = (by_age, by_user);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_has_as_many_as_are_taken_invites_again_when_their_time_is_over() {
        let at = |secs: i64| Instant::from_unix_ms(secs * 1_000);
        let phone = |number: usize| format!("+44770090{number:04}").parse::<Phone>().unwrap();
        let ann: Uid = serde_json::from_str("0").unwrap();
        let mut invitations = Invitations::default();
        for number in 0..OF_USER_LEN_MAX {
            invitations.must_have_room(phone(number), ann, at(0)).unwrap();
            let (user, until) = ("ann".parse().unwrap(), at(10));
            invitations.invited(ann, &Invited { user, phone: phone(number), until }, at(0));
        }
        assert!(invitations.must_have_room(phone(100), ann, at(9)).is_err());
        assert!(invitations.must_have_room(phone(100), ann, at(10)).is_ok());
    }

    #[test]
    fn an_invitation_is_forgotten_when_its_time_is_over_and_a_snapshot_knows_the_same() {
        let at = |secs: i64| Instant::from_unix_ms(secs * 1_000);
        let phone = |number: u32| format!("+44770090{number:04}").parse::<Phone>().unwrap();
        let invited = |to: u32, until: i64| Invited {
            user: "ann".parse().unwrap(),
            phone: phone(to),
            until: at(until),
        };
        let [ann, bob]: [Uid; 2] = serde_json::from_str("[0, 1]").unwrap();
        let mut invitations = Invitations::default();
        invitations.invited(ann, &invited(1, 10), at(0));
        invitations.invited(bob, &invited(1, 20), at(0));
        invitations.invited(ann, &invited(2, 20), at(0));
        assert_eq!(
            invitations.last(phone(1), at(5)).map(|invitation| invitation.by),
            Some(bob),
            "the latest"
        );
        let name = "guest-1".parse().unwrap();
        invitations.offered(ann, &Offered { user: "ann".parse().unwrap(), phone: phone(1), name });
        assert_eq!(
            invitations.last(phone(1), at(5)).map(|invitation| invitation.by),
            Some(ann),
            "on its way"
        );
        let mut restored = invitations.to_keep();
        restored.index();
        assert_eq!(restored, invitations);
        invitations.invited(bob, &invited(3, 30), at(15));
        assert_eq!(invitations.by_age.len(), 3);
        assert!(
            invitations.of(phone(1), ann, at(5)).is_none() && invitations.of(phone(1), bob, at(15)).is_some()
        );
        let yes = Answered { user: "bob".parse().unwrap(), phone: phone(1), yes: true };
        invitations.answered(bob, &yes);
        assert!(invitations.last(phone(1), at(15)).is_none());
        assert_eq!(invitations.by_user.get(&bob), Some(&1));
    }
}
