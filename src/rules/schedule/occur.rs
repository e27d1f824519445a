//! The time of an occurrence has come: whether it fires is judged now, and the next one is planned in the same decision.

use super::create::plans;
use super::kept::Schedule;
use super::{Ended, Fired, Missed, NotFired, Occurrence, Skipped, WhenMissed};
use crate::rules::{Decided, Fact, Rejection, State, message, timer};
use crate::words::{Instant, MessageId, ScheduleId, Span};

/// So much after its time a firing is still on time: a part that died is replaced within this, and under load a firing
/// waits its turn. A rule of a shorter period has that period instead.
const ON_TIME_MAX: Span = Span::from_secs(15);
/// How late a missed firing may still go out, unless the rule says otherwise: this or one period (the contract).
const LATE_MAX: Span = Span::from_secs(3_600);
/// Overdue occurrences judged in one decision. What is left is due at once.
const OVERDUE_LEN_MAX: usize = 500;

/// A firing is judged against the present state: of a schedule that was cancelled or replaced it changes nothing.
pub(in crate::rules) fn occur(
    state: &State,
    id: ScheduleId,
    due: Instant,
    message: MessageId,
    now: Instant,
) -> Vec<Fact> {
    let Some(schedule) = state.schedules.get(&id) else { return Vec::new() };
    let Some(mut occurrence) = schedule.next.filter(|next| next.due == due) else { return Vec::new() };
    let mut turn = Turn { state, id, schedule, message, now, facts: Vec::new(), sent: None };
    let mut ahead = schedule.plan.following(occurrence);
    for _ in 0..OVERDUE_LEN_MAX {
        let following = ahead.next();
        if !turn.judge(occurrence, following) {
            break;
        }
        match following {
            Some(following) => turn.plan(following),
            None => turn.facts.push(Ended { schedule: id }.into()),
        }
        match following.filter(|following| following.due <= now) {
            Some(overdue) => occurrence = overdue,
            None => break,
        }
    }
    turn.close()
}

/// The time that the interval to the next firing is measured from.
pub(super) fn effective(occurrence: &Occurrence, now: Instant) -> Instant {
    if now - occurrence.due <= ON_TIME_MAX { occurrence.due } else { now }
}

/// One decision about what is due of a schedule.
struct Turn<'a> {
    state: &'a State,
    id: ScheduleId,
    schedule: &'a Schedule,
    message: MessageId,
    now: Instant,
    facts: Vec<Fact>,
    /// The facts of the message that goes out; one decision sends one.
    sent: Option<Vec<Fact>>,
}

impl Turn<'_> {
    /// Ends an occurrence. False where it is to fire, and this decision sends another one already.
    fn judge(&mut self, occurrence: Occurrence, following: Option<Occurrence>) -> bool {
        let late_ms = (self.now - occurrence.due).ms();
        let not_fired =
            |reason: &str| NotFired { schedule: self.id, occurrence, late_ms, reason: reason.to_owned() };
        if let Some(reason) = self.not_wished(&occurrence) {
            self.facts.push(Skipped(not_fired(reason)).into());
            return true;
        }
        if let Some(reason) = self.missed(occurrence, following) {
            self.facts.push(Missed(not_fired(reason)).into());
            return true;
        }
        if self.sent.is_some() {
            return false;
        }
        match self.sends() {
            Ok(sent) => {
                let (schedule, message) = (self.id, self.message);
                self.facts.push(Fired { schedule, occurrence, late_ms, message }.into());
                self.sent = Some(sent);
            }
            Err(why) => self.facts.push(Skipped(not_fired(&why.code)).into()),
        }
        true
    }

    fn not_wished(&self, occurrence: &Occurrence) -> Option<&'static str> {
        if self.schedule.skips.contains(&occurrence.name()) {
            return Some("asked");
        }
        if self.schedule.paused {
            return Some("paused");
        }
        let (min, last) = self.schedule.plan.min_interval().zip(self.schedule.last)?;
        (effective(occurrence, self.now) - last < min).then_some("min_interval")
    }

    /// Whether it is too late, by the rule's own policy.
    fn missed(&self, occurrence: Occurrence, following: Option<Occurrence>) -> Option<&'static str> {
        let plan = &self.schedule.plan;
        let late = self.now - occurrence.due;
        // A list of times has no period, and neither have two occurrences that are due at once.
        let beyond = plan.recurs().then(|| following.or_else(|| plan.beyond(&occurrence))).flatten();
        let period = beyond.map(|beyond| beyond.due - occurrence.due);
        let period = period.filter(|period| *period > Span::default());
        let shorter = |span: Span| period.map_or(span, |period| span.min(period));
        let late_max = plan.late_by().unwrap_or_else(|| shorter(LATE_MAX));
        if late <= shorter(ON_TIME_MAX).min(late_max) {
            return None;
        }
        let superseded = following.is_some_and(|following| following.due <= self.now);
        match plan.missed() {
            WhenMissed::Never => Some("never"),
            WhenMissed::Latest | WhenMissed::All if late > late_max => Some("too_late"),
            WhenMissed::Latest if superseded => Some("superseded"),
            WhenMissed::Latest | WhenMissed::All => None,
        }
    }

    /// Who sends, how much, and to whom: judged at the firing.
    fn sends(&self) -> Decided {
        let owner = self.schedule.owner(self.state);
        if owner.suspended {
            return Err(Rejection::suspended(owner.name.as_str()));
        }
        let content = self.schedule.content(self.state);
        message::accept(self.state, &owner.name, content, self.message, self.now)
    }

    fn plan(&mut self, following: Occurrence) {
        // Only the last one planned is watched: those before it end in this decision.
        self.facts.retain(|fact| fact.get::<timer::Set>().is_none());
        self.facts.extend(plans(self.id, following));
    }

    /// The schedule's facts first, and its timer among them, so that their commit is the schedule's.
    fn close(mut self) -> Vec<Fact> {
        self.facts.extend(self.sent.into_iter().flatten());
        self.facts
    }
}
