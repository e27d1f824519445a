//! Decoders: whatever bytes come in, reading them ends soon, takes little memory, and gives a value or a refusal with a code.

mod support;

use std::time::Duration;

use homing::rules::presence::Encoding;
use homing::rules::{Commit, Rejection};
use homing::wire::query::{self, DeliveryOf, HistoryOf, Page};
use homing::wire::schedule_query::{LedgerOf, PreviewOf, SchedulesOf};
use homing::wire::{command, commit, from_msgpack, subjects, to_msgpack, to_value};
use homing::words::{CommandSeq, Instant};
use proptest::prelude::*;
use proptest::sample::Index;
use support::commands::{START_MS, bends, spoken};
use support::cpu;
use support::pure_decider::PureDecider;
use support::sequence::sequence;

/// Of a processor. Reading a payload takes microseconds; what is found here is one that takes for ever.
const READ_WITHIN: Duration = Duration::from_millis(500);
const VERBS: [&str; 10] = [
    "message.send",
    "user.register",
    "message.read",
    "presence.online",
    "timer.fired",
    "contact.add",
    "schedule.create",
    "schedule.replace",
    "schedule.pause",
    "schedule.skip",
];
const CASES: u32 = 4_096;
/// Whole logs take longer.
const LOGS: u32 = 256;
/// Commits of one log that are bent.
const BENT_MAX: usize = 6;

/// Reads the bytes by every door there is.
fn read(bytes: &[u8]) -> Result<(), String> {
    let began = cpu::of_this_thread();
    for verb in VERBS {
        read_command(&subjects::command("alice", verb), bytes)?;
    }
    refused_with_a_code(query::parse::<Page>(bytes).err())?;
    refused_with_a_code(query::parse::<HistoryOf>(bytes).err())?;
    refused_with_a_code(query::parse::<DeliveryOf>(bytes).err())?;
    refused_with_a_code(query::parse::<SchedulesOf>(bytes).err())?;
    refused_with_a_code(query::parse::<PreviewOf>(bytes).err())?;
    refused_with_a_code(query::parse::<LedgerOf>(bytes).err())?;
    let _shown = to_value(bytes);
    if let Ok(read) = commit::decode(bytes) {
        let again = commit::decode(&commit::encode(&read));
        if again.as_ref() != Ok(&read) {
            return Err(format!("{read:?} is read again as {again:?}"));
        }
    }
    let took = cpu::of_this_thread() - began;
    if took > READ_WITHIN { Err(format!("{took:?}")) } else { Ok(()) }
}

fn read_command(subject: &str, bytes: &[u8]) -> Result<(), String> {
    let read = command::parse(subject, bytes, CommandSeq(9), Instant::from_unix_ms(START_MS));
    let order = match read {
        Ok(order) => order,
        Err(unread) => return refused_with_a_code(Some(unread.rejection)),
    };
    // What was read can be written, in either encoding, and is the same.
    for encoding in [Encoding::Json, Encoding::Msgpack] {
        let written = command::encode(&order.command, encoding);
        let again = command::parse(subject, &written, order.seq, order.at).map_err(|unread| {
            format!("{:?} is written so that {} stands against it", order.command, unread.rejection)
        })?;
        if again.command != order.command || again.content != order.content {
            return Err(format!("{:?} is read again as {:?}", order.command, again.command));
        }
    }
    Ok(())
}

fn refused_with_a_code(rejection: Option<Rejection>) -> Result<(), String> {
    const TEXT_LEN_MAX: usize = 1_200;
    match rejection {
        Some(wrong) if !Rejection::CODES.contains(&wrong.code.as_str()) => Err(format!("no code: {wrong:?}")),
        Some(wrong) if wrong.text.is_empty() || wrong.text.len() > TEXT_LEN_MAX => {
            Err(format!("{} bytes of text: {wrong:?}", wrong.text.len()))
        }
        Some(_) | None => Ok(()),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: CASES, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn arbitrary_bytes_are_read_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        prop_assert_eq!(read(&bytes), Ok(()));
    }

    #[test]
    fn a_bent_command_is_read_or_refused(
        (_, said) in spoken(), json in any::<bool>(), bends in bends(),
    ) {
        let encoding = if json { Encoding::Json } else { Encoding::Msgpack };
        let mut payload = command::encode(&said, encoding);
        prop_assert_eq!(read(&payload), Ok(()));
        bends.iter().for_each(|bend| bend.apply(&mut payload));
        prop_assert_eq!(read(&payload), Ok(()));
    }

    #[test]
    fn any_subject_is_taken_apart_or_not(
        subject in prop_oneof!["\\PC{0,60}", "homing\\.(cmd|live|query|evt)(\\.[a-z_*>é]{0,3}){0,5}"],
    ) {
        let command = subjects::parse_command(&subject);
        prop_assert!(command.is_none_or(|(by, verb)| subjects::command(by, verb) == subject));
        let beat = subjects::parse_heartbeat(&subject);
        prop_assert!(beat.is_none_or(|(user, device)| subjects::heartbeat(&user, &device) == subject));
        let query = subjects::parse_query(&subject);
        prop_assert!(query.is_none_or(|(user, name)| subjects::query(user, name) == subject));
        let token = subjects::outcome_token(&subject);
        prop_assert!(!token.is_empty() && !token.contains(['.', '*', '>', ' ']), "{token}");
        prop_assert_eq!(read_command(&subject, b"{}"), Ok(()));
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: LOGS, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_bent_commit_is_read_or_not(
        wishes in sequence(), chosen in proptest::collection::vec((any::<Index>(), bends()), 1..BENT_MAX),
    ) {
        let (mut decider, mut now_ms) = (PureDecider::default(), START_MS);
        for wish in &wishes {
            now_ms += wish.after_ms;
            drop(decider.take(Instant::from_unix_ms(now_ms), &wish.subject, &wish.payload));
        }
        for (commit, bends) in chosen {
            let (_, mut bytes) = commit.get(&decider.log).clone();
            bends.iter().for_each(|bend| bend.apply(&mut bytes));
            prop_assert_eq!(read(&bytes), Ok(()));
        }
    }
}

#[test]
fn deep_nesting_is_refused_and_not_followed() {
    let nested = |open: &[u8], close: &[u8]| [open.repeat(10_000), close.repeat(10_000)].concat();
    for (what, bytes) in [
        ("JSON lists in a field", [b"{\"to\":".to_vec(), nested(b"[", b"]"), b"}".to_vec()].concat()),
        ("JSON objects", nested(b"{\"to\":", b"}")),
        ("JSON lists", nested(b"[", b"]")),
        ("MessagePack lists in a field", [b"\x81\xa2to".to_vec(), nested(b"\x91", b""), vec![0xc0]].concat()),
        ("MessagePack maps", [nested(b"\x81\xa2to", b""), vec![0xc0]].concat()),
        ("MessagePack maps as keys", [nested(b"\x81", b""), vec![0xc0]].concat()),
        ("in a field nobody knows", [b"\x81\xa1x".to_vec(), nested(b"\x91", b""), vec![0xc0]].concat()),
        ("in one of JSON", [b"{\"x\":".to_vec(), nested(b"[", b"]"), b"}".to_vec()].concat()),
        (
            "JSON lists in a rule",
            [b"{\"when\":{\"at\":".to_vec(), nested(b"[", b"]"), b"}}".to_vec()].concat(),
        ),
        ("JSON rules", nested(b"{\"when\":", b"}")),
        ("rules", [nested(b"\x81\xa4when", b""), vec![0xc0]].concat()),
        ("lists in a rule", [b"\x81\xa4when\x81\xa2at".to_vec(), nested(b"\x91", b""), vec![0xc0]].concat()),
        ("facts", [b"\x81\xa5facts".to_vec(), nested(b"\x91", b""), vec![0xc0]].concat()),
    ] {
        assert_eq!(read(&bytes), Ok(()), "{what}");
        assert!(commit::decode(&bytes).is_err(), "{what}");
        assert!(to_value(&bytes).is_none(), "{what}");
    }
}

/// The resident set, where the system tells it.
fn resident_kib() -> Option<u64> {
    support::resident_kib(std::process::id())
}

#[test]
fn a_length_that_is_only_claimed_costs_nothing() {
    const GROWTH_KIB_MAX: u64 = 64 * 1_024;
    let before = resident_kib();
    for head in [0xc6, 0xc9, 0xdb, 0xdd, 0xdf_u8] {
        let claimed = [&[head, 0xff, 0xff, 0xff, 0xff], &b"abc"[..]].concat();
        for field in [
            "to",
            "text",
            "parts",
            "id",
            "name",
            "messages",
            "x",
            "facts",
            "intent",
            "by",
            "after",
            "when",
            "at",
            "times",
            "days",
            "except",
            "cron",
            "occurrence",
        ] {
            let name = to_msgpack(&field);
            for bytes in [
                claimed.clone(),
                [&[0x81][..], &name, &claimed].concat(),
                [&[0x82][..], &name, &claimed, &name].concat(),
                [&[0x81][..], &name, &[0x91], &claimed].concat(),
                [&[0x81][..], &name, b"\x91\x81\xa4data", &claimed].concat(),
                [&b"\x81\xa4when\x81"[..], &name, &claimed].concat(),
                [&b"\x81\xa7message\x81"[..], &name, &claimed].concat(),
                [&[0xdf, 0xff, 0xff, 0xff, 0xff][..], &name, &claimed].concat(),
            ] {
                assert_eq!(read(&bytes), Ok(()), "{bytes:x?}");
                assert!(from_msgpack::<Commit>(&bytes).is_err(), "{bytes:x?}");
            }
        }
    }
    let grown = resident_kib().zip(before).map_or(0, |(after, before)| after.saturating_sub(before));
    assert!(grown < GROWTH_KIB_MAX, "{grown} KiB more");
}
