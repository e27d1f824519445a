//! Schedules that nobody can mean: each is refused at once, with its code and its field, and nothing else happens.

mod cases;
#[path = "../support/mod.rs"]
mod support;
mod unreadable;

use std::time::Duration;

use cases::{
    CREATE, messages_that_are_none, not_theirs, rules_that_are_none, times_that_are_none, utc, when,
};
use homing::rules::{Fact, Outcome, State, schedule, timer};
use homing::wire::{to_msgpack, to_value};
use homing::words::{Instant, Zone};
use serde_json::{Value, json};
use support::cpu;
use support::pure_decider::PureDecider;
use unreadable::{odd_msgpack, too_much, unknown_fields, wrong_types};

const NOW: &str = "2026-12-01T09:00:00Z";
/// Of a processor, in a debug build; a decider that takes longer keeps everybody waiting.
const REFUSED_WITHIN: Duration = Duration::from_millis(200);

fn at(text: &str) -> Instant {
    text.parse().expect("a time")
}

fn says(decider: &mut PureDecider, now: Instant, to: &str, fields: &Value) -> Outcome {
    decider.take(now, &format!("homing.cmd.{to}"), fields.to_string().as_bytes()).1
}

/// Alice has the schedule s3, and bob s4; neither has fired.
fn decider(now: Instant) -> PureDecider {
    let mut decider = PureDecider::default();
    for name in ["alice", "bob"] {
        says(&mut decider, now, "_admin.user.register", &json!({ "name": name }));
    }
    for name in ["alice", "bob"] {
        let outcome = says(&mut decider, now, &format!("{name}.schedule.create"), &daily("UTC"));
        assert!(matches!(outcome, Outcome::Schedule(..)), "{outcome:?}");
    }
    decider
}

fn daily(zone: &str) -> Value {
    let when = json!({ "every": "day", "times": ["12:00"], "zone": zone });
    json!({ "message": { "to": ["bob"], "text": "lunch" }, "when": when })
}

/// All of a state but its position.
fn substance(state: &State) -> Value {
    let mut shown = to_value(&to_msgpack(state)).expect("a state is a map");
    let fields = shown.as_object_mut().expect("a state is a map");
    for apart in ["command", "commit"] {
        fields.remove(apart).expect("a state has these fields");
    }
    shown
}

#[test]
fn each_is_refused_at_once_with_its_code_and_its_field() {
    let now = at(NOW);
    let mut decider = decider(now);
    let before = substance(&decider.state);
    let mut otherwise = Vec::new();
    let all = [
        times_that_are_none(),
        rules_that_are_none(),
        messages_that_are_none(),
        not_theirs(),
        unknown_fields(),
        wrong_types(),
        too_much(),
        odd_msgpack(),
    ]
    .concat();
    for (what, to, payload, code, field) in all {
        let began = cpu::of_this_thread();
        let (parts, outcome) = decider.take(now, &format!("homing.cmd.{to}"), &payload);
        let took = cpu::of_this_thread() - began;
        let Outcome::Refused(rejection) = outcome else { panic!("{what}: {outcome:?}") };
        let got = (rejection.code.as_str(), rejection.field.as_deref().unwrap_or_default());
        if got != (code, field) {
            otherwise.push(format!("{what}: {got:?}, {}", rejection.text));
        }
        assert!(rejection.text.chars().count() < 400, "{what}: {}", rejection.text);
        assert_eq!(parts.iter().flat_map(|part| &part.facts).collect::<Vec<_>>(), [&Fact::from(*rejection)]);
        assert!(took < REFUSED_WITHIN, "{what}: {took:?}");
        assert_eq!(substance(&decider.state), before, "{what}");
    }
    assert!(otherwise.is_empty(), "{otherwise:#?}");
    let outcome = says(&mut decider, now, CREATE, &daily("Asia/Shanghai"));
    assert!(matches!(outcome, Outcome::Schedule(..)), "{outcome:?}");
    assert_eq!(decider.state.schedules_len(), 3);
}

/// The most that is taken is planned quickly too.
#[test]
fn the_largest_rules_are_planned_at_once() {
    let now = at(NOW);
    let mut decider = decider(now);
    let minute = |n: u32| format!("{:02}:{:02}", n / 60, n % 60);
    let time = |n: u32| format!("2027-01-01T00:{:02}:{:02}", n / 60, n % 60);
    let date = |n: u32| format!("{}-{:02}-{:02}", 2027 + n / 336, n / 28 % 12 + 1, n % 28 + 1);
    for (what, rule) in [
        ("every second", json!({ "cron": "* * * * * *" })),
        ("every second, counted", json!({ "every": "second", "count": 10_000 })),
        (
            "every second but on many dates",
            json!({ "every": "second", "from": date(0), "except": (0..1_000).map(date).collect::<Vec<_>>() }),
        ),
        (
            "every minute of a day",
            json!({ "every": "day", "times": (0..1_440).map(minute).collect::<Vec<_>>() }),
        ),
        ("a thousand times", json!({ "at": (0..1_000).map(time).collect::<Vec<_>>() })),
        ("a day in ten years", json!({ "cron": "0 0 29 2 *", "from": "2033-01-01", "count": 10_000 })),
    ] {
        let began = cpu::of_this_thread();
        let (_, outcome) = decider.take(now, &format!("homing.cmd.{CREATE}"), &utc(rule));
        let took = cpu::of_this_thread() - began;
        assert!(matches!(outcome, Outcome::Schedule(..)), "{what}: {outcome:?}");
        assert!(took < REFUSED_WITHIN, "{what}: {took:?}");
    }
}

/// In Apia there was no 30th of December in 2011, and on Kwajalein no 21st of August in 1993.
#[test]
fn a_date_that_a_zone_leaves_out_never_fires_and_stops_nobody() {
    for (zone, now, missing, fires_on) in [
        ("Pacific/Apia", "2011-12-29T20:00:00Z", "2011-12-30", ["2011-12-29", "2011-12-31", "2012-01-01"]),
        (
            "Pacific/Kwajalein",
            "1993-08-20T20:00:00Z",
            "1993-08-21",
            ["1993-08-20", "1993-08-22", "1993-08-23"],
        ),
    ] {
        let there: Zone = zone.parse().expect("a zone");
        let mut decider = decider(at(now));
        let on_it = json!({ "at": format!("{missing}T12:00"), "zone": zone });
        let outcome = decider.take(at(now), &format!("homing.cmd.{CREATE}"), &when(on_it)).1;
        let Outcome::Refused(rejection) = outcome else { panic!("{zone}: {outcome:?}") };
        assert_eq!(rejection.code, "schedule.never_fires");
        for rule in [
            json!({ "every": "day", "times": ["12:00"], "zone": zone }),
            json!({ "cron": "0 12 * * *", "zone": zone }),
            json!({ "every": "day", "times": ["12:00"], "zone": zone, "gap": "skip", "fold": "both" }),
        ] {
            let outcome = decider.take(at(now), &format!("homing.cmd.{CREATE}"), &when(rule)).1;
            assert!(matches!(outcome, Outcome::Schedule(..)), "{outcome:?}");
        }
        let fired = run(&mut decider, 3 * 5);
        for schedule in ["s6", "s7", "s8"] {
            let dates: Vec<String> = fired
                .iter()
                .filter(|(id, _)| id == schedule)
                .map(|(_, due)| there.local(*due).date().to_string())
                .collect();
            assert_eq!(dates[..], fires_on, "{schedule} in {zone}");
        }
        for schedule in ["s3", "s4"] {
            assert_eq!(fired.iter().filter(|(id, _)| id == schedule).count(), 3, "{schedule} in UTC");
        }
    }
}

/// Lets the timers fire that are due first, in time, and gives what fired and when.
fn run(decider: &mut PureDecider, len: usize) -> Vec<(String, Instant)> {
    let mut timers = std::collections::BTreeMap::new();
    let (mut fired, mut read) = (Vec::new(), 0);
    while fired.len() < len {
        for (_, bytes) in decider.log.iter().skip(read) {
            for fact in homing::wire::commit::decode(bytes).expect("a commit").facts {
                if let Some(timer::Set { timer, due }) = fact.get().copied() {
                    timers.insert(timer.to_string(), due);
                } else if let Some(occurrence) = fact.get::<schedule::Fired>() {
                    fired.push((occurrence.schedule.to_string(), occurrence.occurrence.due));
                }
            }
        }
        read = decider.log.len();
        let next = timers.iter().min_by_key(|(_, due)| **due).map(|(timer, due)| (timer.clone(), *due));
        let (timer, due) = next.expect("they go on for ever");
        timers.remove(&timer);
        says(decider, due, "_clock.timer.fired", &json!({ "timer": timer, "due": due.unix_ms() }));
    }
    fired
}
