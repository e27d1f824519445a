//! The schedules in the decider's memory: whose, to whom, when; never the body, which stays in the log.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::{
    Cancelled, Created, Ended, Fact, Fired, Missed, NotFired, Occurrence, OccurrenceCancelled,
    OccurrenceName, Paused, Plan, Planned, Ran, Replaced, Resumed, SkipSet, Skipped,
};
use crate::rules::message::{Content, Route};
use crate::rules::proof::{ByUser, Case};
use crate::rules::state::{Uid, User};
use crate::rules::{Rejection, State};
use crate::words::{AppNumber, EventSeq, GroupNumber, Instant, Party, Phone, ScheduleId, Span};

/// A schedule that has an occurrence ahead.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(in crate::rules) struct Schedule {
    pub(super) from: Uid,
    pub(in crate::rules) paused: bool,
    route: Route,
    /// The commit that holds the body.
    body: EventSeq,
    to: Box<[Recipient]>,
    deadlines: Option<Box<Deadlines>>,
    pub(super) plan: Plan,
    pub(super) next: Option<Occurrence>,
    /// When it fired last: as planned, or later where that was not in time.
    pub(in crate::rules) last: Option<Instant>,
    pub(in crate::rules) skips: BTreeSet<OccurrenceName>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
enum Recipient {
    User(Uid),
    Phone(Phone),
    /// Whoever is in it then; whether in its name, and headed by it.
    Group(GroupNumber, Option<bool>),
    App(AppNumber, GroupNumber),
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
        let Content { group, in_name, app, to, text: _, parts: _, route, expires_in, escalate_after } =
            content;
        let recipient = |to: &Party| match to {
            Party::User(name) => state.uid(name).map(Recipient::User),
            Party::Phone(phone) => Some(Recipient::Phone(*phone)),
        };
        let of_group = group.map(|group| match app {
            Some(app) => Recipient::App(*app, group),
            None => Recipient::Group(group, *in_name),
        });
        self.body = at;
        self.to = to.iter().filter_map(recipient).chain(of_group).collect();
        self.route = *route;
        let deadlines = Deadlines { expires_in: *expires_in, escalate_after: *escalate_after };
        let some = expires_in.is_some() || escalate_after.is_some();
        self.deadlines = some.then(|| Box::new(deadlines));
    }

    /// What is sent at a firing, with the commit that holds its text and parts. A phone that somebody has registered since is
    /// that person.
    pub(in crate::rules) fn content(&self, state: &State) -> (Content, Option<EventSeq>) {
        let party = |recipient: &Recipient| match recipient {
            Recipient::User(uid) => Some(Party::User(state.user(*uid).name.clone())),
            Recipient::Phone(phone) => match state.uid_by_phone(*phone) {
                Some(uid) => Some(Party::User(state.user(uid).name.clone())),
                None => Some(Party::Phone(*phone)),
            },
            Recipient::Group(..) | Recipient::App(..) => None,
        };
        let (mut group, mut in_name, mut app) = (None, None, None);
        match self.to.first() {
            Some(Recipient::Group(number, header)) => (group, in_name) = (Some(*number), *header),
            Some(Recipient::App(number, of)) => (group, app) = (Some(*of), Some(*number)),
            Some(Recipient::User(_) | Recipient::Phone(_)) | None => {}
        }
        let mut to: Vec<Party> = Vec::with_capacity(self.to.len());
        let mut seen = BTreeSet::new();
        to.extend(self.to.iter().filter_map(party).filter(|party| seen.insert(party.clone())));
        let deadlines = self.deadlines.as_deref();
        let content = Content {
            group,
            in_name,
            app,
            to,
            text: None,
            parts: None,
            route: self.route,
            expires_in: deadlines.and_then(|deadlines| deadlines.expires_in),
            escalate_after: deadlines.and_then(|deadlines| deadlines.escalate_after),
        };
        (content, Some(self.body))
    }

    /// When its next occurrence is due.
    pub(in crate::rules) fn due(&self) -> Option<Instant> {
        self.next.map(|next| next.due)
    }

    pub(in crate::rules) fn owner<'a>(&self, state: &'a State) -> &'a User {
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
}

impl<'a> Case<'a, ByUser> {
    /// A schedule of the user's own; somebody else's is not told apart from none.
    pub(super) fn schedule(&self, id: ScheduleId) -> Result<&'a Schedule, Rejection> {
        let schedule = self.state.schedules.get(&id).filter(|schedule| schedule.from == self.uid());
        schedule.map(Box::as_ref).ok_or_else(Rejection::unknown_schedule)
    }
}

pub(in crate::rules) fn evolve(state: &mut State, fact: &Fact, at: EventSeq, now: Instant) {
    match fact {
        Fact::Created(created) => {
            if let Some(schedule) = Schedule::new(state, created, at) {
                state.schedules.insert(created.schedule, Box::new(schedule));
            }
        }
        Fact::Replaced(replaced) => replace(state, replaced, at),
        Fact::Cancelled(Cancelled { schedule }) | Fact::Ended(Ended { schedule }) => {
            state.schedules.remove(schedule);
        }
        Fact::Paused(Paused { schedule }) => change(state, *schedule, |it| it.paused = true),
        Fact::Resumed(Resumed { schedule }) => change(state, *schedule, |it| it.paused = false),
        Fact::Ran(Ran { schedule, message: _ }) => change(state, *schedule, |it| it.last = Some(now)),
        Fact::SkipSet(SkipSet { schedule, occurrence, skip: true }) => change(state, *schedule, |it| {
            it.skips.insert(*occurrence);
        }),
        Fact::SkipSet(SkipSet { schedule, occurrence, skip: false }) => change(state, *schedule, |it| {
            it.skips.remove(occurrence);
        }),
        Fact::Planned(Planned { schedule, occurrence, tzdata: _ }) => {
            change(state, *schedule, |it| it.next = Some(*occurrence));
        }
        Fact::Fired(Fired { schedule, occurrence, .. }) => change(state, *schedule, |it| {
            it.ended(occurrence);
            it.last = Some(super::occur::effective(occurrence, now));
        }),
        Fact::Skipped(Skipped(not)) | Fact::Missed(Missed(not)) => {
            change(state, not.schedule, |it| it.ended(&not.occurrence));
        }
        Fact::OccurrenceCancelled(OccurrenceCancelled(NotFired { schedule, occurrence, .. })) => {
            change(state, *schedule, |it| it.cancelled(occurrence));
        }
    }
}

fn change(state: &mut State, schedule: ScheduleId, change: impl FnOnce(&mut Schedule)) {
    if let Some(schedule) = state.schedules.get_mut(&schedule) {
        change(schedule);
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
