//! The schedules in the decider's memory: whose, to whom, when; never the body, which stays in the log.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::{Content, Created, Fired, Occurrence, OccurrenceName, Occurring, Plan, Replaced};
use crate::rules::command::Route;
use crate::rules::message::Letter;
use crate::rules::state::{Uid, User};
use crate::rules::{Fact, Rejection, State};
use crate::words::{EventSeq, Instant, Party, Phone, ScheduleId, Span, UserName};

/// A schedule that has an occurrence ahead.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(in crate::rules) struct Schedule {
    pub(super) from: Uid,
    pub(super) paused: bool,
    route: Route,
    /// The commit that holds the body.
    body: EventSeq,
    to: Box<[Recipient]>,
    deadlines: Option<Box<Deadlines>>,
    pub(super) plan: Plan,
    pub(super) next: Option<Occurrence>,
    /// When it fired last: as planned, or later where that was not in time.
    pub(super) last: Option<Instant>,
    pub(super) skips: BTreeSet<OccurrenceName>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
enum Recipient {
    User(Uid),
    Phone(Phone),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
struct Deadlines {
    expires_in: Option<Span>,
    escalate_after: Option<Span>,
}

impl Schedule {
    fn new(state: &State, created: &Created, at: EventSeq) -> Option<Schedule> {
        let mut schedule = Schedule {
            from: state.uid(&created.from)?,
            paused: false,
            route: Route::Auto,
            body: at,
            to: Box::default(),
            deadlines: None,
            // A rule that this version cannot read has no occurrences here.
            plan: Plan::read(&created.when, &created.reckoned).ok()?,
            next: None,
            last: None,
            skips: BTreeSet::new(),
        };
        schedule.carries(state, &created.message, at);
        Some(schedule)
    }

    fn carries(&mut self, state: &State, content: &Content, at: EventSeq) {
        let Content { to, text: _, parts: _, route, expires_in, escalate_after } = content;
        let recipient = |to: &Party| match to {
            Party::User(name) => state.uid(name).map(Recipient::User),
            Party::Phone(phone) => Some(Recipient::Phone(*phone)),
        };
        self.body = at;
        self.to = to.iter().filter_map(recipient).collect();
        self.route = *route;
        let deadlines = Deadlines { expires_in: *expires_in, escalate_after: *escalate_after };
        let some = expires_in.is_some() || escalate_after.is_some();
        self.deadlines = some.then(|| Box::new(deadlines));
    }

    /// What is sent at a firing. A phone that somebody has registered since is that person.
    pub(super) fn letter(&self, state: &State) -> Letter {
        let party = |recipient: &Recipient| match recipient {
            Recipient::User(uid) => Party::User(state.user(*uid).name.clone()),
            Recipient::Phone(phone) => match state.uid_by_phone(*phone) {
                Some(uid) => Party::User(state.user(uid).name.clone()),
                None => Party::Phone(*phone),
            },
        };
        let mut to: Vec<Party> = Vec::with_capacity(self.to.len());
        let mut seen = BTreeSet::new();
        to.extend(self.to.iter().map(party).filter(|party| seen.insert(party.clone())));
        let deadlines = self.deadlines.as_deref();
        Letter {
            to,
            text: None,
            parts: None,
            body: Some(self.body),
            route: self.route,
            expires_in: deadlines.and_then(|deadlines| deadlines.expires_in),
            escalate_after: deadlines.and_then(|deadlines| deadlines.escalate_after),
        }
    }

    /// When its next occurrence is due.
    pub(in crate::rules) fn due(&self) -> Option<Instant> {
        self.next.map(|next| next.due)
    }

    pub(super) fn owner<'a>(&self, state: &'a State) -> &'a User {
        state.user(self.from)
    }

    /// It is not ahead any more; a skip of it stands, for another rule may plan it again.
    fn cancelled(&mut self, occurrence: &Occurrence) {
        if self.next.as_ref() == Some(occurrence) {
            self.next = None;
        }
    }

    fn ended(&mut self, occurrence: &Occurrence) {
        self.cancelled(occurrence);
        self.skips.remove(&occurrence.name());
    }
}

impl State {
    pub fn schedules_len(&self) -> usize {
        self.schedules.len()
    }

    /// A schedule of a user's own; somebody else's is not told apart from none.
    pub(super) fn schedule_of(&self, user: &UserName, id: ScheduleId) -> Result<&Schedule, Rejection> {
        let schedule = self.schedules.get(&id).filter(|schedule| Some(schedule.from) == self.uid(user));
        schedule.map(Box::as_ref).ok_or_else(Rejection::unknown_schedule)
    }
}

pub(in crate::rules) fn evolve(state: &mut State, fact: &Fact, at: EventSeq, now: Instant) {
    if let Fact::ScheduleCreated(created) = fact {
        if let Some(schedule) = Schedule::new(state, created, at) {
            state.schedules.insert(created.schedule, Box::new(schedule));
        }
    } else if let Fact::ScheduleReplaced(replaced) = fact {
        replace(state, replaced, at);
    } else if let Fact::ScheduleCancelled { schedule } | Fact::ScheduleEnded { schedule } = fact {
        state.schedules.remove(schedule);
    } else if let Some((schedule, change)) = changed(fact, now)
        && let Some(schedule) = state.schedules.get_mut(&schedule)
    {
        change.apply(schedule);
    }
}

fn replace(state: &mut State, replaced: &Replaced, at: EventSeq) {
    let Some(mut schedule) = state.schedules.remove(&replaced.schedule) else { return };
    if let Some(content) = &replaced.message {
        schedule.carries(state, content, at);
    }
    if let Some(plan) = replaced.plan() {
        replaced.unskip(&mut schedule.skips);
        schedule.plan = plan;
    }
    state.schedules.insert(replaced.schedule, schedule);
}

/// What a fact changes about one schedule that goes on.
enum Change<'a> {
    Paused(bool),
    Skip(OccurrenceName, bool),
    Planned(Occurrence),
    Ended(&'a Occurrence),
    Cancelled(&'a Occurrence),
    FiredAt(&'a Occurrence, Instant),
    RunAt(Instant),
}

fn changed(fact: &Fact, now: Instant) -> Option<(ScheduleId, Change<'_>)> {
    if let Fact::SchedulePaused { schedule } = fact {
        Some((*schedule, Change::Paused(true)))
    } else if let Fact::ScheduleResumed { schedule } = fact {
        Some((*schedule, Change::Paused(false)))
    } else if let Fact::SkipSet { schedule, occurrence, skip } = fact {
        Some((*schedule, Change::Skip(*occurrence, *skip)))
    } else if let Fact::OccurrencePlanned(Occurring { schedule, occurrence }) = fact {
        Some((*schedule, Change::Planned(*occurrence)))
    } else if let Fact::OccurrenceFired(Fired { schedule, occurrence, .. }) = fact {
        Some((*schedule, Change::FiredAt(occurrence, now)))
    } else if let Fact::OccurrenceSkipped(not) | Fact::OccurrenceMissed(not) = fact {
        Some((not.schedule, Change::Ended(&not.occurrence)))
    } else if let Fact::OccurrenceCancelled(not) = fact {
        Some((not.schedule, Change::Cancelled(&not.occurrence)))
    } else if let Fact::ScheduleRun { schedule, .. } = fact {
        Some((*schedule, Change::RunAt(now)))
    } else {
        None
    }
}

impl Change<'_> {
    fn apply(self, schedule: &mut Schedule) {
        match self {
            Change::Paused(paused) => schedule.paused = paused,
            Change::Skip(name, true) => drop(schedule.skips.insert(name)),
            Change::Skip(name, false) => drop(schedule.skips.remove(&name)),
            Change::Planned(occurrence) => schedule.next = Some(occurrence),
            Change::Ended(occurrence) => schedule.ended(occurrence),
            Change::Cancelled(occurrence) => schedule.cancelled(occurrence),
            Change::FiredAt(occurrence, now) => {
                schedule.ended(occurrence);
                schedule.last = Some(super::occur::effective(occurrence, now));
            }
            Change::RunAt(now) => schedule.last = Some(now),
        }
    }
}
