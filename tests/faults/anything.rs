//! Any command: of every kind, from anybody, in both encodings, about what there is and what there is not; some malformed.

use serde_json::{Value, json};

use crate::support::dice::Dice;

const USERS: [&str; 6] = ["alice", "bob", "carol", "dave", "erin", "frank"];
const ADDRESSES: [&str; 10] = [
    "alice",
    "bob",
    "carol",
    "dave",
    "100002",
    "100005",
    "+447700900001",
    "+447700900077",
    "nobody",
    "#3001",
];
const DEVICES: [&str; 3] = ["laptop", "phone", "old-phone"];
/// Senders and verbs that nobody has.
const STRANGE_SUBJECTS: [&str; 6] = [
    "homing.cmd.nobody.message.send",
    "homing.cmd._unknown.message.send",
    "homing.cmd.Bob.message.send",
    "homing.cmd.bob",
    "homing.cmd.bob.message.send.twice",
    "homing.cmd.bob.coffee.make",
];
/// One in so many is malformed.
const MALFORMED_EVERY: usize = 12;
const MSGPACK_EVERY: usize = 3;
/// The first so many commands make schedules that fire in years.
const LASTING: usize = 30;

/// A command, which will be the `n`-th on COMMANDS or a little later: its subject and payload.
pub fn command(dice: &mut Dice, n: usize) -> (String, Vec<u8>) {
    let (by, verb, fields) = match dice.below(28) {
        0 | 1 => operators(dice),
        2 | 3 => personal(dice),
        4 => parts_of_homing(dice, n),
        5 | 6 => presence(dice),
        7..=9 => about_messages(dice, n),
        10..=12 => sms_bridge(dice, n),
        13..=16 => schedules(dice, n),
        _ if n <= LASTING => schedules(dice, n),
        _ => send(dice, n),
    };
    let mut subject = format!("homing.cmd.{by}.{verb}");
    let mut payload = if dice.below(MSGPACK_EVERY) == 0 {
        rmp_serde::to_vec_named(&fields).unwrap()
    } else {
        fields.to_string().into_bytes()
    };
    if dice.below(MALFORMED_EVERY) == 0 {
        spoil(dice, &mut subject, &mut payload);
    }
    (subject, payload)
}

type Parsed = (&'static str, &'static str, Value);

fn operators(dice: &mut Dice) -> Parsed {
    let name = dice.one_of(&USERS);
    let phone = format!("+44770090000{}", dice.below(4));
    let (verb, fields) = match dice.below(8) {
        0 | 1 => ("user.register", json!({ "name": name })),
        2 => ("user.register", json!({ "name": name, "phone": phone, "zone": "Europe/London" })),
        3 => {
            ("user.set", json!({ "name": name, "phone": phone, "day": dice.one_of(&[50, 100_000, 100_000]) }))
        }
        4 => ("user.suspend", json!({ "name": name })),
        _ => ("user.resume", json!({ "name": name })),
    };
    (dice.one_of(&["_admin", "_admin", "_admin", "_admin", "_sms", "alice"]), verb, fields)
}

fn personal(dice: &mut Dice) -> Parsed {
    let who = dice.one_of(&ADDRESSES);
    let (verb, fields) = match dice.below(7) {
        0 => ("profile.set", json!({ "mood": format!("mood {}", dice.below(3)) })),
        1 => ("profile.set", json!({ "nickname": "N.", "picture": null })),
        2 => ("preference.set", json!({ "sms": dice.one_of(&["on", "off"]) })),
        3 => ("contact.add", json!({ "who": who, "alias": "an alias" })),
        4 => ("contact.add", json!({ "who": who })),
        5 => ("contact.remove", json!({ "who": who })),
        _ => ("contact.block", json!({ "who": who })),
    };
    (dice.one_of(&USERS), verb, fields)
}

/// What only Homing itself may report, true or not.
fn parts_of_homing(dice: &mut Dice, n: usize) -> Parsed {
    let timer = match dice.below(4) {
        0 => format!("occur-{}", schedule(dice, n)),
        _ => format!("{}-{}", dice.one_of(&["expire", "escalate", "tea"]), message(dice, n)),
    };
    let lapsed =
        json!({ "user": dice.one_of(&USERS), "device": dice.one_of(&DEVICES), "since": dice.below(n + 1) });
    match dice.below(3) {
        0 => ("_lease", "presence.lapsed", lapsed),
        1 => (
            "_clock",
            "timer.fired",
            json!({ "timer": timer, "due": dice.one_of(&[0_u64, 9_000_000_000_000]) }),
        ),
        _ => (dice.one_of(&USERS), "timer.fired", json!({ "timer": timer, "due": 0 })),
    }
}

/// What the SMS bridge may ask and report, of whatever there is.
fn sms_bridge(dice: &mut Dice, n: usize) -> Parsed {
    let deliveries: Vec<Value> = (0..20)
        .map(|_| json!({ "message": message(dice, n), "to": party(dice), "again": dice.below(2) == 0 }))
        .collect();
    let reports: Vec<Value> = (0..40).map(|_| report(dice, n)).collect();
    let called = dice.one_of(&["service", "im-100001", "im-100002", "im-999999", "other"]);
    let from = dice.one_of(&["+447700900001", "+447700900002", "+447700900077", "+447700900078"]);
    let text = dice.one_of(&["STOP", "START", "HELP", "on my way"]);
    let (verb, fields) = match dice.below(8) {
        0..=2 => ("attempt.ask", json!({ "deliveries": deliveries })),
        3 | 4 => ("attempt.report", json!({ "reports": reports })),
        5 => ("phone.received", json!({ "connector": "main", "called": called, "text": text })),
        6 => ("phone.received", json!({ "connector": "main", "from": from, "called": called, "text": text })),
        _ => {
            let part = json!({ "whole": "w", "connector": "main", "called": called, "number": 1, "total": 2, "octets": "AAEC" });
            ("phone.part", part)
        }
    };
    ("_sms", verb, fields)
}

fn report(dice: &mut Dice, n: usize) -> Value {
    let (message, to) = (message(dice, n), party(dice));
    let attempt = json!({ "message": message, "to": to, "connector": "main", "ids": ["7f", null] });
    let state = dice.one_of(&["enroute", "delivered", "undeliverable"]);
    match dice.below(9) {
        0 => json!({ "accepted": { "attempt": attempt, "receipts": true } }),
        1 => json!({ "accepted": { "attempt": attempt, "receipts": false } }),
        2 | 7 => json!({ "failed": { "attempt": attempt, "reason": "smsc_0x0000000b" } }),
        3 => {
            json!({ "deferred": { "attempt": attempt, "class": "throttled", "why": "smsc_0x00000058" } })
        }
        4 => json!({ "unknown": { "attempt": attempt, "why": "disconnected" } }),
        5 => {
            json!({ "receipt": { "message": message, "to": to, "segment": dice.below(2), "segments": 2, "state": state } })
        }
        6 => json!({ "unmatched": { "connector": "main", "id": "ff", "state": state } }),
        _ => json!({ "silent": { "message": message, "to": to } }),
    }
}

fn party(dice: &mut Dice) -> &'static str {
    dice.one_of(&["alice", "bob", "carol", "dave", "+447700900001", "+447700900077"])
}

/// Short leases, so that some run out.
fn presence(dice: &mut Dice) -> Parsed {
    let device = dice.one_of(&DEVICES);
    let lease = dice.one_of(&["1s", "45s", "3600s", "0s"]);
    let (verb, fields) = match dice.below(4) {
        0 => ("presence.offline", json!({ "device": device })),
        1 => ("presence.online", json!({ "device": device, "class": "pull", "lease": lease })),
        _ => ("presence.online", json!({ "device": device, "class": "pc", "lease": lease })),
    };
    (dice.one_of(&USERS), verb, fields)
}

fn about_messages(dice: &mut Dice, n: usize) -> Parsed {
    let many: Vec<String> = (0..dice.below(1_200)).map(|_| message(dice, n)).collect();
    let (verb, fields) = match dice.below(8) {
        0 | 7 => ("message.recall", json!({ "message": message(dice, n) })),
        1 | 2 => ("message.received", json!({ "message": message(dice, n) })),
        3 | 4 => ("message.read", json!({ "message": message(dice, n) })),
        5 if dice.below(8) == 0 => ("message.read", json!({ "messages": many })),
        _ => ("message.received", json!({ "messages": many[..many.len() / 8] })),
    };
    (dice.one_of(&USERS), verb, fields)
}

fn send(dice: &mut Dice, n: usize) -> Parsed {
    let mut to: Vec<String> = (0..=dice.below(3)).map(|_| dice.one_of(&ADDRESSES[..8]).to_owned()).collect();
    match dice.below(60) {
        0 => to.push(dice.one_of(&ADDRESSES).to_owned()),
        1 => to.extend((0..990).map(|i| format!("+4477009{i:05}"))),
        _ => {}
    }
    let mut fields = json!({ "to": to, "text": format!("message {n}") });
    let mut set = |name: &str, value: Value| {
        fields[name] = value;
    };
    match dice.below(14) {
        0 => set("expires_in", json!("1s")),
        1 => set("expires_in", json!(dice.one_of(&["1h", "0s", "9000d", "soon"]))),
        2 => set("escalate_after", json!("1s")),
        3 => set("route", json!(dice.one_of(&["im", "sms", "mms", "pigeon"]))),
        4 => set("text", json!(["not", "a", "text"])),
        5 => set("parts", json!([{ "type": "image/png", "data": "iVBORw==" }])),
        6 | 7 => set("id", json!(format!("intent {}", dice.below(20)))),
        8 => {
            set("id", json!("the same"));
            set("to", json!(["bob"]));
            set("text", json!("the same"));
        }
        9 => set("text", json!("long ".repeat(dice.below(15_000)))),
        _ => {}
    }
    (dice.one_of(&USERS), "message.send", fields)
}

/// What a user says about schedules, of their own and of others. Some fire at once, and the first ones last.
fn schedules(dice: &mut Dice, n: usize) -> Parsed {
    if n <= LASTING {
        let when =
            json!({ "every": "day", "times": ["09:00", "18:30"], "from": "2035-01-01", "zone": "UTC" });
        return (
            "alice",
            "schedule.create",
            json!({ "message": { "to": ["bob"], "text": "later" }, "when": when }),
        );
    }
    let (schedule, zone) =
        (schedule(dice, n), dice.one_of(&["UTC", "Europe/London", "Asia/Shanghai", "Mars/Phobos"]));
    let to = dice.one_of(&ADDRESSES[..8]);
    let mut when = match dice.below(10) {
        0 => json!({ "at": format!("20{}-02-{}T09:00", 10 + dice.below(40), 20 + dice.below(11)) }),
        1 => json!({ "every": "day", "times": ["09:00", "18:30"], "except": ["2040-01-01"] }),
        2 => {
            json!({ "every": dice.below(3), "unit": "weeks", "weekdays": ["mon", "fri"], "times": ["02:30"] })
        }
        3 => json!({ "every": "month", "days": [1, -1], "times": ["12:00"], "count": 20 }),
        4 => {
            json!({ "cron": dice.one_of(&["0 9 * * 1-5", "*/5 * * * *", "* * * * * *", "99 * * * *"]), "count": 5 })
        }
        5 => json!({ "every": "second", "count": 3, "missed": "never", "late_by": "0s" }),
        _ => json!({ "every": 1, "unit": dice.one_of(&["second", "minute"]), "count": 1 + dice.below(3) }),
    };
    when["zone"] = json!(zone);
    match dice.below(12) {
        0 => when["missed"] = json!(dice.one_of(&["latest", "all", "never", "maybe"])),
        1 => when["min_interval"] = json!("2s"),
        2 => when["colour"] = json!("red"),
        _ => {}
    }
    let content = json!({ "to": [to], "text": format!("message {n}, later") });
    let create = json!({ "message": content, "when": when });
    let occurrence = dice.one_of(&["2035-01-01T09:00:00", "2035-01-01T18:30:00", "2035-01-01T09:00:00/2"]);
    let occurrence = json!({ "schedule": schedule, "occurrence": occurrence });
    let one = json!({ "schedule": schedule });
    // Only some of those that last come to an end; the first two commands were others.
    let (replaced, cancelled) = (format!("s{}", 3 + dice.below(8)), format!("s{}", 11 + dice.below(8)));
    let (verb, fields) = match dice.below(27) {
        0 => ("schedule.replace", json!({ "schedule": replaced, "when": when })),
        1 => ("schedule.replace", json!({ "schedule": schedule, "message": content })),
        2..=4 => ("schedule.pause", one),
        5..=7 => ("schedule.resume", one),
        8 | 13 => ("schedule.cancel", json!({ "schedule": cancelled })),
        9 | 14..=16 => ("schedule.run-now", one),
        10 | 11 => ("schedule.skip", occurrence),
        12 => ("schedule.unskip", occurrence),
        _ => ("schedule.create", create),
    };
    (dice.one_of(&["alice", "alice", "alice", "bob", "carol", "erin"]), verb, fields)
}

/// A schedule that there may be: one of the first, which last, or one of the last.
fn schedule(dice: &mut Dice, n: usize) -> String {
    if dice.below(3) > 0 {
        format!("s{}", 1 + dice.below(LASTING))
    } else {
        message(dice, n).replace('m', "s")
    }
}

/// A message that there may be, for commands and messages share their numbers; mostly one of the last, which may be open.
fn message(dice: &mut Dice, n: usize) -> String {
    let newest = n + 10;
    let back = dice.one_of(&[newest, 40, 40, 40]).min(newest);
    format!("m{}", 1 + newest - back + dice.below(back))
}

fn spoil(dice: &mut Dice, subject: &mut String, payload: &mut Vec<u8>) {
    match dice.below(7) {
        0 => payload.truncate(dice.below(payload.len() + 1)),
        1 | 2 => {
            let at = dice.below(payload.len());
            payload[at] = u8::try_from(dice.below(256)).unwrap();
        }
        3 => *payload = (0..dice.below(64)).map(|_| u8::try_from(dice.below(256)).unwrap()).collect(),
        4 => *payload = format!("{{\"to\":{}", "[".repeat(dice.below(10_000))).into_bytes(),
        5 if dice.below(8) == 0 => payload.resize(1_100_000, b' '),
        _ => *subject = dice.one_of(&STRANGE_SUBJECTS).to_owned(),
    }
}
