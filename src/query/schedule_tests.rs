//! Schedules made by the rules, and the questions about them: every answer's shape, and who may ask.

use serde_json::{Value, json};

use super::answer::Found;
use super::asker::Asked;
use super::model::Model;
use super::model::pure_decider::PureDecider;
use super::refusal::Unanswered;
use super::schedules;
use super::tests::{form, question, said};
use crate::rules::schedule::{Ledger, Occurrence, Planned};
use crate::rules::{Fact, schedule};
use crate::words::Instant;

const NOW: &str = "2026-03-09T12:00:00Z";

fn ask_at(now: &str, model: &Model, by: &str, name: &str, payload: &Value) -> Value {
    let payload = payload.to_string();
    let now = now.parse().unwrap();
    let asked = Asked { by, payload: payload.as_bytes(), form: form(model, 1_000_000), now };
    match question(name).find(model, asked) {
        Ok(Found::Answer(answer)) => said(model, &answer),
        Ok(Found::Schedules(listed)) => {
            let next = listed.more.then(|| listed.items.last().unwrap().id);
            let items: Vec<_> =
                listed.items.into_iter().map(|one| schedules::shown(one, None, None)).collect();
            json!({"items": items, "next": next})
        }
        Ok(Found::Lines(_) | Found::LinesBack(_) | Found::Conversations(_) | Found::Why(_)) => {
            panic!("these are no schedules")
        }
        Err(Unanswered::Refused(rejection)) => json!(rejection.code),
        Err(Unanswered::Failed(fault)) => panic!("{fault}"),
    }
}

fn ask(model: &Model, by: &str, name: &str, payload: &Value) -> Value {
    ask_at(NOW, model, by, name, payload)
}

/// alice's s4 fires, is skipped and is missed, and ends; her s5 is cancelled; bob's s6 is paused, after it ran at once.
pub(super) fn story() -> PureDecider {
    let mut decider = PureDecider::default();
    let at = "2026-03-06T12:00:00Z";
    let alice = json!({"name": "alice", "zone": "America/New_York", "day": 3, "month": 3});
    for user in [alice, json!({"name": "bob", "day": 50}), json!({"name": "carol"})] {
        decider.take(at, "_admin", "user.register", &user);
    }
    let to_bob = json!({"to": ["bob"], "text": "wake up"});
    let daily = json!({"every": "day", "times": ["02:30"], "count": 3});
    decider.take(at, "alice", "schedule.create", &json!({"message": to_bob, "when": daily}));
    let once = json!({"at": "2026-03-10T09:00:00"});
    decider.take(at, "alice", "schedule.create", &json!({"message": to_bob, "when": once}));
    let weekly = json!({"every": "week", "weekdays": ["mon"], "times": ["09:00"], "zone": "UTC"});
    let to_two = json!({"to": ["alice", "+13800138000"], "text": "hi", "route": "sms"});
    decider.take(at, "bob", "schedule.create", &json!({"message": to_two, "when": weekly}));
    decider.fire("2026-03-07T07:30:00.015Z", "s4");
    let skip = json!({"schedule": "s4", "occurrence": "2026-03-08T02:30:00"});
    decider.take("2026-03-07T08:00:00Z", "alice", "schedule.skip", &skip);
    decider.take("2026-03-07T09:00:00Z", "alice", "schedule.cancel", &json!({"schedule": "s5"}));
    let s6 = json!({"schedule": "s6"});
    decider.take("2026-03-07T09:30:00Z", "bob", "schedule.run-now", &s6);
    decider.take("2026-03-07T10:00:00Z", "bob", "schedule.pause", &s6);
    decider.fire("2026-03-08T07:30:00.040Z", "s4");
    decider.fire("2026-03-09T08:00:00Z", "s4");
    decider.fire("2026-03-09T09:00:00.500Z", "s6");
    decider
}

fn with_story(check: impl FnOnce(&Model, &PureDecider)) {
    let folder = tempfile::tempdir().unwrap();
    let model = Model::open(folder.path()).unwrap();
    let decider = story();
    model.apply(&decider.log).unwrap();
    check(&model, &decider);
}

#[test]
fn a_schedule_is_shown_as_it_goes() {
    let s4 = json!({
        "schedule": "s4", "from": "alice", "to": ["bob"], "route": "auto", "state": "ended",
        "when": {"every": "day", "times": ["02:30"], "count": 3, "zone": "America/New_York", "from": "2026-03-06"},
        "fired": 1, "skipped": 1, "missed": 1, "cancelled": 0, "pending": 0, "run_now": 0,
        "last": {"nominal": "2026-03-09T02:30:00", "state": "missed", "late_ms": 5_400_000, "at": "2026-03-09T08:00:00.000Z"},
    });
    let s6 = json!({
        "schedule": "s6", "from": "bob", "to": ["alice", "+13800138000"], "route": "sms", "state": "paused",
        "when": {"every": "week", "weekdays": ["mon"], "times": ["09:00"], "zone": "UTC", "from": "2026-03-06"},
        "next": {"nominal": "2026-03-16T09:00:00", "due": "2026-03-16T09:00:00Z"},
        "fired": 0, "skipped": 1, "missed": 0, "cancelled": 0, "pending": 1, "run_now": 1,
        "last": {"nominal": "2026-03-09T09:00:00", "state": "skipped", "late_ms": 500, "at": "2026-03-09T09:00:00.500Z"},
    });
    with_story(|model, _| {
        let all = ask(model, "_admin", "schedules", &json!({}));
        assert_eq!((&all["items"][0], &all["items"][2]), (&s4, &s6));
        let one = ask(model, "alice", "schedules", &json!({"schedule": "s4"}));
        let occurrences = json!([
            {"nominal": "2026-03-09T02:30:00", "due": "2026-03-09T06:30:00Z", "state": "missed", "reason": "too_late", "late_ms": 5_400_000, "seq": 13},
            {"nominal": "2026-03-08T02:30:00", "due": "2026-03-08T07:30:00Z", "state": "skipped", "reason": "asked", "late_ms": 40, "seq": 12},
            {"nominal": "2026-03-07T02:30:00", "due": "2026-03-07T07:30:00Z", "state": "fired", "late_ms": 15, "message": "m7", "seq": 7},
        ]);
        let mut want = s4.clone();
        want["occurrences"] = occurrences;
        assert_eq!(one, json!({"items": [want], "next": null}));
    });
}

#[test]
fn a_skip_is_shown_until_its_time() {
    let folder = tempfile::tempdir().unwrap();
    let model = Model::open(folder.path()).unwrap();
    let decider = story();
    let skipped = |model: &Model| {
        let one = ask(model, "alice", "schedules", &json!({"schedule": "s4"}));
        one["items"][0]["skips"].clone()
    };
    let (before, after) = decider.log.split_at(11);
    model.apply(before).unwrap();
    assert_eq!(skipped(&model), json!(["2026-03-08T02:30:00"]));
    model.apply(after).unwrap();
    assert_eq!(skipped(&model), Value::Null);
}

#[test]
fn schedules_are_listed_oldest_first_to_whom_they_belong() {
    with_story(|model, _| {
        let ids = |by: &str, payload: Value| {
            let answer = ask(model, by, "schedules", &payload);
            let Some(items) = answer["items"].as_array() else { return answer };
            let ids = items.iter().map(|item| item["schedule"].clone());
            json!(ids.chain(answer["next"].as_str().map(|_| json!("more"))).collect::<Vec<_>>())
        };
        for (by, payload, want) in [
            ("alice", json!({}), json!(["s4", "s5"])),
            ("alice", json!({"limit": 1}), json!(["s4", "more"])),
            ("alice", json!({"limit": 1, "after": "s4"}), json!(["s5"])),
            ("alice", json!({"state": "cancelled"}), json!(["s5"])),
            ("alice", json!({"state": "active"}), json!([])),
            ("alice", json!({"schedule": "s4", "state": "active"}), json!([])),
            ("bob", json!({"user": "bob"}), json!(["s6"])),
            ("carol", json!({}), json!([])),
            ("_admin", json!({}), json!(["s4", "s5", "s6"])),
            ("_admin", json!({"user": "bob"}), json!(["s6"])),
            ("_admin", json!({"state": "paused"}), json!(["s6"])),
            ("_admin", json!({"schedule": "s6"}), json!(["s6"])),
            ("_admin", json!({"schedule": "s6", "user": "bob"}), json!(["s6"])),
        ] {
            assert_eq!(ids(by, payload.clone()), want, "{by} asks {payload}");
        }
    });
}

#[test]
fn a_preview_shows_what_is_due_and_what_is_left_out() {
    let gap = json!({"every": "day", "times": ["02:30"], "from": "2026-03-07", "gap": "skip"});
    let fold = json!({"every": "day", "times": ["01:30"], "zone": "America/New_York", "fold": "both", "except": ["2026-10-31"]});
    let due = |nominal: &str, due: &str| json!({"nominal": nominal, "due": due});
    let omitted = |nominal: &str, reason: &str| json!({"nominal": nominal, "omitted": reason});
    with_story(|model, _| {
        for (by, payload, want) in [
            // The zone is the asker's.
            (
                "alice",
                json!({"when": gap, "count": 3, "after": "2026-03-07T00:00:00Z"}),
                json!([
                    due("2026-03-07T02:30:00", "2026-03-07T07:30:00Z"),
                    omitted("2026-03-08T02:30:00", "gap"),
                    due("2026-03-09T02:30:00", "2026-03-09T06:30:00Z"),
                ]),
            ),
            (
                "_admin",
                json!({"when": fold, "count": 3, "after": "2026-10-31T00:00:00Z"}),
                json!([
                    omitted("2026-10-31T01:30:00", "excepted"),
                    due("2026-11-01T01:30:00", "2026-11-01T05:30:00Z"),
                    {"nominal": "2026-11-01T01:30:00", "second": true, "due": "2026-11-01T06:30:00Z"},
                ]),
            ),
            // A time that has passed lies ahead of `after`.
            (
                "alice",
                json!({"when": {"at": "2026-03-01T09:00:00.25"}, "after": "2026-02-01T00:00:00+01:00"}),
                json!([due("2026-03-01T09:00:00.250", "2026-03-01T14:00:00.250Z")]),
            ),
            (
                "bob",
                json!({"schedule": "s6", "count": 1}),
                json!([due("2026-03-16T09:00:00", "2026-03-16T09:00:00Z")]),
            ),
            ("alice", json!({"schedule": "s4"}), json!([])),
            (
                "_admin",
                json!({"schedule": "s4", "after": "2026-03-08T07:30:00Z"}),
                json!([due("2026-03-09T02:30:00", "2026-03-09T06:30:00Z")]),
            ),
            ("alice", json!({"schedule": "s5", "after": "2026-03-08T00:00:00Z"}), json!([])),
        ] {
            let mut want = json!({"occurrences": want});
            if payload["schedule"] == "s6" {
                want["paused"] = json!(true);
            }
            assert_eq!(ask(model, by, "preview", &payload), want, "{by} asks {payload}");
        }
        let hourly = json!({"every": "hour"});
        for (payload, len) in [(json!({"when": hourly}), 5), (json!({"when": hourly, "count": 1_000}), 1_000)]
        {
            let answer = ask(model, "alice", "preview", &payload);
            assert_eq!(answer["occurrences"].as_array().unwrap().len(), len);
        }
    });
}

#[test]
fn a_preview_shows_what_is_to_be_skipped() {
    let folder = tempfile::tempdir().unwrap();
    let model = Model::open(folder.path()).unwrap();
    model.apply(&story().log[..11]).unwrap();
    let answer = ask_at("2026-03-07T12:00:00Z", &model, "alice", "preview", &json!({"schedule": "s4"}));
    let want = json!([
        {"nominal": "2026-03-08T02:30:00", "omitted": "skipped"},
        {"nominal": "2026-03-09T02:30:00", "due": "2026-03-09T06:30:00Z"},
    ]);
    assert_eq!(answer, json!({"occurrences": want}));
}

#[test]
fn the_ledger_of_the_story_balances_as_the_log_does() {
    let sums = |counts: [u64; 6]| {
        let [planned, fired, skipped, missed, cancelled, pending] = counts;
        json!({"planned": planned, "fired": fired, "skipped": skipped, "missed": missed,
            "cancelled": cancelled, "pending": pending, "repeated": 0, "balanced": true})
    };
    let of = |schedule: &str, counts| {
        let mut sums = sums(counts);
        sums["schedule"] = json!(schedule);
        sums
    };
    let total = sums([6, 1, 2, 1, 1, 1]);
    let items = [of("s4", [3, 1, 1, 1, 0, 0]), of("s5", [1, 0, 0, 0, 1, 0]), of("s6", [2, 0, 1, 0, 0, 1])];
    with_story(|model, decider| {
        let ledger = |payload| ask(model, "_admin", "ledger", &payload);
        assert_eq!(ledger(json!({})), json!({"total": total, "items": items}));
        let page = json!({"total": total, "items": [items[1]], "next": "s5"});
        assert_eq!(ledger(json!({"limit": 1, "after": "s4"})), page);
        assert_eq!(ledger(json!({"schedule": "s6"})), json!({"total": total, "items": [items[2]]}));
        let mut recount = Ledger::default();
        decider.log.iter().flat_map(|(_, commit)| &commit.facts).for_each(|fact| recount.take(fact));
        assert_eq!(recount.total(), model.total().unwrap().sums);
        let accounts = model.accounts(None, 10).unwrap().items;
        assert_eq!(recount.schedules().collect::<Vec<_>>(), accounts);
        assert!(recount.is_balanced());
    });
}

#[test]
fn a_ledger_that_does_not_balance_says_so() {
    let mut decider = story();
    // The firing is lost from the log, and another one stands there twice.
    decider.log[6].1.facts.retain(|fact| !matches!(fact, Fact::Schedule(schedule::Fact::Fired(_))));
    let twice = decider.log[11].1.facts[0].clone();
    decider.log[11].1.facts.push(twice);
    let balanced = |len| {
        let folder = tempfile::tempdir().unwrap();
        let model = Model::open(folder.path()).unwrap();
        model.apply(&decider.log[..len]).unwrap();
        let ledger = ask(&model, "_admin", "ledger", &json!({}));
        let items: Vec<_> =
            ledger["items"].as_array().unwrap().iter().map(|item| item["balanced"].clone()).collect();
        json!([ledger["total"]["balanced"], items])
    };
    assert_eq!(balanced(6), json!([true, [true, true, true]]));
    assert_eq!(balanced(7), json!([false, [false, true, true]]));
    // Within one schedule the two errors hide each other; its list shows one occurrence twice.
    assert_eq!(balanced(12), json!([true, [true, true, true]]));
}

#[test]
fn two_schedules_do_not_hide_each_others_errors() {
    let mut decider = story();
    decider.log[6].1.facts.retain(|fact| !matches!(fact, Fact::Schedule(schedule::Fact::Fired(_))));
    let cancelled = decider.log[8].1.facts[1].clone();
    decider.log[8].1.facts.push(cancelled);
    let folder = tempfile::tempdir().unwrap();
    let model = Model::open(folder.path()).unwrap();
    model.apply(&decider.log).unwrap();
    let total = &ask(&model, "_admin", "ledger", &json!({}))["total"];
    assert_eq!((&total["planned"], &total["fired"], &total["cancelled"]), (&json!(6), &json!(0), &json!(2)));
    assert_eq!(total["balanced"], json!(false));
}

#[test]
fn a_name_that_fired_twice_is_out_of_balance() {
    let mut decider = story();
    // It is planned and fires again, half an hour later, under the name that has fired.
    let fired = decider.log[6].1.facts.iter().find_map(|fact| fact.get::<schedule::Fired>().copied());
    let mut fired = fired.expect("the story has a firing");
    let due = Instant::from_unix_ms(fired.occurrence.due.unix_ms() + 1_800_000);
    fired.occurrence = Occurrence { due, ..fired.occurrence };
    let planned = Planned { schedule: fired.schedule, occurrence: fired.occurrence, tzdata: String::new() };
    let last = &mut decider.log.last_mut().expect("the story has commits").1.facts;
    last.extend([Fact::from(planned), Fact::from(fired)]);
    let folder = tempfile::tempdir().unwrap();
    let model = Model::open(folder.path()).unwrap();
    model.apply(&decider.log).unwrap();
    let total = &ask(&model, "_admin", "ledger", &json!({}))["total"];
    assert_eq!((&total["repeated"], &total["balanced"]), (&json!(1), &json!(false)));
    let mut recount = Ledger::default();
    decider.log.iter().flat_map(|(_, commit)| &commit.facts).for_each(|fact| recount.take(fact));
    assert_eq!(recount.total(), model.total().unwrap().sums);
}

#[test]
fn lateness_is_told_of_all_and_of_one() {
    with_story(|model, _| {
        let all = ask(model, "_admin", "lateness", &json!({}));
        let want = json!({"fired": 1, "p50_ms": 15, "p90_ms": 15, "p99_ms": 15, "p999_ms": 15, "max_ms": 15,
            "buckets": [{"le_ms": 15, "count": 1}]});
        assert_eq!(all, want);
        assert_eq!(ask(model, "_admin", "lateness", &json!({"schedule": "s4"})), want);
        let none = ask(model, "_admin", "lateness", &json!({"schedule": "s6"}));
        assert_eq!(none, json!({"fired": 0, "buckets": []}));
    });
}

#[test]
fn a_quota_is_counted_by_the_senders_calendar() {
    let of = |used: u32, left: Option<u32>, max: Option<u32>, resets: &str| {
        let mut limit = json!({"used": used, "resets": resets});
        max.iter().for_each(|max| limit["max"] = json!(max));
        left.iter().for_each(|left| limit["left"] = json!(left));
        limit
    };
    with_story(|model, _| {
        let alice = |now, day, month| {
            let want = json!({"user": "alice", "zone": "America/New_York", "day": day, "month": month});
            assert_eq!(ask_at(now, model, "alice", "quota", &json!({})), want, "at {now}");
        };
        let (april, may) = ("2026-04-01T04:00:00Z", "2026-05-01T04:00:00Z");
        let month = |used, left| of(used, Some(left), Some(3), april);
        // The night of 7 March is an hour longer by UTC than the one of 8 March, when the clocks are set forward.
        alice("2026-03-07T12:00:00Z", of(1, Some(2), Some(3), "2026-03-08T05:00:00Z"), month(1, 2));
        alice("2026-03-08T12:00:00Z", of(0, Some(3), Some(3), "2026-03-09T04:00:00Z"), month(1, 2));
        alice(april, of(0, Some(3), Some(3), "2026-04-02T04:00:00Z"), of(0, Some(3), Some(3), may));
        let bob = json!({"user": "bob",
            "day": of(1, Some(49), Some(50), "2026-03-08T00:00:00Z"),
            "month": of(1, None, None, "2026-04-01T00:00:00Z")});
        let answer = ask_at("2026-03-07T12:00:00Z", model, "_admin", "quota", &json!({"user": "bob"}));
        assert_eq!(answer, bob);
    });
}

#[test]
fn questions_are_refused_by_code() {
    let hourly = json!({"every": "hour", "zone": "UTC"});
    with_story(|model, _| {
        for (by, question, payload, code) in [
            ("alice", "schedules", json!({"schedule": "s6"}), "schedule.unknown"),
            ("alice", "schedules", json!({"schedule": "s7"}), "schedule.unknown"),
            ("alice", "schedules", json!({"user": "bob"}), "auth.not_allowed"),
            ("_admin", "schedules", json!({"schedule": "s6", "user": "alice"}), "schedule.unknown"),
            ("_admin", "schedules", json!({"user": "eve"}), "user.unknown"),
            ("alice", "schedules", json!({"after": "m4"}), "query.bad_cursor"),
            ("alice", "schedules", json!({"limit": 0}), "query.bad_limit"),
            ("alice", "schedules", json!({"state": "gone"}), "command.malformed"),
            ("alice", "preview", json!({"schedule": "s6"}), "schedule.unknown"),
            ("_admin", "preview", json!({"schedule": "s7"}), "schedule.unknown"),
            ("alice", "preview", json!({}), "query.bad_preview"),
            ("alice", "preview", json!({"schedule": "s4", "when": hourly}), "query.bad_preview"),
            ("alice", "preview", json!({"when": hourly, "count": 0}), "query.bad_count"),
            ("alice", "preview", json!({"when": hourly, "count": 1_001}), "query.bad_count"),
            ("alice", "preview", json!({"when": hourly, "after": "yesterday"}), "command.malformed"),
            ("alice", "preview", json!({"when": {"every": "hour", "at": "x"}}), "schedule.bad_rule"),
            ("alice", "preview", json!({"when": {"ever": "hour"}}), "command.unknown_field"),
            ("alice", "preview", json!({"when": {"at": "2026-03-01T09:00:00"}}), "schedule.in_the_past"),
            ("alice", "preview", json!({"when": {"every": "hour", "zone": "Mars"}}), "schedule.unknown_zone"),
            ("_admin", "preview", json!({"when": {"every": "hour"}}), "schedule.unknown_zone"),
            ("alice", "lateness", json!({}), "auth.not_allowed"),
            ("_admin", "lateness", json!({"schedule": "s7"}), "schedule.unknown"),
            ("alice", "ledger", json!({}), "auth.not_allowed"),
            ("_admin", "ledger", json!({"schedule": "s7"}), "schedule.unknown"),
            ("_admin", "ledger", json!({"after": "x"}), "query.bad_cursor"),
            ("alice", "quota", json!({"user": "bob"}), "auth.not_allowed"),
            ("_admin", "quota", json!({}), "query.no_user"),
            ("eve", "quota", json!({}), "auth.unknown_sender"),
        ] {
            assert_eq!(ask(model, by, question, &payload), json!(code), "{by} asks {question} {payload}");
        }
    });
}
