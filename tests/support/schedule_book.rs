//! The book of schedules and quotas, by the facts alone: the invariants of `rules/schedule`.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use chrono::{Datelike, NaiveDate};
use homing::rules::identity::{UserChanges, UserDetails};
use homing::rules::quota::Counts;
use homing::rules::schedule::{
    Created, Fired, Ledger, NotFired, Occurrence, OccurrenceName, Plan, Reckoned, When, WhenMissed,
};
use homing::rules::{Channel, Commit, Fact, Timer, identity, message, schedule, timer};
use homing::words::{Instant, ScheduleId, Span, UserName, Zone};

/// What the rules tolerate between the clocks of two machines.
const EARLY_MAX: Span = Span::from_secs(5);
const ON_TIME_MAX: Span = Span::from_secs(15);
const LATE_MAX: Span = Span::from_secs(3_600);
type Checked = Result<(), String>;

#[derive(Default)]
pub struct ScheduleBook {
    ledger: Ledger,
    schedules: BTreeMap<ScheduleId, Schedule>,
    senders: HashMap<UserName, Sender>,
}

struct Schedule {
    from: UserName,
    plan: Plan,
    pending: Option<Occurrence>,
    /// When its timer fires: one that is set takes the place of the one before.
    watched: Option<Instant>,
    /// What ended in this decision, and has to be followed by the next one.
    ended: Option<Occurrence>,
    /// In the zone of its rule, which another rule may change.
    fired: BTreeSet<(OccurrenceName, Instant)>,
    fired_last: Option<Instant>,
    skips: BTreeSet<OccurrenceName>,
    paused: bool,
}

#[derive(Default)]
struct Sender {
    zone: Option<Zone>,
    day_max: Option<u32>,
    month_max: Option<u32>,
    day: Option<NaiveDate>,
    days: HashMap<NaiveDate, u32>,
    months: HashMap<(i32, u32), u32>,
    suspended: bool,
    counts: Counts,
}

impl ScheduleBook {
    /// Schedules that have an occurrence ahead.
    pub fn schedules_len(&self) -> usize {
        self.schedules.len()
    }

    /// Takes in a decision.
    pub fn write(&mut self, parts: &[Commit]) -> Checked {
        let Some(at) = parts.first().map(|part| part.at) else { return Ok(()) };
        let facts: Vec<&Fact> = parts.iter().flat_map(|part| &part.facts).collect();
        // A firing that comes a little early is judged as of its time.
        let fired = facts.iter().find_map(|fact| fact.get::<schedule::Fired>());
        let now = fired.map_or(at, |fired| at.max(fired.occurrence.due));
        sends_one_message_for_each_firing(parts)?;
        for fact in &facts {
            if let Some(accepted) = fact.get::<message::Accepted>() {
                self.sent(accepted, &facts, now).map_err(|why| format!("{why}: {fact:?}"))?;
            }
            self.take(fact, at)?;
            self.ledger.take(fact);
            if !self.ledger.is_balanced() {
                return Err(format!("out of balance after {fact:?}: {:?}", self.ledger));
            }
        }
        self.is_watched()?;
        let pending =
            self.ledger.schedules().filter(|(_, sums)| sums.pending > 0).map(|(schedule, _)| schedule);
        if pending.eq(self.schedules.keys().copied()) {
            Ok(())
        } else {
            Err("a schedule that goes on has an occurrence ahead, and one that has ended has none".to_owned())
        }
    }

    /// The timer that was set last is that of the occurrence ahead.
    fn is_watched(&mut self) -> Checked {
        for (id, schedule) in &mut self.schedules {
            if schedule.watched != schedule.pending.map(|next| next.due) {
                return Err(format!(
                    "{:?} is watched, but {id} awaits {:?}",
                    schedule.watched, schedule.pending
                ));
            }
            if let Some(ended) = schedule.ended.take() {
                return Err(format!("nothing follows {ended:?} of {id}"));
            }
        }
        Ok(())
    }

    /// As many as the message says it counts, which follows from what became of its deliveries.
    fn sent(&mut self, accepted: &message::Accepted, facts: &[&Fact], now: Instant) -> Checked {
        let Some(from) = accepted.from.user().and_then(|from| self.senders.get_mut(from)) else {
            return Ok(());
        };
        let routed = facts.iter().filter_map(|fact| fact.get::<message::Routed>());
        let routed: Vec<_> = routed.filter(|routed| routed.message == accepted.message).collect();
        let costly = routed.iter().filter(|routed| matches!(routed.channel, Channel::By(_))).count();
        let want = match from.counts {
            Counts::Messages => 1,
            Counts::Sms => costly.max(1),
            Counts::Recipients => routed.len().max(1),
        };
        let counts = accepted.counts.unwrap_or(1);
        if counts as usize != want {
            return Err(format!("it counts as {counts}, and not as {want}"));
        }
        from.sends(now, counts)
    }

    fn take(&mut self, fact: &Fact, at: Instant) -> Checked {
        if let Some(identity::Registered { user, details, .. }) = fact.get() {
            let UserDetails { zone, day, month, .. } = details.clone();
            let changes = UserChanges { zone, day: Some(day), month: Some(month), ..UserChanges::default() };
            self.senders.entry(user.clone()).or_default().set(&changes);
        } else if let Some(identity::Changed { user, details }) = fact.get() {
            self.senders.entry(user.clone()).or_default().set(details);
        } else if let Some(identity::Suspended { user }) = fact.get() {
            self.senders.entry(user.clone()).or_default().suspended = true;
        } else if let Some(identity::Resumed { user }) = fact.get() {
            self.senders.entry(user.clone()).or_default().suspended = false;
        } else if let Some(created) = fact.get::<schedule::Created>() {
            self.create(created)?;
        } else if let Some(schedule::Cancelled { schedule }) = fact.get() {
            self.schedules.remove(schedule).ok_or("cancelled twice")?;
        } else if let Some(schedule::Ended { schedule }) = fact.get() {
            let ended = self.schedules.remove(schedule).ok_or("ended twice")?;
            let last = ended.ended.ok_or("a schedule ends with its last occurrence")?;
            if ended.plan.next(&last).is_some() {
                return Err(format!("{schedule} ends, and has more than {last:?}"));
            }
        } else if let Some(timer::Set { timer: Timer::Occur(id), due }) = fact.get() {
            self.schedules.get_mut(id).ok_or("a timer of no schedule")?.watched = Some(*due);
        } else if let Some(id) = fact.schedule() {
            let suspended = |from: &UserName| self.senders.get(from).is_some_and(|from| from.suspended);
            match self.schedules.get_mut(&id) {
                Some(schedule) => {
                    let suspended = suspended(&schedule.from);
                    schedule.take(fact, at, suspended).map_err(|why| format!("{why}: {fact:?}"))?;
                }
                // The occurrence that a cancelled schedule had ahead.
                None if matches!(fact, Fact::Schedule(schedule::Fact::OccurrenceCancelled(schedule::OccurrenceCancelled(not))) if not.reason == "cancelled") =>
                    {}
                None => return Err(format!("there is no schedule for {fact:?}")),
            }
        }
        Ok(())
    }

    fn create(&mut self, created: &Created) -> Checked {
        let schedule = Schedule {
            from: created.from.clone(),
            plan: recorded(&created.when, &created.reckoned)?,
            pending: None,
            watched: None,
            ended: None,
            fired: BTreeSet::new(),
            fired_last: None,
            skips: BTreeSet::new(),
            paused: false,
        };
        match self.schedules.insert(created.schedule, schedule) {
            None => Ok(()),
            Some(_) => Err(format!("{} was created twice", created.schedule)),
        }
    }
}

/// A firing and its message stand in one commit, and nothing else of that schedule goes out with it.
fn sends_one_message_for_each_firing(parts: &[Commit]) -> Checked {
    for part in parts {
        let sent = |fact: &Fact| {
            if let Fact::Schedule(schedule::Fact::Fired(Fired { message, .. }))
            | Fact::Schedule(schedule::Fact::Ran(schedule::Ran { message, .. })) = fact
            {
                Some(*message)
            } else {
                None
            }
        };
        let sent: Vec<_> = part.facts.iter().filter_map(sent).collect();
        let accepted: Vec<_> = part
            .facts
            .iter()
            .filter_map(Fact::get::<message::Accepted>)
            .map(|accepted| accepted.message)
            .collect();
        if !sent.is_empty() && (sent.len() > 1 || sent != accepted) {
            return Err(format!("{sent:?} were fired and {accepted:?} accepted in one commit"));
        }
    }
    Ok(())
}

fn recorded(when: &When, reckoned: &Reckoned) -> Result<Plan, String> {
    Plan::read(when, reckoned).map_err(|rejection| format!("{when:?} cannot be read again: {rejection:?}"))
}

impl Schedule {
    fn take(&mut self, fact: &Fact, at: Instant, suspended: bool) -> Checked {
        if let Some(replaced) = fact.get::<schedule::Replaced>() {
            if let Some(when) = &replaced.when {
                self.plan = recorded(when, &replaced.reckoned)?;
                // What the new rule has too is still not wished.
                self.skips.retain(|name| self.plan.at(name.nominal, name.second).is_some());
            }
        } else if let Fact::Schedule(schedule::Fact::Paused(_)) = fact {
            self.paused = true;
        } else if let Fact::Schedule(schedule::Fact::Resumed(_)) = fact {
            self.paused = false;
        } else if let Fact::Schedule(schedule::Fact::Ran(_)) = fact {
            self.fired_last = Some(at);
        } else if let Some(schedule::SkipSet { occurrence, skip: true, .. }) = fact.get() {
            self.skips.insert(*occurrence);
        } else if let Some(schedule::SkipSet { occurrence, skip: false, .. }) = fact.get() {
            self.skips.remove(occurrence);
        } else if let Some(planned) = fact.get::<schedule::Planned>() {
            self.plans(planned.occurrence, at)?;
        } else if let Some(fired) = fact.get::<schedule::Fired>() {
            self.fires(fired, at, suspended)?;
        } else if let Some(schedule::Skipped(not)) = fact.get() {
            self.skips(not, at, suspended)?;
        } else if let Some(schedule::Missed(not)) = fact.get() {
            self.misses(not, at)?;
        } else if let Fact::Schedule(schedule::Fact::OccurrenceCancelled(schedule::OccurrenceCancelled(not))) =
            fact
            && (self.pending.take() != Some(not.occurrence) || not.reason != "replaced")
        {
            return Err("another one was ahead".to_owned());
        }
        Ok(())
    }

    /// None is left out, and none comes again.
    fn plans(&mut self, planned: Occurrence, at: Instant) -> Checked {
        let want = match self.ended.take() {
            Some(ended) => self.plan.next(&ended),
            None => self.plan.first(at.max(self.fired_last.unwrap_or(at))),
        };
        if want != Some(planned) || self.plan.at(planned.nominal, planned.second) != Some(planned) {
            return Err(format!("{want:?} would be the next one"));
        }
        if self.pending.replace(planned).is_some() || self.fired.contains(&(planned.name(), planned.due)) {
            return Err("it was planned or has fired before".to_owned());
        }
        Ok(())
    }

    /// Not before its time, which is also when it is judged, and not twice.
    fn ends(&mut self, occurrence: Occurrence, late_ms: i64, at: Instant) -> Result<Instant, String> {
        let now = at.max(occurrence.due);
        if self.pending.take() != Some(occurrence) {
            return Err("it was not planned, or had ended".to_owned());
        }
        if occurrence.due > at + EARLY_MAX || late_ms != (now - occurrence.due).ms() {
            return Err(format!("{at} is too early, or not so late"));
        }
        self.ended = Some(occurrence);
        Ok(now)
    }

    fn fires(&mut self, fired: &Fired, at: Instant, suspended: bool) -> Checked {
        let Fired { occurrence, late_ms, .. } = *fired;
        let now = self.ends(occurrence, late_ms, at)?;
        let why_not = self.not_wished(&occurrence, now).or_else(|| self.missed(&occurrence, now));
        if suspended || why_not.is_some() || !self.fired.insert((occurrence.name(), occurrence.due)) {
            return Err(format!("{why_not:?} stood against it, or it has fired before"));
        }
        self.fired_last = Some(counted_from(&occurrence, now));
        Ok(())
    }

    fn skips(&mut self, not: &NotFired, at: Instant, suspended: bool) -> Checked {
        let now = self.ends(not.occurrence, not.late_ms, at)?;
        let wished = self.not_wished(&not.occurrence, now);
        let right = match not.reason.as_str() {
            "auth.suspended" => wished.is_none() && suspended,
            "quota.day_exceeded" | "quota.month_exceeded" | "message.mailbox_full" => {
                wished.is_none() && !suspended
            }
            reason => wished == Some(reason),
        };
        self.skips.remove(&not.occurrence.name());
        if right { Ok(()) } else { Err(format!("{wished:?} would be the reason")) }
    }

    fn misses(&mut self, not: &NotFired, at: Instant) -> Checked {
        let now = self.ends(not.occurrence, not.late_ms, at)?;
        let missed = self.missed(&not.occurrence, now);
        if self.not_wished(&not.occurrence, now).is_none() && missed == Some(not.reason.as_str()) {
            Ok(())
        } else {
            Err(format!("{missed:?} would be the reason"))
        }
    }

    fn not_wished(&self, occurrence: &Occurrence, now: Instant) -> Option<&'static str> {
        let near = self.plan.min_interval().zip(self.fired_last);
        let near = near.is_some_and(|(min, last)| counted_from(occurrence, now) - last < min);
        let reasons = [
            (self.skips.contains(&occurrence.name()), "asked"),
            (self.paused, "paused"),
            (near, "min_interval"),
        ];
        reasons.into_iter().find(|(holds, _)| *holds).map(|(_, reason)| reason)
    }

    /// The contract: `missed`, and `late_by`, "default one hour or one period, whichever is shorter".
    fn missed(&self, occurrence: &Occurrence, now: Instant) -> Option<&'static str> {
        let (late, next) = (now - occurrence.due, self.plan.next(occurrence).map(|next| next.due));
        // That of the last one is as long as if the rule went on.
        let beyond = next.or_else(|| self.plan.beyond(occurrence).map(|beyond| beyond.due));
        let period = beyond
            .map(|beyond| beyond - occurrence.due)
            .filter(|period| self.plan.recurs() && period.ms() > 0);
        let period = period.unwrap_or(LATE_MAX);
        let late_max = self.plan.late_by().unwrap_or(LATE_MAX.min(period));
        if late <= ON_TIME_MAX.min(period).min(late_max) {
            return None;
        }
        match self.plan.missed() {
            WhenMissed::Never => Some("never"),
            WhenMissed::Latest | WhenMissed::All if late > late_max => Some("too_late"),
            WhenMissed::Latest if next.is_some_and(|next| next <= now) => Some("superseded"),
            WhenMissed::Latest | WhenMissed::All => None,
        }
    }
}

fn counted_from(occurrence: &Occurrence, now: Instant) -> Instant {
    if now - occurrence.due <= ON_TIME_MAX { occurrence.due } else { now }
}

impl Sender {
    fn set(&mut self, details: &UserChanges) {
        self.day_max = details.day.unwrap_or(self.day_max);
        self.month_max = details.month.unwrap_or(self.month_max);
        let counts = details.limits.and_then(|limits| limits.counts);
        self.counts = counts.map_or(self.counts, Option::unwrap_or_default);
        let zone = details.zone.as_deref().and_then(|zone| zone.parse().ok());
        if zone.is_some() && zone != self.zone {
            // Another calendar: what was counted by the old one says nothing about its days.
            *self = Sender {
                zone,
                day: None,
                days: HashMap::new(),
                months: HashMap::new(),
                ..std::mem::take(self)
            };
        }
    }

    fn sends(&mut self, now: Instant, counts: u32) -> Checked {
        let today = self.zone.unwrap_or(Zone::UTC).local(now).date();
        // A firing that came a little early has begun the next day already.
        let today = today.max(self.day.unwrap_or(today));
        self.day = Some(today);
        let day = self.days.entry(today).or_default();
        let month = self.months.entry((today.year(), today.month())).or_default();
        (*day, *month) = (*day + counts, *month + counts);
        if self.day_max.is_some_and(|max| *day > max) || self.month_max.is_some_and(|max| *month > max) {
            return Err(format!("{day} on {today} and {month} in its month"));
        }
        Ok(())
    }
}
