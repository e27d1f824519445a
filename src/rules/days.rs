//! The ledger of days, counted from the facts alone: what was accepted and planned on each day, against its ends.
//!
//! A delivery counts on the day, in UTC, on which its message was accepted, an occurrence on that of its planned time.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::message::{Delivered, Expired, Failed, Filtered, Recalled, WasRead};
use super::schedule::{Missed, Occurrence, OccurrenceCancelled, Planned, Skipped, Sums};
use super::{Commit, Fact, message, schedule};
use crate::words::{Day, GroupNumber, Instant, MessageId, Party, ScheduleId, UserName};

/// Deliveries by what became of them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeliverySums {
    pub accepted: u64,
    /// Those that were read among them.
    pub delivered: u64,
    pub filtered: u64,
    pub recalled: u64,
    pub expired: u64,
    pub failed: u64,
    /// Accepted, and no end is known yet; an SMS of which nothing more is heard stays so. Seen, never computed from the others.
    pub open: u64,
    /// Ends of deliveries that were not open, on the day on which they came: there should be none.
    pub repeated: u64,
}

/// A final state.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    Delivered,
    Filtered,
    Recalled,
    Expired,
    Failed,
}

impl DeliverySums {
    pub fn opened(&mut self, deliveries: u64) {
        self.accepted += deliveries;
        self.open += deliveries;
    }

    pub fn ended(&mut self, end: End) {
        self.open = self.open.saturating_sub(1);
        match end {
            End::Delivered => self.delivered += 1,
            End::Filtered => self.filtered += 1,
            End::Recalled => self.recalled += 1,
            End::Expired => self.expired += 1,
            End::Failed => self.failed += 1,
        }
    }

    /// Whether each has one end, or is open, and none a second one.
    pub fn is_balanced(&self) -> bool {
        let ended = self.delivered + self.filtered + self.recalled + self.expired + self.failed;
        self.accepted == ended + self.open && self.repeated == 0
    }
}

/// One day.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct DaySums {
    pub deliveries: DeliverySums,
    /// What fired twice under one name is counted of each schedule, and not here.
    pub occurrences: Sums,
}

impl DaySums {
    pub fn is_balanced(&self) -> bool {
        self.deliveries.is_balanced() && self.occurrences.is_balanced()
    }
}

/// Where a message comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origin {
    /// None where Homing itself wrote it.
    pub from: Option<UserName>,
    pub group: Option<GroupNumber>,
    pub schedule: Option<ScheduleId>,
}

/// A message with deliveries that have not ended.
#[derive(Debug)]
struct Open {
    day: Day,
    origin: Origin,
    has_arrived: bool,
    /// Whether all of its deliveries were named; those to a group stand on pages.
    is_whole: bool,
    to: BTreeSet<Party>,
}

/// All days, and what is open: about 100 bytes of a message and 50 of each open delivery, and 200 of a day.
#[derive(Debug, Default)]
pub struct Days {
    days: BTreeMap<Day, DaySums>,
    open: BTreeMap<MessageId, Open>,
    /// A schedule plans one at a time.
    planned: BTreeMap<ScheduleId, Occurrence>,
}

impl Days {
    /// Counts a commit. `arrived` is told of each message when it has arrived at the first of its recipients.
    pub fn take(&mut self, commit: &Commit, mut arrived: impl FnMut(&Origin, Instant)) {
        for fact in &commit.facts {
            match fact {
                Fact::Message(fact) => self.message(fact, commit, &mut arrived),
                Fact::Schedule(fact) => self.schedule(fact),
                Fact::Refusal(_)
                | Fact::Identity(_)
                | Fact::Contacts(_)
                | Fact::Presence(_)
                | Fact::Group(_)
                | Fact::Attempt(_)
                | Fact::Phone(_)
                | Fact::Service(_)
                | Fact::Timer(_) => {}
            }
        }
    }

    /// The days on which anything was accepted, planned or repeated.
    pub fn days(&self) -> impl Iterator<Item = (Day, DaySums)> + '_ {
        self.days.iter().map(|(day, sums)| (*day, *sums))
    }

    fn message(&mut self, fact: &message::Fact, commit: &Commit, arrived: &mut impl FnMut(&Origin, Instant)) {
        match fact {
            message::Fact::Accepted(accepted) => {
                let fired = commit.facts.iter().find_map(|fact| schedule_of(fact, accepted.message));
                let from = accepted.from.user().cloned();
                let origin = Origin { from, group: accepted.group, schedule: fired };
                let is_whole = accepted.group.is_none() || !accepted.to.is_empty();
                let (day, to) = (Day::of(commit.at), BTreeSet::new());
                self.open.insert(accepted.message, Open { day, origin, has_arrived: false, is_whole, to });
                accepted.to.iter().for_each(|to| self.opened(accepted.message, to, commit.at));
            }
            message::Fact::Page(page) => {
                for fact in page.deliveries() {
                    let Fact::Message(fact) = &fact else { continue };
                    if let Some((message, to)) = routed_or_filtered(fact) {
                        self.opened(message, to, commit.at);
                    }
                    self.message(fact, commit, arrived);
                }
                if page.last {
                    self.is_whole(page.message);
                }
            }
            message::Fact::Routed(_) => {}
            message::Fact::Delivered(Delivered { message, to, .. }) => {
                self.ended(*message, to, commit.at, End::Delivered, true, arrived);
            }
            message::Fact::WasRead(WasRead { message, to, .. }) => {
                self.ended(*message, to, commit.at, End::Delivered, false, arrived);
            }
            message::Fact::Filtered(Filtered { message, to, .. }) => {
                self.ended(*message, to, commit.at, End::Filtered, true, arrived);
            }
            message::Fact::Recalled(Recalled { message, to, .. }) => {
                self.ended(*message, to, commit.at, End::Recalled, true, arrived);
            }
            message::Fact::Expired(Expired { message, to, .. }) => {
                self.ended(*message, to, commit.at, End::Expired, true, arrived);
            }
            message::Fact::Failed(Failed { message, to, .. }) => {
                self.ended(*message, to, commit.at, End::Failed, true, arrived);
            }
        }
    }

    fn opened(&mut self, message: MessageId, to: &Party, at: Instant) {
        let day = self.open.get(&message).map_or(Day::of(at), |open| open.day);
        self.days.entry(day).or_default().deliveries.opened(1);
        let origin = Origin { from: None, group: None, schedule: None };
        let fresh = || Open { day, origin, has_arrived: false, is_whole: true, to: BTreeSet::new() };
        self.open.entry(message).or_insert_with(fresh).to.insert(to.clone());
    }

    /// `is_final`: where it was not open, that is an error. To be read is none.
    fn ended(
        &mut self,
        message: MessageId,
        to: &Party,
        at: Instant,
        end: End,
        is_final: bool,
        arrived: &mut impl FnMut(&Origin, Instant),
    ) {
        let open = self.open.get_mut(&message).filter(|open| open.to.contains(to));
        let Some(open) = open else {
            if is_final {
                self.days.entry(Day::of(at)).or_default().deliveries.repeated += 1;
            }
            return;
        };
        open.to.remove(to);
        self.days.entry(open.day).or_default().deliveries.ended(end);
        if end == End::Delivered && !open.has_arrived {
            open.has_arrived = true;
            arrived(&open.origin, at);
        }
        if open.to.is_empty() && open.is_whole {
            self.open.remove(&message);
        }
    }

    fn is_whole(&mut self, message: MessageId) {
        let Some(open) = self.open.get_mut(&message) else { return };
        open.is_whole = true;
        if open.to.is_empty() {
            self.open.remove(&message);
        }
    }

    fn schedule(&mut self, fact: &schedule::Fact) {
        match fact {
            schedule::Fact::Planned(Planned { schedule, occurrence, tzdata: _ }) => {
                if let Some(before) = self.planned.insert(*schedule, *occurrence) {
                    self.occurrences(&before).pending -= 1;
                }
                let sums = self.occurrences(occurrence);
                sums.planned += 1;
                sums.pending += 1;
            }
            schedule::Fact::Fired(fired) => self.over(fired.schedule, &fired.occurrence).fired += 1,
            schedule::Fact::Skipped(Skipped(not)) => self.over(not.schedule, &not.occurrence).skipped += 1,
            schedule::Fact::Missed(Missed(not)) => self.over(not.schedule, &not.occurrence).missed += 1,
            schedule::Fact::OccurrenceCancelled(OccurrenceCancelled(not)) => {
                self.over(not.schedule, &not.occurrence).cancelled += 1;
            }
            schedule::Fact::Created(_)
            | schedule::Fact::Replaced(_)
            | schedule::Fact::Paused(_)
            | schedule::Fact::Resumed(_)
            | schedule::Fact::Cancelled(_)
            | schedule::Fact::Ended(_)
            | schedule::Fact::Ran(_)
            | schedule::Fact::SkipSet(_) => {}
        }
    }

    fn over(&mut self, schedule: ScheduleId, occurrence: &Occurrence) -> &mut Sums {
        let same =
            |planned: &Occurrence| planned.due == occurrence.due && planned.name() == occurrence.name();
        if self.planned.get(&schedule).is_some_and(same) {
            self.planned.remove(&schedule);
            self.occurrences(occurrence).pending -= 1;
        }
        self.occurrences(occurrence)
    }

    fn occurrences(&mut self, occurrence: &Occurrence) -> &mut Sums {
        &mut self.days.entry(Day::of(occurrence.due)).or_default().occurrences
    }
}

/// The schedule whose firing a message is.
fn schedule_of(fact: &Fact, message: MessageId) -> Option<ScheduleId> {
    let fired = fact.get::<schedule::Fired>().filter(|fired| fired.message == message);
    fired.map(|fired| fired.schedule)
}

/// Of a delivery on a page.
fn routed_or_filtered(fact: &message::Fact) -> Option<(MessageId, &Party)> {
    match fact {
        message::Fact::Routed(routed) => Some((routed.message, &routed.to)),
        message::Fact::Filtered(filtered) => Some((filtered.message, &filtered.to)),
        message::Fact::Accepted(_)
        | message::Fact::Page(_)
        | message::Fact::Delivered(_)
        | message::Fact::WasRead(_)
        | message::Fact::Recalled(_)
        | message::Fact::Expired(_)
        | message::Fact::Failed(_) => None,
    }
}
