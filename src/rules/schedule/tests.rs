//! The price of a schedule's commands for the decider: the worst of each kind, in steps along its rule.

use super::plan::steps_of;
use super::{OccurrenceName, Plan};
use crate::rules::Command;
use crate::rules::identity::Register;
use crate::rules::message::Accepted;
use crate::rules::presence::Encoding;
use crate::rules::{Commit, Decision, Fact, Order, Part, Sender, State, Timer, decide, timer};
use crate::words::{CommandSeq, EventSeq, Instant, ScheduleId, Zone, zone_rules_asked};

/// Of ten milliseconds two: 40,000 steps took 1.6 ms here, without optimisation for speed.
const STEPS_MAX: u64 = 50_000;

const NOW: &str = "2026-03-01T00:00:30Z";
const SKIPS_LEN: usize = 1_000;

/// A state with one user, and what the commands that it was told have cost.
struct World {
    state: State,
    now: Instant,
    /// How often the zone database was asked when facts were taken in.
    folding_asked: u64,
}

impl World {
    fn new() -> World {
        let mut world = World { state: State::default(), now: NOW.parse().unwrap(), folding_asked: 0 };
        let named = |name: &str| Register {
            zone: Some("America/New_York".to_owned()),
            day: Some(10),
            month: Some(100),
            ..Register::named(name.parse().unwrap())
        };
        for name in ["alice", "bob"] {
            world.say(Sender::Part(Part::Admin), Command::from(named(name)));
        }
        world
    }

    fn order(&self, seq: CommandSeq, by: Sender, command: Command) -> Order {
        Order { seq, at: self.now, by, encoding: Encoding::Json, command, content: None, kept: None }
    }

    /// Decides a command and takes in what follows.
    fn say(&mut self, by: Sender, command: Command) -> (Decision, u64) {
        let seq = CommandSeq(self.state.position().0.0 + 1);
        let order = self.order(seq, by.clone(), command);
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
        assert!(!matches!(decision.facts.first(), Some(Fact::Refusal(_)) | None), "{what}: {decision:?}");
        steps
    }

    fn create(&mut self, when: &str) -> (ScheduleId, u64) {
        let (decision, steps) = self.alice(Command::from(body(when)));
        let created = decision.facts.first().and_then(Fact::get::<super::Created>);
        let created = created.unwrap_or_else(|| panic!("{when}: {decision:?}"));
        (created.schedule, steps)
    }

    fn plan(&self, schedule: ScheduleId) -> Plan {
        self.state.schedules.get(&schedule).unwrap().plan.clone()
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
        let mut world = World::new();
        let shown: String = rule.chars().take(100).collect();
        let mut note = |what, steps| worst.push((steps, what, shown.clone()));
        let (schedule, steps) = world.create(&rule);
        note("create", steps);
        let plan = world.plan(schedule);
        let ahead: Vec<OccurrenceName> = std::iter::successors(plan.first(world.now), |last| plan.next(last))
            .take(SKIPS_LEN)
            .map(|occurrence| occurrence.name())
            .collect();
        let occurrence = ahead[ahead.len() - 1];
        note("skip", world.costs("skip", super::Skip { schedule, occurrence }.into()));
        // As if each of them had been said.
        world.state.schedules.get_mut(&schedule).unwrap().skips.extend(&ahead);
        let replace =
            |rule: &str| super::Replace { schedule, message: None, when: Some(body(rule).when), id: None };
        note("replace", world.costs("replace", replace(&rule).into()));
        note("unskip", world.costs("unskip", super::Unskip { schedule, occurrence }.into()));
        note("run-now", world.costs("run-now", super::RunNow::from(schedule).into()));
        note("pause", world.costs("pause", super::Pause::from(schedule).into()));
        note("resume", world.costs("resume", super::Resume::from(schedule).into()));
        // As after ten years in which nobody was there.
        let due = world.state.schedules.get(&schedule).unwrap().next.unwrap().due;
        world.now = Instant::from_unix_ms(due.unix_ms() + 10 * 365 * 86_400_000);
        let fired = Command::from(timer::Fired { timer: Timer::Occur(schedule), due });
        note("occur", world.say(Sender::Part(Part::Clock), fired).1);
        if world.state.schedules.contains_key(&schedule) {
            note("cancel", world.costs("cancel", super::Cancel::from(schedule).into()));
        }
        assert_eq!(
            world.folding_asked, 0,
            "another version of the database would fold another state: {rule}"
        );
    }
    worst.sort_unstable_by(|a, b| b.cmp(a));
    let mut seen = std::collections::BTreeSet::new();
    let shown: Vec<_> = worst.iter().filter(|(_, what, _)| seen.insert(*what)).collect();
    assert!(worst[0].0 <= STEPS_MAX, "{shown:#?}");
}

impl World {
    /// Takes in a schedule as another version of the zone database would have it: due first at this moment, and counted from it.
    fn planned_elsewhere(&mut self, when: &str, due: Instant) -> ScheduleId {
        let (seq, by) = (CommandSeq(self.state.position().0.0 + 1), Sender::User("alice".parse().unwrap()));
        let command = Command::from(body(when));
        let order = self.order(seq, by.clone(), command);
        let theirs = |fact: Fact| {
            if let Some(created) = fact.get::<super::Created>() {
                let mut created = created.clone();
                created.tzdata = ELSEWHERE.to_owned();
                created.reckoned.anchor = created.reckoned.anchor.map(|_| due);
                return created.into();
            }
            let Some(planned) = fact.get::<super::Planned>() else { return fact };
            let occurrence = super::Occurrence { due, ..planned.occurrence };
            super::Planned { occurrence, tzdata: ELSEWHERE.to_owned(), ..planned.clone() }.into()
        };
        let facts = decide(&self.state, &order).facts.into_iter().map(theirs).collect();
        let commit = Commit { command: seq, at: self.now, by, part: 0, parts: 1, intent: None, facts };
        let (asked, at) = (zone_rules_asked(), EventSeq(self.state.position().1.0 + 1));
        self.state.evolve(&[commit], at);
        self.folding_asked += zone_rules_asked() - asked;
        ScheduleId::of(seq)
    }
}

const ELSEWHERE: &str = "2031a";

#[test]
fn what_another_version_of_the_zone_data_has_planned_is_due_when_that_version_said() {
    for (rule, due, following) in [
        // By this version at 14:00, and the next one at 14:00 too.
        (r#""every": "day", "times": ["09:00"]"#, "2026-03-01T13:30:00Z", "2026-03-02T14:00:00Z"),
        // By this version on full hours, which are counted from a moment that is no local time.
        (r#""every": "hour", "from": "2026-03-01T00:00:00""#, "2026-03-01T05:20:00Z", "2026-03-01T06:20:00Z"),
    ] {
        let mut world = World::new();
        let due: Instant = due.parse().unwrap();
        let when = format!(r#"{{{rule}, "zone": "America/New_York"}}"#);
        let schedule = world.planned_elsewhere(&when, due);
        assert_eq!(world.state.schedules.get(&schedule).unwrap().due(), Some(due), "{rule}");
        world.now = due;
        let fired = Command::from(timer::Fired { timer: Timer::Occur(schedule), due });
        let (decision, _) = world.say(Sender::Part(Part::Clock), fired);
        let fired = decision.facts.iter().find_map(Fact::get::<super::Fired>);
        assert_eq!(fired.map(|fired| fired.occurrence.due), Some(due), "{rule}: {decision:?}");
        let planned = decision.facts.iter().find_map(Fact::get::<super::Planned>).unwrap();
        assert_eq!(
            (planned.occurrence.due, planned.tzdata.as_str()),
            (following.parse().unwrap(), Zone::DATA_VERSION),
            "the next one is this version's, and says so: {rule}"
        );
        assert_eq!(world.folding_asked, 0, "{rule}");
    }
}

#[test]
fn a_message_of_somebody_without_a_zone_is_counted_without_asking_for_one() {
    let mut world = World::new();
    let carol = Register { day: Some(10), month: Some(100), ..Register::named("carol".parse().unwrap()) };
    world.say(Sender::Part(Part::Admin), Command::from(carol));
    let send = body(r#"{"every": "day", "times": ["09:00"]}"#).message;
    let (decision, _) = world.say(Sender::User("carol".parse().unwrap()), Command::from(send));
    assert!(decision.facts.iter().any(|fact| fact.get::<Accepted>().is_some()), "{decision:?}");
    assert_eq!(world.folding_asked, 0);
}
