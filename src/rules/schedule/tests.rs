//! What the decider pays for a schedule's commands: the worst of each kind, in steps along its rule.

use super::plan::steps_of;
use super::{OccurrenceName, Plan};
use crate::rules::command::{Command, Encoding, Register, TimerFired};
use crate::rules::{Commit, Decision, Fact, Order, Part, Sender, State, Timer, decide};
use crate::words::{CommandSeq, EventSeq, Instant, ScheduleId, zone_rules_asked};

/// Of ten milliseconds two: 40,000 steps took 1.6 ms here, without optimisation for speed.
const STEPS_MAX: u64 = 50_000;

const NOW: &str = "2026-03-01T00:00:30Z";
const SKIPS_LEN: usize = 1_000;

/// A state with one user, and what the commands that it was told have cost.
struct Desk {
    state: State,
    now: Instant,
    /// How often the zone database was asked when facts were taken in.
    folding_asked: u64,
}

impl Desk {
    fn new() -> Desk {
        let mut desk = Desk { state: State::default(), now: NOW.parse().unwrap(), folding_asked: 0 };
        let named = |name: &str| Register {
            name: name.parse().unwrap(),
            phone: None,
            secret: None,
            zone: Some("America/New_York".to_owned()),
            day: Some(10),
            month: Some(100),
        };
        for name in ["alice", "bob"] {
            desk.say(Sender::Part(Part::Admin), Command::Register(named(name)));
        }
        desk
    }

    /// Decides a command and takes in what follows.
    fn say(&mut self, by: Sender, command: Command) -> (Decision, u64) {
        let seq = CommandSeq(self.state.position().0.0 + 1);
        let order =
            Order { seq, at: self.now, by: by.clone(), encoding: Encoding::Json, command, content: None };
        let at = EventSeq(self.state.position().1.0 + 1);
        steps_of(|| {
            let decision = decide(&self.state, &order);
            let facts = decision.facts.clone();
            let commit = Commit { command: seq, at: self.now, by, part: 0, parts: 1, intent: None, facts };
            let asked = zone_rules_asked();
            self.state.evolve(&[commit], at);
            self.folding_asked += zone_rules_asked() - asked;
            decision
        })
    }

    fn alice(&mut self, command: Command) -> (Decision, u64) {
        self.say(Sender::User("alice".parse().unwrap()), command)
    }

    /// What a command costs that has to be accepted.
    fn costs(&mut self, what: &str, command: Command) -> u64 {
        let (decision, steps) = self.alice(command);
        assert!(!matches!(decision.facts.first(), Some(Fact::Refused(_)) | None), "{what}: {decision:?}");
        steps
    }

    fn create(&mut self, when: &str) -> (ScheduleId, u64) {
        let (decision, steps) = self.alice(Command::CreateSchedule(Box::new(body(when))));
        let Some(Fact::ScheduleCreated(created)) = decision.facts.first() else {
            panic!("{when}: {decision:?}")
        };
        (created.schedule, steps)
    }

    fn plan(&self, schedule: ScheduleId) -> Plan {
        self.state.schedules[&schedule].plan.clone()
    }
}

fn body(when: &str) -> super::Create {
    let json = format!(r#"{{"message": {{"to": ["bob"], "text": "on my way"}}, "when": {when}}}"#);
    serde_json::from_str(&json).unwrap_or_else(|error| panic!("{when}: {error}"))
}

/// The dearest rules: counted as far as can be, from the past, with dates left out, and with pauses of years.
fn rules() -> Vec<String> {
    let dates = |step: u64| {
        let date = |n: u64| {
            let ms = i64::try_from(n * step * 86_400_000).unwrap();
            format!("{:?}", crate::words::Civil::from_ms(1_772_323_200_000 + ms).date().to_string())
        };
        (0..1_000).map(date).collect::<Vec<_>>().join(",")
    };
    let zone = r#""zone": "America/New_York""#;
    [
        r#""every": "second", "count": 10000, "from": "2026-03-01T00:00:00Z""#.to_owned(),
        r#""every": "minute", "count": 10000, "from": "2026-02-23", "until": "2026-04-01""#.to_owned(),
        r#""every": "hour", "count": 10000, "from": "2025-01-15", "fold": "both""#.to_owned(),
        format!(r#""every": "hour", "count": 10000, "from": "2025-06-01", "except": [{}]"#, dates(1)),
        r#""cron": "* * * * * *", "count": 10000, "from": "2026-02-28T16:15""#.to_owned(),
        r#""cron": "*/30 * * * *", "count": 10000, "from": "2025-08-08", "fold": "both""#.to_owned(),
        r#""cron": "0 9 29 2 *", "count": 10000, "from": "0001-01-01""#.to_owned(),
        r#""cron": "30 2 * 3 SUN#2", "count": 10000, "from": "0001-01-01""#.to_owned(),
        format!(r#""cron": "0 9 29 2 *", "except": [{}]"#, dates(7)),
        format!(r#""cron": "* * * * * *", "except": [{}]"#, dates(1)),
        format!(r#""every": "second", "except": [{}]"#, dates(1)),
        format!(r#""every": "day", "times": ["02:30"], "gap": "skip", "count": 10000, "from": "1999-01-01", "except": [{}]"#, dates(1)),
        r#""every": 12, "unit": "months", "days": [29], "short_month": "skip", "times": ["09:00"], "from": "2024-02-01", "count": 10000"#.to_owned(),
        r#""every": "month", "days": [-1], "times": ["02:30"], "from": "0100-01-01""#.to_owned(),
    ]
    .iter()
    .map(|rule| format!("{{{rule}, {zone}}}"))
    .collect()
}

#[test]
fn no_command_about_a_schedule_keeps_the_others_waiting_and_no_fact_asks_for_zones() {
    let mut worst: Vec<(u64, &str, String)> = Vec::new();
    for rule in rules() {
        let mut desk = Desk::new();
        let shown: String = rule.chars().take(100).collect();
        let mut note = |what, steps| worst.push((steps, what, shown.clone()));
        let (schedule, steps) = desk.create(&rule);
        note("create", steps);
        let plan = desk.plan(schedule);
        let ahead: Vec<OccurrenceName> = std::iter::successors(plan.first(desk.now), |last| plan.next(last))
            .take(SKIPS_LEN)
            .map(|occurrence| occurrence.name())
            .collect();
        let last = super::OneOccurrence { schedule, occurrence: ahead[ahead.len() - 1] };
        note("skip", desk.costs("skip", Command::SkipOccurrence(last)));
        // As if each of them had been said.
        desk.state.schedules.get_mut(&schedule).unwrap().skips.extend(&ahead);
        let replace =
            |rule: &str| super::Replace { schedule, message: None, when: Some(body(rule).when), id: None };
        note("replace", desk.costs("replace", Command::ReplaceSchedule(Box::new(replace(&rule)))));
        note("unskip", desk.costs("unskip", Command::UnskipOccurrence(last)));
        let one = || super::OneSchedule { schedule, id: None };
        note("run-now", desk.costs("run-now", Command::RunSchedule(one())));
        note("pause", desk.costs("pause", Command::PauseSchedule(one())));
        note("resume", desk.costs("resume", Command::ResumeSchedule(one())));
        // As after ten years in which nobody was there.
        let due = desk.state.schedules[&schedule].next.unwrap().due;
        desk.now = Instant::from_unix_ms(due.unix_ms() + 10 * 365 * 86_400_000);
        let fired = Command::TimerFired(TimerFired { timer: Timer::Occur(schedule), due });
        note("occur", desk.say(Sender::Part(Part::Clock), fired).1);
        if desk.state.schedules.contains_key(&schedule) {
            note("cancel", desk.costs("cancel", Command::CancelSchedule(one())));
        }
        assert_eq!(desk.folding_asked, 0, "another version of the database would fold another state: {rule}");
    }
    worst.sort_unstable_by(|a, b| b.cmp(a));
    let mut seen = std::collections::BTreeSet::new();
    let shown: Vec<_> = worst.iter().filter(|(_, what, _)| seen.insert(*what)).collect();
    assert!(worst[0].0 <= STEPS_MAX, "{shown:#?}");
}
