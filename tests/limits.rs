//! The limits of the rules: what is just within one is taken, and what is just beyond it is refused by its public code.

mod support;

use homing::rules::Outcome;
use homing::wire::subjects;
use support::pure_decider::PureDecider;
use support::tale;

/// The code of the refusal, where it is refused.
fn say(decider: &mut PureDecider, by: &str, verb: &str, payload: &str) -> Option<String> {
    let (_, outcome) =
        decider.take(tale::time("09:00:00"), &subjects::command(by, verb), &tale::bytes(payload));
    match outcome {
        Outcome::Refused(rejection) => Some(rejection.code),
        Outcome::Accepted
        | Outcome::Message(_)
        | Outcome::Group(_)
        | Outcome::User(..)
        | Outcome::Schedule(..) => None,
    }
}

/// Alice, Bob, and a schedule that sends each minute: `s3`.
fn people() -> PureDecider {
    let mut decider = PureDecider::default();
    for (by, verb, payload) in [
        ("_admin", "user.register", r#"{"name":"alice","zone":"UTC"}"#),
        ("_admin", "user.register", r#"{"name":"bob"}"#),
        ("alice", "schedule.create", r#"{"message":{"to":["bob"],"text":"x"},"when":{"every":"minute"}}"#),
    ] {
        assert_eq!(say(&mut decider, by, verb, payload), None, "{verb}");
    }
    decider
}

/// Who says what; how much of it is taken, and how much is refused by which code.
struct Limit {
    by: &'static str,
    verb: &'static str,
    taken: &'static [usize],
    refused: &'static [usize],
    code: &'static str,
    of: fn(usize) -> String,
}

fn long(len: usize) -> String {
    "x".repeat(len)
}

fn many(len: usize, each: impl Fn(usize) -> String) -> String {
    (0..len).map(each).collect::<Vec<_>>().join(",")
}

fn to_bob(rest: &str) -> String {
    format!(r#"{{"to":["bob"],{rest}}}"#)
}

/// How much is taken; how much is not, and by which code.
type Bounds = (&'static [usize], &'static [usize], &'static str);

fn limit(
    by: &'static str,
    verb: &'static str,
    (taken, refused, code): Bounds,
    of: fn(usize) -> String,
) -> Limit {
    Limit { by, verb, taken, refused, code, of }
}

fn of_people() -> Vec<Limit> {
    const LARGE: &str = "command.too_large";
    const PROFILE: Bounds = (&[0, 1_023, 1_024], &[1_025, 1_026], LARGE);
    vec![
        limit("_admin", "user.register", (&[10, 511, 512], &[513, 514], LARGE), |len| {
            format!(r#"{{"name":"n{len}","secret":"$argon2id${}"}}"#, long(len - "$argon2id$".len()))
        }),
        limit("alice", "contact.add", (&[0, 255, 256], &[257, 258], LARGE), |len| {
            format!(r#"{{"who":"bob","alias":"{}"}}"#, long(len))
        }),
        limit("alice", "profile.set", PROFILE, |len| format!(r#"{{"nickname":"{}"}}"#, long(len))),
        limit("alice", "profile.set", PROFILE, |len| format!(r#"{{"mood":"{}"}}"#, long(len))),
        limit("alice", "profile.set", PROFILE, |len| format!(r#"{{"picture":"{}"}}"#, long(len))),
        limit(
            "bob",
            "presence.online",
            (&[1_000, 3_600_000], &[0, 999, 3_600_001, 7_200_000], "presence.bad_lease"),
            |ms| format!(r#"{{"device":"laptop","class":"pc","lease":"{ms}ms"}}"#),
        ),
    ]
}

fn of_messages() -> Vec<Limit> {
    const LONG: &str = "message.too_long";
    const YEAR_MS: usize = 366 * 86_400_000;
    const DEADLINE: Bounds = (&[1_000, YEAR_MS], &[0, 999, YEAR_MS + 1], "message.bad_deadline");
    vec![
        limit("alice", "message.send", (&[1, 256], &[0, 257], "command.too_large"), |len| {
            to_bob(&format!(r#""text":"x","id":"{}""#, long(len)))
        }),
        limit(
            "alice",
            "message.send",
            (&[1, 999, 1_000], &[0, 1_001, 1_002], "message.no_recipient"),
            |len| format!(r#"{{"to":[{}],"text":"x"}}"#, many(len, |n| format!(r#""+44770090{n:04}""#))),
        ),
        limit("alice", "message.send", (&[1, 65_535, 65_536], &[65_537, 65_538], LONG), |len| {
            to_bob(&format!(r#""text":"{}""#, long(len)))
        }),
        limit("alice", "message.send", (&[1, 99, 100], &[101, 102], LONG), |len| {
            let parts = many(len, |_| r#"{"type":"text/plain","data":""}"#.to_owned());
            to_bob(&format!(r#""parts":[{parts}]"#))
        }),
        limit("alice", "message.send", (&[1], &[0], "message.empty"), |len| {
            to_bob(&format!(r#""text":"{}""#, long(len)))
        }),
        limit("alice", "message.send", (&[1], &[0], "message.empty"), |len| {
            to_bob(&format!(
                r#""parts":[{}]"#,
                many(len, |_| r#"{"type":"text/plain","data":"AA=="}"#.to_owned())
            ))
        }),
        // Of a part, its type and name count too: 9 bytes and one.
        limit("alice", "message.send", (&[10, 524_287, 524_288], &[524_289, 524_290], LONG), |len| {
            let octets = len - 10;
            // Three of them are four characters.
            let rest = match octets % 3 {
                0 => "",
                1 => "AA==",
                _ => "AAA=",
            };
            let data = "AAAA".repeat(octets / 3) + rest;
            to_bob(&format!(r#""parts":[{{"type":"image/png","name":"a","data":"{data}"}}]"#))
        }),
        limit("alice", "message.send", DEADLINE, |ms| {
            to_bob(&format!(r#""text":"x","expires_in":"{ms}ms""#))
        }),
        limit("alice", "message.send", DEADLINE, |ms| {
            to_bob(&format!(r#""text":"x","escalate_after":"{ms}ms""#))
        }),
        limit("bob", "message.received", (&[1, 1_000], &[0, 1_001], "message.none_named"), |len| {
            format!(r#"{{"messages":[{}]}}"#, many(len, |_| r#""m1""#.to_owned()))
        }),
    ]
}

fn of_adapters() -> Vec<Limit> {
    const BATCH: Bounds = (&[0, 255, 256], &[257, 258], "command.too_large");
    vec![
        limit("_sms", "attempt.ask", BATCH, |len| {
            format!(r#"{{"deliveries":[{}]}}"#, many(len, |_| r#"{"message":"m1","to":"bob"}"#.to_owned()))
        }),
        limit("_sms", "attempt.report", BATCH, |len| {
            let silent = r#"{"silent":{"message":"m1","to":"bob"}}"#;
            format!(r#"{{"reports":[{}]}}"#, many(len, |_| silent.to_owned()))
        }),
        limit("_sms", "phone.part", (&[1, 2], &[0, 3, 4], "command.malformed"), |number| {
            let part = format!(r#""whole":"w","connector":"main","called":"service","number":{number}"#);
            format!(r#"{{{part},"total":2,"octets":""}}"#)
        }),
    ]
}

#[test]
fn what_is_just_within_a_limit_is_taken_and_what_is_just_beyond_it_is_refused() {
    let limits = of_people().into_iter().chain(of_messages()).chain(of_adapters());
    for Limit { by, verb, taken, refused, code, of } in limits {
        let mut decider = people();
        for much in taken {
            assert_eq!(say(&mut decider, by, verb, &of(*much)), None, "{verb} with {much}");
        }
        for much in refused {
            let refused = say(&mut decider, by, verb, &of(*much));
            assert_eq!(refused.as_deref(), Some(code), "{verb} with {much}");
        }
    }
}

#[test]
fn a_list_takes_as_many_as_it_holds_and_what_stands_on_it_may_be_said_again() {
    type Nth = fn(usize) -> String;
    let contact: Nth = |n| format!(r#"{{"who":"+44770090{n:04}"}}"#);
    let device: Nth = |n| format!(r#"{{"device":"d{n}","class":"pc"}}"#);
    let skip: Nth = |n| {
        let (hour, minute) = (n / 60, n % 60);
        let day = 2 + hour / 24;
        format!(r#"{{"schedule":"s3","occurrence":"2026-12-{day:02}T{:02}:{minute:02}:00"}}"#, hour % 24)
    };
    for (verb, len, one_more, code, nth) in [
        ("contact.add", 5_000, "contact.add", "contact.full", contact),
        ("contact.block", 5_000, "contact.add", "contact.full", contact),
        ("contact.add", 5_000, "contact.block", "contact.full", contact),
        ("presence.online", 16, "presence.online", "presence.too_many_devices", device),
        ("schedule.skip", 1_000, "schedule.skip", "schedule.too_many_skips", skip),
    ] {
        let mut decider = people();
        for n in 0..len {
            assert_eq!(say(&mut decider, "alice", verb, &nth(n)), None, "{verb} {n}");
        }
        let refused = say(&mut decider, "alice", one_more, &nth(len));
        assert_eq!(refused.as_deref(), Some(code), "{one_more} {len}");
        assert_eq!(say(&mut decider, "alice", one_more, &nth(0)), None, "{one_more} said again");
    }
}

/// What is left is for the next one, so that commands wait for some milliseconds at most.
#[test]
fn a_sweep_ends_five_thousand_deliveries_and_no_more() {
    let mut decider = people();
    for message in 0..6 {
        let to = many(1_000, |n| format!(r#""+44771{message}0{n:04}""#));
        assert_eq!(
            say(&mut decider, "alice", "message.send", &format!(r#"{{"to":[{to}],"text":"x"}}"#)),
            None
        );
    }
    let later = tale::time("31T10:00:00");
    let mut swept = || {
        let (parts, _) = decider.take(later, &subjects::command("_clock", "message.sweep"), b"{}");
        parts.iter().map(|part| part.facts.len()).sum::<usize>()
    };
    assert_eq!([swept(), swept(), swept()], [5_000, 1_000, 0]);
}

/// Whoever asks somebody takes none of their own places, and who has been put into a hundred groups is asked from then on.
#[test]
fn who_is_asked_by_a_hundred_groups_is_asked_by_no_more() {
    let mut decider = people();
    let group = |confirm: bool| format!(r#"{{"name":"g","members":["bob"],"confirm":{confirm}}}"#);
    for _ in 0..100 {
        assert_eq!(say(&mut decider, "alice", "group.create", &group(true)), None);
    }
    assert_eq!(say(&mut decider, "alice", "group.create", &group(true)).as_deref(), Some("group.too_many"));
    assert_eq!(say(&mut decider, "bob", "group.create", r#"{"name":"own"}"#), None);
    for _ in 0..99 {
        assert_eq!(say(&mut decider, "alice", "group.create", &group(false)), None);
    }
    // In a hundred groups he is to be asked, and as many ask already.
    assert_eq!(say(&mut decider, "alice", "group.create", &group(false)).as_deref(), Some("group.too_many"));
}

/// Sixty wishes an hour are answered; that less comes is done whatever was said before.
#[test]
fn an_opt_out_is_never_one_wish_too_many() {
    let mut decider = people();
    let phone = "+447700900009";
    let invite = format!(r#"{{"name":"g","members":["{phone}"]}}"#);
    assert_eq!(say(&mut decider, "alice", "group.create", &invite), None);
    let says = |decider: &mut PureDecider, text: &str| {
        let said = format!(r#"{{"connector":"main","from":"{phone}","called":"service","text":"{text}"}}"#);
        let (parts, _) = decider.take(
            tale::time("09:00:00"),
            &subjects::command("_sms", "phone.received"),
            &tale::bytes(&said),
        );
        parts.iter().flat_map(|part| part.facts.iter().map(|fact| fact.name())).collect::<Vec<_>>()
    };
    assert!(says(&mut decider, "G YES 3001").contains(&"group.joined"));
    let heard = (0..70).filter(|_| says(&mut decider, "G LIST").len() > 1).count();
    assert_eq!(heard, 59, "with the YES they are sixty");
    for (text, fact) in [("STOP 3001", "group.sms_set"), ("G QUIT 3001", "group.left")] {
        let facts = says(&mut decider, text);
        assert!(facts.contains(&fact) && facts.contains(&"message.accepted"), "{text}: {facts:?}");
    }
}
