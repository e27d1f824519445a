//! The audit of occurrences: what EVENTS says became of each, held against the rules that were recorded there.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use homing::rules::schedule::{
    Every, Ledger, NotFired, Occurrence, OccurrenceName, Plan, Reckoned, When, WhenMissed, content_of,
};
use homing::rules::{Commit, Fact, attempt, message, schedule};
use homing::wire::commit;
use homing::words::{EventSeq, Instant, MessageId, Party, ScheduleId};

/// The contract's grace, its longest lateness, and what one of the rules here counts in.
const ON_TIME_MS: i64 = 15_000;
const LATE_MS: i64 = 3_600_000;
const SECOND_MS: i64 = 1_000;

/// A schedule as it was made.
#[derive(Debug)]
pub struct Made {
    pub at: Instant,
    pub text: Arc<str>,
    pub to: Party,
    pub when: When,
    pub reckoned: Reckoned,
}

/// How an occurrence ended.
#[derive(Debug)]
pub struct End {
    pub occurrence: Occurrence,
    /// The command that ended it, and when that was stored.
    pub command: u64,
    pub at: Instant,
    pub how: How,
}

#[derive(Debug, PartialEq)]
pub enum How {
    Fired(MessageId),
    Skipped(String),
    Missed(String),
    Cancelled(String),
}

#[derive(Default)]
pub struct Audit {
    pub made: BTreeMap<ScheduleId, Made>,
    pub planned: BTreeMap<ScheduleId, Vec<Occurrence>>,
    pub ends: BTreeMap<(ScheduleId, OccurrenceName), End>,
    /// They have ended, or were cancelled.
    pub over: BTreeSet<ScheduleId>,
    /// The text that each message carries, and for which occurrence it went out.
    pub texts: BTreeMap<MessageId, Arc<str>>,
    pub sent_for: BTreeMap<MessageId, (ScheduleId, OccurrenceName)>,
    /// How often the bridge had leave to submit.
    pub attempts: BTreeMap<MessageId, usize>,
    pub sms_ended: BTreeSet<MessageId>,
    pub sms_unknown: BTreeSet<MessageId>,
    pub ledger: Ledger,
    bodies: BTreeMap<EventSeq, Arc<str>>,
    decided: BTreeSet<(u64, u32)>,
}

impl Audit {
    pub fn take(&mut self, seq: u64, payload: &[u8]) {
        let commit = commit::decode(payload).unwrap();
        assert!(self.decided.insert((commit.command.0, commit.part)), "command {} twice", commit.command.0);
        for fact in &commit.facts {
            self.ledger.take(fact);
            if let Some(text) = content_of(fact).and_then(|content| content.text.clone()) {
                self.bodies.insert(EventSeq(seq), text);
            }
            self.of_schedule(&commit, fact);
            self.of_message(fact);
        }
    }

    fn of_schedule(&mut self, commit: &Commit, fact: &Fact) {
        if let Some(created) = fact.get::<schedule::Created>() {
            let (text, to) = (created.message.text.clone().unwrap(), created.message.to[0].clone());
            let (when, reckoned) = (created.when.clone(), created.reckoned);
            let made = Made { at: commit.at, text, to, when, reckoned };
            self.made.insert(created.schedule, made);
        } else if let Some(planned) = fact.get::<schedule::Planned>() {
            self.planned.entry(planned.schedule).or_default().push(planned.occurrence);
        } else if let Some(fired) = fact.get::<schedule::Fired>() {
            let sent = commit.facts.iter().filter_map(Fact::get::<message::Accepted>);
            let sent: Vec<MessageId> = sent.map(|accepted| accepted.message).collect();
            assert_eq!(sent, [fired.message], "a firing sends one message, in the same commit");
            self.sent_for.insert(fired.message, (fired.schedule, fired.occurrence.name()));
            let how = How::Fired(fired.message);
            self.end(commit, fired.schedule, fired.occurrence, fired.late_ms, how);
        } else if let Some(schedule::Skipped(not)) = fact.get() {
            self.not_fired(commit, not, How::Skipped);
        } else if let Some(schedule::Missed(not)) = fact.get() {
            self.not_fired(commit, not, How::Missed);
        } else if let Some(schedule::OccurrenceCancelled(not)) = fact.get() {
            self.not_fired(commit, not, How::Cancelled);
        } else if let Fact::Schedule(
            schedule::Fact::Ended(schedule::Ended { schedule })
            | schedule::Fact::Cancelled(schedule::Cancelled { schedule }),
        ) = fact
        {
            assert!(self.over.insert(*schedule), "{schedule} ended twice");
        }
    }

    fn of_message(&mut self, fact: &Fact) {
        if let Some(accepted) = fact.get::<message::Accepted>() {
            let text = accepted.text.clone().or_else(|| self.bodies.get(&accepted.body?).cloned());
            self.texts.insert(accepted.message, text.unwrap());
        } else if let Some(granted) = fact.get::<attempt::Granted>() {
            *self.attempts.entry(granted.message).or_default() += 1;
        } else if let Some(attempt::Unknown { attempt, .. }) = fact.get() {
            self.sms_unknown.insert(attempt.message);
        } else if let Fact::Message(
            message::Fact::Delivered(message::Delivered { message, .. })
            | message::Fact::Failed(message::Failed { message, .. }),
        ) = fact
        {
            self.sms_ended.insert(*message);
        }
    }

    fn not_fired(&mut self, commit: &Commit, not: &NotFired, how: impl FnOnce(String) -> How) {
        self.end(commit, not.schedule, not.occurrence, not.late_ms, how(not.reason.clone()));
    }

    fn end(&mut self, commit: &Commit, schedule: ScheduleId, occurrence: Occurrence, late: i64, how: How) {
        let (command, at) = (commit.command.0, commit.at);
        assert_eq!(late, (at - occurrence.due).ms(), "{schedule}: its lateness is that of its commit");
        let early = at < occurrence.due && !matches!(how, How::Cancelled(_));
        assert!(!early, "{schedule}: {occurrence:?} ended early, at {at}");
        let end = End { occurrence, command, at, how };
        let before = self.ends.insert((schedule, occurrence.name()), end);
        assert!(before.is_none(), "{schedule}: {occurrence:?} ended twice: {before:?}");
    }

    /// Those that went out, of which schedule, and with which message.
    pub fn fired(&self) -> impl Iterator<Item = (&Made, &End, MessageId)> {
        self.ends.iter().filter_map(|((schedule, _), end)| match end.how {
            How::Fired(message) => Some((&self.made[schedule], end, message)),
            How::Skipped(_) | How::Missed(_) | How::Cancelled(_) => None,
        })
    }

    /// Whether every schedule has ended, and what went out by SMS has come to rest.
    pub fn rests(&self, schedules: usize) -> bool {
        let rests =
            |message: &MessageId| self.sms_ended.contains(message) || self.sms_unknown.contains(message);
        let phones = |(made, _, message): (&Made, _, MessageId)| to_phone(&made.to).then_some(message);
        self.over.len() == schedules && self.fired().filter_map(phones).all(|message| rests(&message))
    }

    /// Every planned occurrence ended, once.
    pub fn balances(&self) {
        assert!(self.ledger.is_balanced(), "{:?}", self.ledger.total());
        assert_eq!(self.ledger.total().pending, 0);
        assert_eq!(self.ledger.total().ended(), self.ends.len() as u64);
    }

    /// What was planned is what the recorded rules give, and each ended as its policy says: of schedules that nobody touched.
    pub fn follows_the_rules(&self) {
        for (schedule, made) in &self.made {
            let plan = Plan::read(&made.when, &made.reckoned).unwrap();
            let first = plan.first(made.at);
            let due: Vec<_> = std::iter::successors(first, |occurrence| plan.next(occurrence)).collect();
            assert_eq!(self.planned[schedule], due, "{schedule}: {:?}", made.when);
            for (place, occurrence) in due.iter().enumerate() {
                let end = &self.ends[&(*schedule, occurrence.name())];
                let following = due.get(place + 1).map(|following| following.due);
                let is = match &end.how {
                    How::Fired(message) => {
                        assert_eq!(self.texts[message], made.text);
                        None
                    }
                    How::Missed(why) => Some(why.as_str()),
                    How::Skipped(_) | How::Cancelled(_) => panic!("{schedule}: nobody asked for {end:?}"),
                };
                let want = verdict(&made.when, occurrence.due, end.at, following);
                assert_eq!(is, want, "{schedule} at {}: {occurrence:?} of {:?}", end.at, made.when);
            }
        }
    }
}

pub fn to_phone(to: &Party) -> bool {
    to.user().is_none_or(|user| user.as_str().starts_with("phone"))
}

/// Why an occurrence that is judged at `now` was missed, or `None` where it fires: the contract in numbers of its own.
fn verdict(when: &When, due: Instant, now: Instant, following: Option<Instant>) -> Option<&'static str> {
    let late = (now - due).ms();
    let asked = when.late_by.map(|span| span.ms());
    // A list of times has no period.
    let period = match &when.every {
        Some(Every::Number(seconds)) => i64::try_from(*seconds).unwrap() * SECOND_MS,
        Some(Every::Unit(_)) | None => i64::MAX,
    };
    if late <= ON_TIME_MS.min(period).min(asked.unwrap_or(i64::MAX)) {
        return None;
    }
    let too_late = late > asked.unwrap_or(LATE_MS.min(period));
    match when.missed.unwrap_or_default() {
        WhenMissed::Never => Some("never"),
        WhenMissed::Latest | WhenMissed::All if too_late => Some("too_late"),
        WhenMissed::Latest if following.is_some_and(|following| following <= now) => Some("superseded"),
        WhenMissed::Latest | WhenMissed::All => None,
    }
}
