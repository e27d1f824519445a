//! Groups: what each is, who is in it or asked, and in which groups somebody is.

use serde::{Deserialize, Serialize};

use super::store::Model;
use super::{Listed, keys, read_row, write_row};
use crate::log::{Fault, Rows};
use crate::rules::Commit;
use crate::rules::group::{
    Changed, Claimed, Closed, Created, Declined, Fact, Invited, Joined, Left, Role, RoleSet, SmsSet, Whoever,
};
use crate::words::{CommandSeq, GroupNumber, Instant, Party, UserName, Zone};

/// A group's row.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(in crate::query) struct Group {
    pub(in crate::query) name: String,
    pub(in crate::query) cap: u32,
    pub(in crate::query) sms_day: u32,
    pub(in crate::query) sms_month: u32,
    pub(in crate::query) zone: Option<Zone>,
    pub(in crate::query) writes: Whoever,
    pub(in crate::query) invites: Whoever,
    /// How many are in it.
    pub(in crate::query) size: u32,
}

/// Somebody's place in a group.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(in crate::query) enum Place {
    In {
        role: Role,
        /// Whether they get SMS of this group.
        sms: bool,
        since: Instant,
        /// What was written before is not for them.
        joined: CommandSeq,
    },
    /// Asked to join, and by whom; until then they may say yes.
    Asked { by: UserName, until: Instant },
}

pub(super) fn take(rows: &mut Rows, commit: &Commit, fact: &Fact) -> Result<(), Fault> {
    let now = (commit.at, commit.command);
    match fact {
        Fact::Created(created) => {
            rows.put(keys::group(created.group), write_row(&Group::of(created)));
            joins(rows, created.group, &Party::User(created.owner.clone()), Role::Owner, now)
        }
        Fact::Changed(changed) => changes(rows, changed),
        Fact::Invited(Invited { group, who, by, until }) => {
            for who in who {
                put(rows, *group, who, &Place::Asked { by: by.clone(), until: *until });
            }
            Ok(())
        }
        Fact::Joined(Joined { group, who, by: _ }) => {
            who.iter().try_for_each(|who| joins(rows, *group, who, Role::Member, now))
        }
        Fact::Declined(Declined { group, who }) | Fact::Left(Left { group, who, by: _ }) => {
            leaves(rows, *group, who).map(drop)
        }
        Fact::RoleSet(RoleSet { group, who, role: set, inherited: _ }) => {
            moves(rows, *group, &Party::User(who.clone()), |place| {
                if let Place::In { role, .. } = place {
                    *role = *set;
                }
            })
        }
        Fact::SmsSet(SmsSet { group, who, sms: set }) => moves(rows, *group, who, |place| {
            if let Place::In { sms, .. } = place {
                *sms = *set;
            }
        }),
        Fact::Claimed(claimed) => claims(rows, claimed),
        Fact::Closed(Closed { group }) => {
            for key in rows.keys_under(&keys::members_of(*group))? {
                if let Some(Party::User(user)) = keys::member_of(&key) {
                    rows.remove(keys::group_of(&user, *group));
                }
                rows.remove(key);
            }
            rows.remove(keys::group(*group));
            Ok(())
        }
    }
}

impl Group {
    fn of(created: &Created) -> Group {
        let Created { group: _, owner: _, name, cap, sms_day, sms_month, zone } = created.clone();
        let (writes, invites) = (Whoever::Everyone, Whoever::Admins);
        Group { name, cap, sms_day, sms_month, zone, writes, invites, size: 0 }
    }
}

fn change(rows: &mut Rows, group: GroupNumber, change: impl FnOnce(&mut Group)) -> Result<(), Fault> {
    let key = keys::group(group);
    let Some(row) = rows.get(&key)? else { return Ok(()) };
    let mut group = read_row(&row)?;
    change(&mut group);
    rows.put(key, write_row(&group));
    Ok(())
}

fn changes(rows: &mut Rows, changed: &Changed) -> Result<(), Fault> {
    let Changed { group, name, cap, sms_day, sms_month, zone, writes, invites } = changed.clone();
    change(rows, group, |row| {
        row.name = name.unwrap_or(std::mem::take(&mut row.name));
        row.cap = cap.unwrap_or(row.cap);
        row.sms_day = sms_day.unwrap_or(row.sms_day);
        row.sms_month = sms_month.unwrap_or(row.sms_month);
        row.zone = zone.or(row.zone);
        row.writes = writes.unwrap_or(row.writes);
        row.invites = invites.unwrap_or(row.invites);
    })
}

fn put(rows: &mut Rows, group: GroupNumber, who: &Party, place: &Place) {
    rows.put(keys::member(group, who), write_row(place));
    if let Party::User(user) = who {
        rows.put(keys::group_of(user, group), []);
    }
}

fn joins(
    rows: &mut Rows,
    group: GroupNumber,
    who: &Party,
    role: Role,
    (since, joined): (Instant, CommandSeq),
) -> Result<(), Fault> {
    put(rows, group, who, &Place::In { role, sms: true, since, joined });
    change(rows, group, |row| row.size += 1)
}

fn moves(
    rows: &mut Rows,
    group: GroupNumber,
    who: &Party,
    change: impl FnOnce(&mut Place),
) -> Result<(), Fault> {
    let key = keys::member(group, who);
    let Some(row) = rows.get(&key)? else { return Ok(()) };
    let mut place = read_row(&row)?;
    change(&mut place);
    rows.put(key, write_row(&place));
    Ok(())
}

/// What place they had.
fn leaves(rows: &mut Rows, group: GroupNumber, who: &Party) -> Result<Option<Place>, Fault> {
    let key = keys::member(group, who);
    let place = rows.get(&key)?.map(|row| read_row::<Place>(&row)).transpose()?;
    rows.remove(key);
    if let Party::User(user) = who {
        rows.remove(keys::group_of(user, group));
    }
    if let Some(Place::In { .. }) = place {
        change(rows, group, |row| row.size = row.size.saturating_sub(1))?;
    }
    Ok(place)
}

/// As the rules do it: who sits there already keeps what they had.
fn claims(rows: &mut Rows, Claimed { group, phone, user }: &Claimed) -> Result<(), Fault> {
    let to = Party::User(user.clone());
    let had = leaves(rows, *group, &Party::Phone(*phone))?;
    let has = rows.get(&keys::member(*group, &to))?.map(|row| read_row::<Place>(&row)).transpose()?;
    match (had, has) {
        (Some(_) | None, Some(Place::In { .. })) | (None, Some(Place::Asked { .. }) | None) => Ok(()),
        (Some(place), Some(Place::Asked { .. }) | None) => {
            put(rows, *group, &to, &place);
            match place {
                Place::In { .. } => change(rows, *group, |row| row.size += 1),
                Place::Asked { .. } => Ok(()),
            }
        }
    }
}

impl Model {
    pub(in crate::query) fn group(&self, group: GroupNumber) -> Result<Option<Group>, Fault> {
        self.projection.get(keys::group(group))?.map(|row| read_row(&row)).transpose()
    }

    /// Somebody's place in a group, if they have one.
    pub(in crate::query) fn place_in(&self, group: GroupNumber, who: &Party) -> Result<Option<Place>, Fault> {
        self.projection.get(keys::member(group, who))?.map(|row| read_row(&row)).transpose()
    }

    /// The groups that somebody is in or asked to join, by number.
    pub(in crate::query) fn groups_of(
        &self,
        user: &UserName,
        after: Option<GroupNumber>,
        limit: usize,
    ) -> Result<Listed<(GroupNumber, Group, Place)>, Fault> {
        let after = after.map(keys::group_text);
        let groups = self.after(&keys::groups_of(user), after.as_deref()).map(|row| {
            let group = keys::group_at(&row?.0).ok_or_else(Fault::torn)?;
            let place = self.place_in(group, &Party::User(user.clone()))?;
            let (row, place) = self.group(group)?.zip(place).ok_or_else(Fault::torn)?;
            Ok((group, row, place))
        });
        Listed::take(groups, limit)
    }

    /// All groups, by number.
    pub(in crate::query) fn groups(
        &self,
        after: Option<GroupNumber>,
        limit: usize,
    ) -> Result<Listed<(GroupNumber, Group)>, Fault> {
        let after = after.map(keys::group_text);
        let groups = self.after(keys::GROUPS, after.as_deref()).map(|row| {
            let (group, row) = row?;
            Ok((keys::group_at(&group).ok_or_else(Fault::torn)?, read_row(&row)?))
        });
        Listed::take(groups, limit)
    }

    /// Who is in a group or asked: users by name, behind phones.
    pub(in crate::query) fn members(
        &self,
        group: GroupNumber,
        after: Option<&Party>,
        limit: usize,
        with_phones: bool,
    ) -> Result<Listed<(Party, Place)>, Fault> {
        let after = after.map(Party::to_string);
        let members = self.after(&keys::members_of(group), after.as_deref()).map(|row| {
            let (who, row) = row?;
            Ok((who.parse::<Party>().map_err(|_| Fault::torn())?, read_row(&row)?))
        });
        let shown = move |row: &Result<(Party, Place), Fault>| {
            with_phones || !matches!(row, Ok((Party::Phone(_), _)))
        };
        Listed::take(members.filter(shown), limit)
    }
}
