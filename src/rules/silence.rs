//! Silences: a schedule, a group or a sender whose messages used to arrive, and have stopped.
//!
//! It is silent where at least [`ARRIVED_MIN`] of its messages have arrived, and since the last of them more time has passed
//! than [`TIMES`] its usual gap: the longest of the last [`GAPS_LEN`] gaps between two that arrived, an hour at least. What was
//! ended, paused, closed or suspended is not silent.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::fmt;

use super::days::Origin;
use super::{Commit, Fact, group, identity, schedule};
use crate::words::{GroupNumber, Instant, ScheduleId, Span, UserName};

/// Of fewer nobody can say how often they come.
pub const ARRIVED_MIN: u64 = 5;
/// A week of days and a day: a source takes 64 bytes of them, and 100 beside.
pub const GAPS_LEN: usize = 8;
/// Shorter ones are no habit: people write in bursts.
pub const GAP_MIN: Span = Span::from_secs(3_600);
/// One that is late is not silent yet.
pub const TIMES: i64 = 3;

/// Whose messages they are.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Source {
    Schedule(ScheduleId),
    Group(GroupNumber),
    Sender(UserName),
}

impl Source {
    pub fn kind(&self) -> &'static str {
        match self {
            Source::Schedule(_) => "schedule",
            Source::Group(_) => "group",
            Source::Sender(_) => "sender",
        }
    }
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Source::Schedule(schedule) => schedule.fmt(f),
            Source::Group(group) => group.fmt(f),
            Source::Sender(user) => user.fmt(f),
        }
    }
}

/// One that has stopped.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Silence {
    pub source: Source,
    /// When the last of its messages arrived.
    pub last: Instant,
    pub usual_gap: Span,
    pub silent_for: Span,
}

#[derive(Debug)]
struct Habit {
    arrived: u64,
    last: Instant,
    gaps: VecDeque<Span>,
}

/// The habits of all sources whose messages have arrived.
#[derive(Debug, Default)]
pub struct Silences {
    habits: BTreeMap<Source, Habit>,
    /// Ended, paused, closed or suspended.
    over: BTreeSet<Source>,
}

impl Silences {
    /// A message has arrived.
    pub fn arrived(&mut self, origin: &Origin, at: Instant) {
        let Origin { from, group, schedule } = origin.clone();
        let sources = [schedule.map(Source::Schedule), group.map(Source::Group), from.map(Source::Sender)];
        for source in sources.into_iter().flatten() {
            let fresh = || Habit { arrived: 0, last: at, gaps: VecDeque::new() };
            let habit = self.habits.entry(source).or_insert_with(fresh);
            if habit.arrived > 0 {
                habit.gaps.push_back(at - habit.last);
            }
            if habit.gaps.len() > GAPS_LEN {
                habit.gaps.pop_front();
            }
            habit.arrived += 1;
            habit.last = habit.last.max(at);
        }
    }

    /// What has ended by a commit, or goes on.
    pub fn take(&mut self, commit: &Commit) {
        for fact in &commit.facts {
            match fact {
                Fact::Schedule(schedule::Fact::Cancelled(it)) => self.ends(Source::Schedule(it.schedule)),
                Fact::Schedule(schedule::Fact::Ended(it)) => self.ends(Source::Schedule(it.schedule)),
                Fact::Schedule(schedule::Fact::Paused(it)) => self.ends(Source::Schedule(it.schedule)),
                Fact::Schedule(schedule::Fact::Resumed(it)) => {
                    self.over.remove(&Source::Schedule(it.schedule));
                }
                Fact::Group(group::Fact::Closed(closed)) => self.ends(Source::Group(closed.group)),
                Fact::Identity(identity::Fact::Suspended(it)) => self.ends(Source::Sender(it.user.clone())),
                Fact::Identity(identity::Fact::Resumed(it)) => {
                    self.over.remove(&Source::Sender(it.user.clone()));
                }
                Fact::Schedule(_)
                | Fact::Group(_)
                | Fact::Identity(_)
                | Fact::Refusal(_)
                | Fact::Contacts(_)
                | Fact::Presence(_)
                | Fact::Message(_)
                | Fact::Attempt(_)
                | Fact::Phone(_)
                | Fact::Service(_)
                | Fact::Timer(_) => {}
            }
        }
    }

    fn ends(&mut self, source: Source) {
        self.over.insert(source);
    }

    /// Those that are silent at a time: schedules, groups, senders, each by name.
    pub fn at(&self, now: Instant) -> impl Iterator<Item = Silence> + '_ {
        let goes_on = self.habits.iter().filter(|(source, _)| !self.over.contains(source));
        goes_on.filter_map(move |(source, habit)| {
            let Habit { arrived, last, ref gaps } = *habit;
            let usual_gap = gaps.iter().copied().max().unwrap_or_default().max(GAP_MIN);
            let silent_for = now - last;
            let is_silent = arrived >= ARRIVED_MIN && silent_for.ms() > usual_gap.ms().saturating_mul(TIMES);
            is_silent.then(|| Silence { source: source.clone(), last, usual_gap, silent_for })
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: i64 = 3_600_000;

    fn after(hours: &[i64], now: i64) -> Option<(i64, i64)> {
        let origin = Origin { from: "alice".parse().ok(), group: None, schedule: None };
        let mut silences = Silences::default();
        hours.iter().for_each(|hour| silences.arrived(&origin, Instant::from_unix_ms(hour * HOUR)));
        let found = silences.at(Instant::from_unix_ms(now * HOUR)).next();
        found.map(|it| (it.usual_gap.ms() / HOUR, it.silent_for.ms() / HOUR))
    }

    #[test]
    fn who_used_to_come_and_stays_away_three_times_as_long_is_silent() {
        let daily = [0, 24, 48, 72, 96];
        for (hours, now, want) in [
            (&daily[..], 96 + 72, None),
            (&daily, 96 + 73, Some((24, 73))),
            // Four are no habit, and a burst is none.
            (&daily[..4], 1_000, None),
            (&[0, 0, 0, 0, 0], 3, None),
            (&[0, 0, 0, 0, 0], 4, Some((1, 4))),
            // A long pause is forgotten behind eight others.
            (&[0, 500, 501, 502, 503, 504, 505, 506, 507], 600, None),
            (&[0, 500, 501, 502, 503, 504, 505, 506, 507, 508], 600, Some((1, 92))),
        ] {
            assert_eq!(after(hours, now), want, "{hours:?} at {now}");
        }
    }

    #[test]
    fn what_has_ended_is_not_silent_until_it_goes_on() {
        use crate::rules::Sender;
        use crate::words::CommandSeq;
        let user: UserName = "alice".parse().unwrap();
        let origin = Origin { from: Some(user.clone()), group: None, schedule: None };
        let mut silences = Silences::default();
        (0..5).for_each(|hour| silences.arrived(&origin, Instant::from_unix_ms(hour * HOUR)));
        let commit = |fact: Fact| Commit {
            command: CommandSeq(1),
            at: Instant::default(),
            by: Sender::Unknown,
            part: 0,
            parts: 1,
            intent: None,
            facts: vec![fact],
        };
        let late = Instant::from_unix_ms(100 * HOUR);
        silences.take(&commit(identity::Suspended { user: user.clone() }.into()));
        assert_eq!(silences.at(late).count(), 0);
        silences.take(&commit(identity::Resumed { user }.into()));
        assert_eq!(silences.at(late).map(|it| it.source.to_string()).collect::<Vec<_>>(), ["alice"]);
    }
}
