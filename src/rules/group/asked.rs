//! Phones without an account that groups have asked of late: an SMS to a stranger is not sent again and again.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::invite::OPEN_FOR;
use crate::rules::Rejection;
use crate::rules::pages::Table;
use crate::words::{GroupNumber, Instant, Phone};

/// Groups that ask one phone within seven days, as many as a person looks at.
const OF_PHONE_LEN_MAX: usize = 8;

/// By phone, which groups have asked it and when that is forgotten: a removal, a NO and the end of the group do not make it
/// forgotten, a YES does. Some fifty bytes each, for seven days.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub(in crate::rules) struct AskedPhones {
    phones: Table<Phone, Vec<(GroupNumber, Instant)>>,
    /// The same by when they are forgotten.
    #[serde(skip)]
    by_age: BTreeSet<(Instant, Phone, GroupNumber)>,
}

impl AskedPhones {
    /// That a group may ask a phone.
    pub(super) fn may_be_asked(
        &self,
        phone: Phone,
        group: GroupNumber,
        at: Instant,
    ) -> Result<(), Rejection> {
        let lately = self.phones.get(&phone).into_iter().flatten().filter(|(_, until)| *until > at);
        let lately: Vec<GroupNumber> = lately.map(|(by, _)| *by).collect();
        if lately.contains(&group) || lately.len() >= OF_PHONE_LEN_MAX {
            return Err(Rejection::asked_lately(&phone.to_string(), OF_PHONE_LEN_MAX));
        }
        Ok(())
    }

    pub(super) fn asked(&mut self, phone: Phone, group: GroupNumber, at: Instant) {
        while let Some((until, old, by)) = self.by_age.first().copied()
            && until <= at
        {
            self.forget(old, by);
        }
        self.forget(phone, group);
        let until = at + OPEN_FOR;
        self.phones.get_or_insert_with(phone, Vec::new).push((group, until));
        self.by_age.insert((until, phone, group));
    }

    /// It has said yes, or belongs to a user now.
    pub(super) fn forget(&mut self, phone: Phone, group: GroupNumber) {
        let Some(of_phone) = self.phones.get_mut(&phone) else { return };
        for (by, until) in of_phone.extract_if(.., |(by, _)| *by == group) {
            self.by_age.remove(&(until, phone, by));
        }
        if of_phone.is_empty() {
            self.phones.remove(&phone);
        }
    }

    /// A copy to be written down, without what is derived.
    pub(in crate::rules) fn to_keep(&self) -> AskedPhones {
        AskedPhones { phones: self.phones.clone(), by_age: BTreeSet::new() }
    }

    /// Fills what is derived, after a snapshot was read.
    pub(in crate::rules) fn index(&mut self) {
        let all = self.phones.iter();
        let all = all.flat_map(|(phone, asked)| asked.iter().map(|(by, until)| (*until, *phone, *by)));
        self.by_age = all.collect();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_phone_is_asked_by_one_group_once_in_seven_days_and_by_eight_groups_at_most() {
        let at = |days: i64| Instant::from_unix_ms(days * 86_400_000);
        let group = |index| GroupNumber::of_index(index).unwrap();
        let phone: Phone = "+447700900001".parse().unwrap();
        let mut asked = AskedPhones::default();
        for index in (0..).take(OF_PHONE_LEN_MAX) {
            asked.may_be_asked(phone, group(index), at(0)).unwrap();
            asked.asked(phone, group(index), at(0));
            assert!(asked.may_be_asked(phone, group(index), at(6)).is_err());
        }
        assert!(asked.may_be_asked(phone, group(8), at(6)).is_err());
        assert!(asked.may_be_asked("+447700900002".parse().unwrap(), group(8), at(6)).is_ok());
        asked.forget(phone, group(3));
        assert!(asked.may_be_asked(phone, group(3), at(6)).is_ok());
        let mut restored = asked.to_keep();
        restored.index();
        assert_eq!(restored, asked);
        asked.asked(phone, group(9), at(7));
        assert_eq!((asked.by_age.len(), asked.phones.get(&phone).map(Vec::len)), (1, Some(1)));
    }
}
