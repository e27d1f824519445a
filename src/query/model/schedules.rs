//! Schedules: what they send and how they go, a row each, so that a firing writes only the small one.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::occurrence::{Ended, How};
use super::store::Model;
use super::{Listed, days, keys, lateness, ledger, read_row, write_row};
use crate::log::{Fault, Rows};
use crate::rules::message::{Content, Route};
use crate::rules::schedule::{
    self, Cancelled, Created, Fact, Fired, Missed, NotFired, Occurrence, OccurrenceCancelled, OccurrenceName,
    Paused, Planned, Ran, Reckoned, Replaced, Resumed, SkipSet, Skipped, Sums, When,
};
use crate::wire::schedule_query::ScheduleState;
use crate::wire::{from_msgpack, to_msgpack};
use crate::words::{Address, Civil, EventSeq, Instant, ScheduleId, UserName};

/// What a schedule sends, to whom and when.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(in crate::query) struct Made {
    pub(in crate::query) from: UserName,
    /// The commit that holds the body.
    pub(in crate::query) body: EventSeq,
    /// As `message.send` names them.
    pub(in crate::query) to: Vec<Address>,
    /// Whether it is a group SMS.
    #[serde(default)]
    pub(in crate::query) as_group: bool,
    pub(in crate::query) route: Route,
    pub(in crate::query) when: When,
    #[serde(default)]
    pub(in crate::query) reckoned: Reckoned,
}

/// How it goes.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(in crate::query) struct Course {
    pub(in crate::query) state: ScheduleState,
    pub(in crate::query) next: Option<Next>,
    pub(in crate::query) sums: Sums,
    /// How often it was sent beside its occurrences.
    pub(in crate::query) run_now: u64,
    pub(in crate::query) skips: BTreeSet<OccurrenceName>,
    /// How often its rule got another zone, whose names are other names.
    pub(in crate::query) zone: u64,
}

/// The occurrence that is planned.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::query) struct Next {
    pub(in crate::query) nominal: Civil,
    pub(in crate::query) second: bool,
    pub(in crate::query) due: Instant,
}

impl Next {
    fn of(occurrence: &Occurrence) -> Next {
        let Occurrence { nominal, second, due, number: _ } = *occurrence;
        Next { nominal, second, due }
    }
}

/// A schedule as it will be shown, without its body, which is in EVENTS.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::query) struct Scheduled {
    pub(in crate::query) id: ScheduleId,
    pub(in crate::query) made: Made,
    pub(in crate::query) course: Course,
    /// The occurrence that ended last.
    pub(in crate::query) last: Option<Ended>,
    /// Its latest, newest first, where they are asked for.
    pub(in crate::query) occurrences: Option<Vec<Ended>>,
}

/// Takes in a fact about a schedule. Of one that was never created the occurrences are counted nevertheless: the ledger
/// shows what the log holds.
pub(super) fn take(rows: &mut Rows, seq: EventSeq, fact: &Fact) -> Result<(), Fault> {
    let state = |rows: &mut Rows, schedule, state| change(rows, schedule, |course| course.state = state);
    match fact {
        Fact::Created(created) => self::created(rows, seq, created),
        Fact::Replaced(replaced) => self::replaced(rows, seq, replaced),
        Fact::Paused(Paused { schedule }) => state(rows, *schedule, ScheduleState::Paused),
        Fact::Resumed(Resumed { schedule }) => state(rows, *schedule, ScheduleState::Active),
        Fact::Cancelled(Cancelled { schedule }) => state(rows, *schedule, ScheduleState::Cancelled),
        Fact::Ended(schedule::Ended { schedule }) => state(rows, *schedule, ScheduleState::Ended),
        Fact::Ran(Ran { schedule, message: _ }) => change(rows, *schedule, |course| course.run_now += 1),
        Fact::SkipSet(SkipSet { schedule, occurrence, skip }) => change(rows, *schedule, |course| {
            if *skip {
                course.skips.insert(*occurrence)
            } else {
                course.skips.remove(occurrence)
            };
        }),
        Fact::Planned(Planned { schedule, occurrence, tzdata: _ }) => {
            days::counted(rows, occurrence.due, |sums| sums.planned += 1)?;
            change(rows, *schedule, |course| {
                course.sums.planned += 1;
                course.next = Some(Next::of(occurrence));
            })
        }
        Fact::Fired(Fired { schedule, occurrence, late_ms, message }) => {
            lateness::fired(rows, *late_ms)?;
            ended(rows, seq, *schedule, occurrence, How::Fired(*message), *late_ms)
        }
        Fact::Skipped(Skipped(not)) => not_fired(rows, seq, not, How::Skipped),
        Fact::Missed(Missed(not)) => not_fired(rows, seq, not, How::Missed),
        Fact::OccurrenceCancelled(OccurrenceCancelled(not)) => not_fired(rows, seq, not, How::Cancelled),
    }
}

fn created(rows: &mut Rows, seq: EventSeq, created: &Created) -> Result<(), Fault> {
    let Created { schedule, from, message, when, reckoned, tzdata: _, over_quota: _ } = created;
    let (to, as_group, route) = (recipients(message), message.in_name.is_some(), message.route);
    let (when, reckoned) = (when.clone(), *reckoned);
    let made = Made { from: from.clone(), body: seq, to, as_group, route, when, reckoned };
    rows.put(keys::schedule(*schedule), to_msgpack(&made));
    rows.put(keys::schedule_of(from, *schedule), []);
    change(rows, *schedule, |_| {})
}

/// A group, an app in one, or people.
fn recipients(message: &Content) -> Vec<Address> {
    match (message.group, message.app) {
        (Some(group), Some(app)) => vec![Address::App(app, group)],
        (Some(group), None) => vec![Address::Group(group)],
        (None, _) => message.to.iter().cloned().map(Address::from).collect(),
    }
}

fn replaced(rows: &mut Rows, seq: EventSeq, replaced: &Replaced) -> Result<(), Fault> {
    let key = keys::schedule(replaced.schedule);
    let Some(row) = rows.get(&key)? else { return Ok(()) };
    let mut made = read_made(&row)?;
    if let Some(message) = &replaced.message {
        (made.body, made.route) = (seq, message.route);
        (made.to, made.as_group) = (recipients(message), message.in_name.is_some());
    }
    let rezoned = replaced.when.as_ref().is_some_and(|when| when.zone != made.when.zone);
    if let Some(when) = &replaced.when {
        made.when.clone_from(when);
        made.reckoned = replaced.reckoned;
    }
    rows.put(key, to_msgpack(&made));
    if replaced.when.is_none() {
        return Ok(());
    }
    change(rows, replaced.schedule, |course| {
        replaced.unskip(&mut course.skips);
        course.zone += u64::from(rezoned);
    })
}

fn course(rows: &Rows, id: ScheduleId) -> Result<Course, Fault> {
    Ok(rows.get(&keys::course(id))?.map(|row| read_row(&row)).transpose()?.unwrap_or_default())
}

fn change(rows: &mut Rows, id: ScheduleId, change: impl FnOnce(&mut Course)) -> Result<(), Fault> {
    let mut course = course(rows, id)?;
    let (before, next) = (course.sums, course.next);
    change(&mut course);
    if course.next != next {
        days::planned(rows, next.map(|next| next.due), course.next.map(|next| next.due))?;
    }
    course.sums.pending = u64::from(course.next.is_some());
    ledger::moved(rows, before, course.sums)?;
    rows.put(keys::course(id), write_row(&course));
    Ok(())
}

fn not_fired(
    rows: &mut Rows,
    seq: EventSeq,
    not: &NotFired,
    how: impl FnOnce(String) -> How,
) -> Result<(), Fault> {
    let NotFired { schedule, occurrence, late_ms, reason } = not;
    ended(rows, seq, *schedule, occurrence, how(reason.clone()), *late_ms)
}

fn ended(
    rows: &mut Rows,
    seq: EventSeq,
    id: ScheduleId,
    occurrence: &Occurrence,
    how: How,
    late_ms: i64,
) -> Result<(), Fault> {
    let repeated = matches!(how, How::Fired(_)) && !fires(rows, id, occurrence.name())?;
    let mut number = 0;
    let count = |sums: &mut Sums| match &how {
        How::Fired(_) => sums.fired += 1,
        How::Skipped(_) => sums.skipped += 1,
        How::Missed(_) => sums.missed += 1,
        How::Cancelled(_) => sums.cancelled += 1,
    };
    days::counted(rows, occurrence.due, count)?;
    change(rows, id, |course| {
        number = course.sums.ended();
        course.sums.repeated += u64::from(repeated);
        count(&mut course.sums);
        course.next = course.next.filter(|next| *next != Next::of(occurrence));
        // What another rule plans again is still not wished.
        if !matches!(how, How::Cancelled(_)) {
            course.skips.remove(&occurrence.name());
        }
    })?;
    rows.put(keys::ended(id, number), Ended::new(occurrence, how, late_ms, seq).write());
    Ok(())
}

/// False where one of this name has fired.
fn fires(rows: &mut Rows, id: ScheduleId, name: OccurrenceName) -> Result<bool, Fault> {
    let key = keys::fired(id, course(rows, id)?.zone, name);
    let is_new = rows.get(&key)?.is_none();
    rows.put(key, []);
    Ok(is_new)
}

/// It holds a rule, whose fields may be absent: it is written with names, unlike other rows.
fn read_made(bytes: &[u8]) -> Result<Made, Fault> {
    from_msgpack(bytes).map_err(|error| Fault::torn().because(error))
}

impl Model {
    /// One schedule, if there is one.
    pub(in crate::query) fn made(&self, id: ScheduleId) -> Result<Option<Made>, Fault> {
        let row = self.projection.get(keys::schedule(id))?;
        row.map(|row| read_made(&row)).transpose()
    }

    pub(in crate::query) fn course(&self, id: ScheduleId) -> Result<Option<Course>, Fault> {
        let row = self.projection.get(keys::course(id))?;
        row.map(|row| read_row(&row)).transpose()
    }

    /// The schedules of a user, or all, oldest first; only those in a state where one is named.
    pub(in crate::query) fn schedules(
        &self,
        of: Option<&UserName>,
        state: Option<ScheduleState>,
        after: Option<ScheduleId>,
        limit: usize,
    ) -> Result<Listed<Scheduled>, Fault> {
        let prefix = of.map_or_else(|| keys::SCHEDULES.to_vec(), keys::schedules_of);
        let schedules = self.schedule_ids(prefix, after).filter_map(|id| {
            let wanted = |course: &Course| state.is_none_or(|state| course.state == state);
            id.and_then(|id| self.scheduled(id, wanted)).transpose()
        });
        Listed::take(schedules, limit)
    }

    /// One schedule as it will be shown, if there is one and it is `wanted`.
    pub(in crate::query) fn scheduled(
        &self,
        id: ScheduleId,
        wanted: impl FnOnce(&Course) -> bool,
    ) -> Result<Option<Scheduled>, Fault> {
        let Some(course) = self.course(id)?.filter(wanted) else { return Ok(None) };
        let Some(made) = self.made(id)? else { return Ok(None) };
        let last = self.ended_of(id).next_back().transpose()?;
        Ok(Some(Scheduled { id, made, course, last, occurrences: None }))
    }

    /// The sums of each schedule, oldest first.
    pub(in crate::query) fn accounts(
        &self,
        after: Option<ScheduleId>,
        limit: usize,
    ) -> Result<Listed<(ScheduleId, Sums)>, Fault> {
        let accounts = self.schedule_ids(keys::COURSES.to_vec(), after).map(|id| {
            let id = id?;
            Ok((id, self.course(id)?.unwrap_or_default().sums))
        });
        Listed::take(accounts, limit)
    }

    /// The schedules at the ends of the keys with this prefix, by age.
    fn schedule_ids(
        &self,
        prefix: Vec<u8>,
        after: Option<ScheduleId>,
    ) -> impl Iterator<Item = Result<ScheduleId, Fault>> + use<> {
        let first = after.map_or(0, |after| after.command().0.saturating_add(1));
        let bound = |schedule: u64| [prefix.as_slice(), &schedule.to_be_bytes()].concat();
        self.projection.range(bound(first)..=bound(u64::MAX)).map(|row| {
            let (key, _) = row?;
            keys::last_schedule(&key).ok_or_else(Fault::torn)
        })
    }
}
