//! The subjects of the public contract, built and taken apart.

use std::collections::BTreeSet;

use crate::rules::Timer;
use crate::rules::{Commit, Fact, leading};
use crate::words::{AppNumber, CommandSeq, DeviceName, GroupNumber, MessageId, Party, UserName};

/// The operator, who registers people and sees everything.
pub const OPERATOR: &str = "_admin";
/// All commands; `homing.cmd.<user>.<area>.<verb>`.
pub const COMMANDS: &str = "homing.cmd.>";
/// All commits; `homing.evt.<area>.<fact>`, after the first fact.
pub const EVENTS: &str = "homing.evt.>";
/// An SMS bridge tells the others that somebody wrote STOP, before it is decided.
pub const SMS_STOPS: &str = "homing.sms.stops";
/// All heartbeats; `homing.live.<user>.<device>`.
pub const HEARTBEATS: &str = "homing.live.*.*";
/// The active decider answers here, and nobody else does.
pub const ACTIVE_DECIDER: &str = "homing.query._decider.active";

/// It also answers what is awaited of the clock.
pub const AWAITED: &str = "homing.query._decider.awaited";
/// And which timers nobody awaits any more.
pub const UNWANTED: &str = "homing.query._decider.unwanted";

/// And whether what it decided a while ago may still be sent.
pub const LOOK: &str = "homing.query._decider.look";

/// Where the NATS service of the queries tells that it is there (ADR-32).
pub const PING: &str = "$SRV.PING.homing";

pub fn command(by: &str, verb: &str) -> String {
    format!("homing.cmd.{by}.{verb}")
}

/// `<user>` and `<area>.<verb>`, where the subject has the contract's shape.
pub fn parse_command(subject: &str) -> Option<(&str, &str)> {
    let (user, verb) = subject.strip_prefix("homing.cmd.")?.split_once('.')?;
    (verb.split('.').filter(|token| !token.is_empty()).count() == 2 && verb.matches('.').count() == 1)
        .then_some((user, verb))
}

/// What a commit without facts is called: a user's wish that was fulfilled already, remembered by its `id`.
pub(super) const NO_FACT: &str = "command.none";

/// A commit goes by the name of its first fact. There are as many subjects as facts, for nats-server keeps each one that it
/// has seen in memory, for ever; whom a commit is about stands in its headers.
pub fn event(commit: &Commit) -> String {
    event_named(commit.facts.first().map_or(NO_FACT, Fact::name))
}

fn event_named(fact: &str) -> String {
    format!("homing.evt.{fact}")
}

/// Whether a subject of EVENTS is one that this version writes.
pub fn is_event(subject: &str) -> bool {
    let fact = subject.strip_prefix("homing.evt.").unwrap_or_default();
    fact == NO_FACT || Fact::ROWS.iter().any(|row| row.name == fact)
}

/// The subjects of all commits that can hold one of these facts: none overlaps another.
pub fn events_with(facts: &[&'static str]) -> Vec<String> {
    let leaders = leading::leaders_of(facts);
    let area = |name: &'static str| name.split('.').next().unwrap_or_default();
    let whole = |wanted: &str| {
        Fact::ROWS.iter().filter(|row| area(row.name) == wanted).all(|row| leaders.contains(row.name))
    };
    let subjects = leaders.iter().map(|leader| match area(leader) {
        area if whole(area) => format!("homing.evt.{area}.*"),
        _ => event_named(leader),
    });
    subjects.collect::<BTreeSet<String>>().into_iter().collect()
}

pub fn outcome(user: &str, command: CommandSeq) -> String {
    format!("homing.outcome.{user}.{}", command.0)
}

/// Where answers reach a user's client. A prefix of each one's own: who may listen to `_INBOX.>` hears everybody.
pub fn inbox_prefix(user: &str) -> String {
    format!("_INBOX_{user}")
}

/// The inbox of Homing's own parts: no user's name begins so.
pub const OWN_INBOX_PREFIX: &str = "_INBOX__homing";

/// That of a part which runs alone, with a credential of its own.
pub fn part_inbox_prefix(part: &str) -> String {
    format!("_INBOX__{part}")
}

/// What somebody says to an app in a group.
pub fn app_in(number: AppNumber, group: GroupNumber) -> String {
    format!("homing.app.{number}.{group}")
}

/// All that is for an app.
pub fn app(number: AppNumber) -> String {
    format!("homing.app.{number}.>")
}

/// All outcomes of a user's commands.
pub fn outcome_of(user: &str) -> String {
    format!("homing.outcome.{user}.>")
}

/// A user name's limit. An outcome's subject is longer than its command's, and NATS takes 4,096 bytes in a line.
const TOKEN_LEN_MAX: usize = 32;

/// The token of an outcome's subject for the `<user>` of a command's, which may be any bytes a client sent.
pub fn outcome_token(command_subject: &str) -> &str {
    let token = command_subject.strip_prefix("homing.cmd.").and_then(|rest| rest.split('.').next());
    let plain = |b: u8| b.is_ascii_alphanumeric() || b == b'_' || b == b'-';
    let shaped = |token: &&str| (1..=TOKEN_LEN_MAX).contains(&token.len()) && token.bytes().all(plain);
    token.filter(shaped).unwrap_or("_unknown")
}

pub fn live(user: &UserName, message: MessageId) -> String {
    format!("homing.to.{user}.{message}")
}

/// All live messages for a user.
pub fn live_of(user: &UserName) -> String {
    format!("homing.to.{user}.>")
}

/// News of a delivery, for its sender or its recipient.
pub fn note(user: &UserName, message: MessageId) -> String {
    format!("homing.note.{user}.{message}")
}

/// All news for a user.
pub fn notes_of(user: &UserName) -> String {
    format!("homing.note.{user}.>")
}

pub fn heartbeat(user: &UserName, device: &DeviceName) -> String {
    format!("homing.live.{user}.{device}")
}

/// A mark among the heartbeats, which a process that keeps leases sends to itself. No user has this name.
pub fn heartbeat_mark(process: &str) -> String {
    format!("homing.live._lease.{process}")
}

pub fn parse_heartbeat(subject: &str) -> Option<(UserName, DeviceName)> {
    let (user, device) = subject.strip_prefix("homing.live.")?.split_once('.')?;
    Some((user.parse().ok()?, device.parse().ok()?))
}

/// Work for a channel adapter. A phone never stands in a subject: who is no user is named by their place, `_0`.
pub fn work(channel: &str, to: &Party, place: usize, message: MessageId) -> String {
    match to {
        Party::User(user) => format!("homing.out.{channel}.{user}.{message}"),
        Party::Phone(_) => format!("homing.out.{channel}._{place}.{message}"),
    }
}

/// Where a record that a room cannot process is put for a person to see.
pub fn parked(room: &str, seq: u64) -> String {
    format!("homing.out._parked.{room}.{seq}")
}

/// Where a repair keeps the commands that it stores again, with their number and the subject that they had.
pub const SET_ASIDE: &str = "homing.out._parked.repair.>";
const SET_ASIDE_AT: &str = "homing.out._parked.repair.";

pub fn set_aside(seq: u64, subject: &str) -> String {
    format!("{SET_ASIDE_AT}{seq}.{subject}")
}

/// The subject that a command had before it was set aside.
pub fn had(set_aside: &str) -> Option<&str> {
    set_aside.strip_prefix(SET_ASIDE_AT)?.split_once('.').map(|(_, subject)| subject)
}

/// Where a command that cannot be stored is put for a person to see; its identity is one token.
pub fn parked_unstored(room: &str, identity: &str) -> String {
    format!("homing.out._parked.{room}.{identity}")
}

/// Where a PDU that cannot be read is put for a person to see; its identity is one token.
pub fn parked_pdu(identity: &str) -> String {
    format!("homing.out._parked.smpp.{identity}")
}

/// How far a durable consumer has come.
pub fn position(stream: &str, consumer: &str) -> String {
    format!("homing.pos.{stream}.{consumer}")
}

/// A timer in a minute's bucket (unix time / 60).
pub fn due(timer: Timer, minute: i64) -> String {
    format!("homing.due.{minute}.{timer}")
}

/// A timer in whichever minute's bucket.
pub fn due_whenever(timer: Timer) -> String {
    format!("homing.due.*.{timer}")
}

/// All timers of a minute.
pub fn due_in(minute: i64) -> String {
    format!("homing.due.{minute}.>")
}

/// A question's subject; its last token is the question's name.
pub fn query(user: &str, name: &str) -> String {
    format!("homing.query.{user}.{name}")
}

pub fn parse_query(subject: &str) -> Option<(&str, &str)> {
    subject.strip_prefix("homing.query.")?.split_once('.')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_subject_has_five_tokens() {
        assert_eq!(parse_command("homing.cmd.bob.message.send"), Some(("bob", "message.send")));
        for other in
            ["homing.cmd.bob", "homing.cmd.bob.message", "homing.cmd.bob.a.b.c", "homing.cmd.bob..send", "x"]
        {
            assert_eq!(parse_command(other), None, "{other}");
        }
    }

    #[test]
    fn a_reader_names_facts_and_gets_the_subjects_of_all_commits_that_hold_them() {
        for (facts, want) in [
            (["presence.online", "presence.offline"], &["homing.evt.presence.*"][..]),
            (
                ["command.refused", "delivery.read"],
                &["homing.evt.command.*", "homing.evt.delivery.delivered", "homing.evt.delivery.read"],
            ),
        ] {
            assert_eq!(events_with(&facts), want);
        }
    }

    #[test]
    fn a_subject_with_an_entity_is_of_an_older_version() {
        assert!(is_event("homing.evt.message.accepted") && is_event("homing.evt.command.none"));
        for old in ["homing.evt.message.m3.accepted", "homing.evt.message.welcomed", "homing.evt.", "x"] {
            assert!(!is_event(old), "{old}");
        }
    }

    #[test]
    fn an_outcome_never_goes_to_a_wildcard() {
        assert_eq!(outcome_token("homing.cmd.Bob.x"), "Bob");
        let long = format!("homing.cmd.{}.x", "a".repeat(TOKEN_LEN_MAX + 1));
        for hostile in ["homing.cmd.*.message.send", "homing.cmd.>", "homing.cmd.a b.c.d", "x", &long] {
            assert_eq!(outcome_token(hostile), "_unknown");
        }
    }
}
