//! The layout of the rows: one tree, keys that sort as the questions are asked. A change here changes [`FORMAT`].
//!
//! | key | value | answers |
//! |---|---|---|
//! | `!` | format, position, mark | where the model stands (see `log/projection.rs`) |
//! | `d` message | instant, body's commit, sender | a message; its body stays in EVENTS |
//! | `d` message party | steps (see `step.rs`) | a delivery; no steps: planned |
//! | `i` user 0 message | | the open deliveries of a user |
//! | `c` party 0 party 0 message | | the conversation of two, the lesser name first |
//! | `v` user 0 party | see `conversations.rs` | whom a user wrote with, and what of it is not read |
//! | `u` user | MessagePack | a user and what they show |
//! | `n` IM number | user | whose number it is |
//! | `p` phone | user | whose phone it is |
//! | `k` user 0 party | MessagePack | an entry of a contact list |
//! | `r` user | MessagePack | who was taken off a contact list lately (see `removals.rs`) |
//! | `o` user 0 device | MessagePack | a device that is online |
//! | `s` schedule | MessagePack with names | what a schedule sends, to whom and when; its body stays in EVENTS |
//! | `w` schedule | MessagePack | how a schedule goes: its next occurrence, its sums |
//! | `l` user 0 schedule | | the schedules of a user |
//! | `e` schedule number | see `occurrence.rs` | the occurrences that have ended, in that order from 0 |
//! | `f` schedule number name | | that what bears this name has fired, in the rule's zone of this number |
//! | `t` | MessagePack | the sums of all schedules |
//! | `h` | milliseconds | the greatest lateness of a firing |
//! | `h` milliseconds | number | the firings that were so late (see `lateness.rs`) |
//! | `x` group message | | what was written to a group |
//! | `z` message | see `sums.rs` | how many deliveries of a message to a group are in each state |
//! | `g` group | MessagePack | a group |
//! | `m` group party | MessagePack | who is in a group or asked to join |
//! | `y` user 0 group | | the groups of a user |
//! | `j` | MessagePack with names | what an operator has set for all who write by SMS |
//! | `q` user | MessagePack | what a user has sent on one day and in its month |
//! | `a` id 0 topic commit | | the commits that have changed a user, a group or a schedule, and an adapter's of a message (see `trail.rs`) |
//! | `b` id | message | what the SMSC calls a message |
//! | `D` day | MessagePack | what was accepted and planned on a day, and what became of it |
//!
//! A group is nine digits. A message, a schedule and a number are eight bytes, most significant first, so messages and schedules sort by age; a
//! day is four, counted from 1970-01-01; the rest is text, which holds no zero byte.

use std::io::Write;

use crate::debug::Topic;
use crate::rules::schedule::OccurrenceName;
use crate::words::{
    Address, CommandSeq, Day, DeviceName, EventSeq, GroupNumber, ImNumber, MessageId, Party, Phone,
    ScheduleId, UserName,
};

/// Written into the first row; a model of another format is rebuilt.
pub(super) const FORMAT: u32 = 12;
pub(super) const USERS: &[u8] = b"u";
pub(super) const SCHEDULES: &[u8] = b"s";
pub(super) const COURSES: &[u8] = b"w";
pub(super) const TOTAL: &[u8] = b"t";
pub(super) const LATENESS: &[u8] = b"h";
pub(super) const GROUPS: &[u8] = b"g";
const GROUP_LEN: usize = 9;

const MESSAGE_LEN: usize = 8;
const SCHEDULE_LEN: usize = 8;

fn key(tag: u8, len: usize) -> Vec<u8> {
    let mut key = Vec::with_capacity(1 + len);
    key.push(tag);
    key
}

fn push_message(key: &mut Vec<u8>, message: MessageId) {
    key.extend_from_slice(&message.command().0.to_be_bytes());
}

fn push_party(key: &mut Vec<u8>, party: &Party) {
    match party {
        Party::User(name) => key.extend_from_slice(name.as_str().as_bytes()),
        Party::Phone(phone) => write!(key, "{phone}").expect("a vector takes every write"),
    }
}

fn name_and(tag: u8, user: &UserName, rest: usize) -> Vec<u8> {
    let mut key = key(tag, user.as_str().len() + 1 + rest);
    key.extend_from_slice(user.as_str().as_bytes());
    key.push(0);
    key
}

/// Also what the keys of its deliveries begin with.
pub(super) fn message(message: MessageId) -> Vec<u8> {
    let mut key = key(b'd', MESSAGE_LEN);
    push_message(&mut key, message);
    key
}

pub(super) fn delivery(message: MessageId, to: &Party) -> Vec<u8> {
    let mut key = key(b'd', MESSAGE_LEN + 16);
    push_message(&mut key, message);
    push_party(&mut key, to);
    key
}

/// The recipient in a key that begins with [`message`].
pub(super) fn recipient(key: &[u8]) -> Option<Party> {
    text(key.get(1 + MESSAGE_LEN..)?)?.parse().ok()
}

pub(super) fn open_of(user: &UserName) -> Vec<u8> {
    name_and(b'i', user, MESSAGE_LEN)
}

pub(super) fn open(user: &UserName, message: MessageId) -> Vec<u8> {
    let mut key = open_of(user);
    push_message(&mut key, message);
    key
}

pub(super) fn talk_of(one: &Party, other: &Party) -> Vec<u8> {
    let mut key = key(b'c', 2 * (16 + 1) + MESSAGE_LEN);
    // In the order of their text, where a phone's `+` stands before every name.
    let (first, second) = match (one, other) {
        (Party::User(_), Party::Phone(_)) => (other, one),
        (Party::Phone(_), Party::User(_)) => (one, other),
        (Party::User(_), Party::User(_)) | (Party::Phone(_), Party::Phone(_)) => {
            (one.min(other), one.max(other))
        }
    };
    for party in [first, second] {
        push_party(&mut key, party);
        key.push(0);
    }
    key
}

pub(super) fn talk(one: &Party, other: &Party, message: MessageId) -> Vec<u8> {
    let mut key = talk_of(one, other);
    push_message(&mut key, message);
    key
}

/// The message at the end of a key of `open` or `talk`.
pub(super) fn last_message(key: &[u8]) -> Option<MessageId> {
    key.last_chunk::<MESSAGE_LEN>().map(|bytes| MessageId::of(CommandSeq(u64::from_be_bytes(*bytes))))
}

pub(super) fn conversations_of(user: &UserName) -> Vec<u8> {
    name_and(b'v', user, 16)
}

pub(super) fn conversation(user: &UserName, with: &Address) -> Vec<u8> {
    let mut key = conversations_of(user);
    write!(key, "{with}").expect("a vector takes every write");
    key
}

pub(super) fn user(name: &str) -> Vec<u8> {
    let mut key = key(b'u', name.len());
    key.extend_from_slice(name.as_bytes());
    key
}

pub(super) fn number(im: ImNumber) -> Vec<u8> {
    let mut key = key(b'n', 9);
    write!(key, "{im}").expect("a vector takes every write");
    key
}

pub(super) fn phone(phone: Phone) -> Vec<u8> {
    let mut key = key(b'p', 16);
    write!(key, "{phone}").expect("a vector takes every write");
    key
}

pub(super) fn contacts_of(user: &UserName) -> Vec<u8> {
    name_and(b'k', user, 16)
}

pub(super) fn contact(user: &UserName, who: &Party) -> Vec<u8> {
    let mut key = contacts_of(user);
    push_party(&mut key, who);
    key
}

pub(super) fn removals(user: &UserName) -> Vec<u8> {
    let mut key = key(b'r', user.as_str().len());
    key.extend_from_slice(user.as_str().as_bytes());
    key
}

pub(super) fn devices_of(user: &UserName) -> Vec<u8> {
    name_and(b'o', user, 16)
}

pub(super) fn device(user: &UserName, device: &DeviceName) -> Vec<u8> {
    let mut key = devices_of(user);
    key.extend_from_slice(device.as_str().as_bytes());
    key
}

fn numbered(tag: &[u8], numbers: &[u64]) -> Vec<u8> {
    let mut key = Vec::with_capacity(tag.len() + 8 * numbers.len());
    key.extend_from_slice(tag);
    numbers.iter().for_each(|number| key.extend_from_slice(&number.to_be_bytes()));
    key
}

pub(super) fn schedule(id: ScheduleId) -> Vec<u8> {
    numbered(SCHEDULES, &[id.command().0])
}

pub(super) fn course(id: ScheduleId) -> Vec<u8> {
    numbered(COURSES, &[id.command().0])
}

pub(super) fn schedules_of(user: &UserName) -> Vec<u8> {
    name_and(b'l', user, SCHEDULE_LEN)
}

pub(super) fn schedule_of(user: &UserName, id: ScheduleId) -> Vec<u8> {
    numbered(&schedules_of(user), &[id.command().0])
}

/// The schedule at the end of a key of `schedule`, `course` or `schedule_of`.
pub(super) fn last_schedule(key: &[u8]) -> Option<ScheduleId> {
    key.last_chunk::<SCHEDULE_LEN>().map(|bytes| ScheduleId::of(CommandSeq(u64::from_be_bytes(*bytes))))
}

pub(super) fn ended_of(id: ScheduleId) -> Vec<u8> {
    numbered(b"e", &[id.command().0])
}

pub(super) fn ended(id: ScheduleId, number: u64) -> Vec<u8> {
    numbered(b"e", &[id.command().0, number])
}

pub(super) fn fired(id: ScheduleId, zone: u64, name: OccurrenceName) -> Vec<u8> {
    let OccurrenceName { nominal, second } = name;
    numbered(b"f", &[id.command().0, zone, nominal.ms().cast_unsigned(), u64::from(second)])
}

pub(super) fn service() -> Vec<u8> {
    b"j".to_vec()
}

pub(super) fn lateness(le_ms: u64) -> Vec<u8> {
    numbered(LATENESS, &[le_ms])
}

pub(super) fn usage(user: &UserName) -> Vec<u8> {
    let mut key = key(b'q', user.as_str().len());
    key.extend_from_slice(user.as_str().as_bytes());
    key
}

/// As wide as the longest, so that groups sort by number.
pub(super) fn group_text(group: GroupNumber) -> String {
    format!("{:0>GROUP_LEN$}", group.to_string())
}

pub(super) fn group_at(text: &str) -> Option<GroupNumber> {
    text.trim_start_matches('0').parse().ok()
}

pub(super) fn group(group: GroupNumber) -> Vec<u8> {
    [GROUPS, group_text(group).as_bytes()].concat()
}

pub(super) fn members_of(group: GroupNumber) -> Vec<u8> {
    [b"m", group_text(group).as_bytes()].concat()
}

pub(super) fn member(group: GroupNumber, who: &Party) -> Vec<u8> {
    let mut key = members_of(group);
    push_party(&mut key, who);
    key
}

/// Who it is in a key of [`member`].
pub(super) fn member_of(key: &[u8]) -> Option<Party> {
    text(key.get(1 + GROUP_LEN..)?)?.parse().ok()
}

pub(super) fn talk_of_group(group: GroupNumber) -> Vec<u8> {
    [b"x", group_text(group).as_bytes()].concat()
}

pub(super) fn talk_in_group(group: GroupNumber, message: MessageId) -> Vec<u8> {
    let mut key = talk_of_group(group);
    push_message(&mut key, message);
    key
}

pub(super) fn sums(message: MessageId) -> Vec<u8> {
    let mut key = key(b'z', MESSAGE_LEN);
    push_message(&mut key, message);
    key
}

pub(super) fn groups_of(user: &UserName) -> Vec<u8> {
    name_and(b'y', user, GROUP_LEN)
}

pub(super) fn group_of(user: &UserName, group: GroupNumber) -> Vec<u8> {
    [groups_of(user), group_text(group).into_bytes()].concat()
}

pub(super) fn trail(id: &str, topic: Topic, seq: EventSeq) -> Vec<u8> {
    let mut key = key(b'a', id.len() + 2 + 8);
    key.extend_from_slice(id.as_bytes());
    key.extend_from_slice(&[0, topic.letter()]);
    key.extend_from_slice(&seq.0.to_be_bytes());
    key
}

/// The commit at the end of a key of [`trail`].
pub(super) fn last_seq(key: &[u8]) -> Option<EventSeq> {
    key.last_chunk::<8>().map(|bytes| EventSeq(u64::from_be_bytes(*bytes)))
}

pub(super) fn named_by_smsc(id: &str) -> Vec<u8> {
    let mut key = key(b'b', id.len());
    key.extend_from_slice(id.as_bytes());
    key
}

pub(super) fn day(day: Day) -> Vec<u8> {
    [b"D".as_slice(), &day.number().to_be_bytes()].concat()
}

/// The day in a key of [`day`].
pub(super) fn day_of(key: &[u8]) -> Option<Day> {
    let (_, number) = key.split_first()?;
    number.try_into().ok().map(|number| Day::from_number(u32::from_be_bytes(number)))
}

pub(super) fn text(bytes: &[u8]) -> Option<&str> {
    std::str::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_layout_is_pinned() {
        let user = |name: &str| name.parse::<UserName>().unwrap();
        let party = |text: &str| text.parse::<Party>().unwrap();
        let m42: MessageId = "m42".parse().unwrap();
        let s42: ScheduleId = "s42".parse().unwrap();
        for (made, want) in [
            (message(m42), "d\\x00\\x00\\x00\\x00\\x00\\x00\\x00*"),
            (delivery(m42, &party("bob")), "d\\x00\\x00\\x00\\x00\\x00\\x00\\x00*bob"),
            (delivery(m42, &party("+13800138000")), "d\\x00\\x00\\x00\\x00\\x00\\x00\\x00*+13800138000"),
            (open(&user("bob"), m42), "ibob\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00*"),
            (talk(&party("bob"), &party("al"), m42), "cal\\x00bob\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00*"),
            (talk_of(&party("al"), &party("+13800138000")), "c+13800138000\\x00al\\x00"),
            (conversation(&user("al"), &party("bob").into()), "val\\x00bob"),
            (super::user("bob"), "ubob"),
            (number("100001".parse().unwrap()), "n100001"),
            (phone("+13800138000".parse().unwrap()), "p+13800138000"),
            (contact(&user("al"), &party("bob")), "kal\\x00bob"),
            (removals(&user("al")), "ral"),
            (device(&user("al"), &"pc-1".parse().unwrap()), "oal\\x00pc-1"),
            (schedule(s42), "s\\x00\\x00\\x00\\x00\\x00\\x00\\x00*"),
            (course(s42), "w\\x00\\x00\\x00\\x00\\x00\\x00\\x00*"),
            (schedule_of(&user("al"), s42), "lal\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00*"),
            (ended(s42, 43), "e\\x00\\x00\\x00\\x00\\x00\\x00\\x00*\\x00\\x00\\x00\\x00\\x00\\x00\\x00+"),
            (
                fired(s42, 1, "1970-01-01T00:00:00.043/2".parse().unwrap()),
                "f\\x00\\x00\\x00\\x00\\x00\\x00\\x00*\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x01\\x00\\x00\\x00\\x00\\x00\\x00\\x00+\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x01",
            ),
            (trail("bob", Topic::Presence, EventSeq(42)), "abob\\x00p\\x00\\x00\\x00\\x00\\x00\\x00\\x00*"),
            (named_by_smsc("7F"), "b7F"),
            (lateness(42), "h\\x00\\x00\\x00\\x00\\x00\\x00\\x00*"),
            (usage(&user("al")), "qal"),
            (day(Day::from_number(42)), "D\\x00\\x00\\x00*"),
            (group("3001".parse().unwrap()), "g000003001"),
            (member("3001".parse().unwrap(), &party("bob")), "m000003001bob"),
            (group_of(&user("al"), "3001".parse().unwrap()), "yal\\x00000003001"),
        ] {
            assert_eq!(made.escape_ascii().to_string(), want);
        }
    }

    #[test]
    fn a_key_gives_back_what_it_was_made_of() {
        let m42: MessageId = "m42".parse().unwrap();
        for name in ["bob", "+13800138000"] {
            let party: Party = name.parse().unwrap();
            assert_eq!(recipient(&delivery(m42, &party)), Some(party.clone()));
            assert_eq!(last_message(&talk(&party, &"al".parse().unwrap(), m42)), Some(m42));
        }
        assert_eq!(recipient(&message(m42)), None);
        let s42: ScheduleId = "s42".parse().unwrap();
        assert_eq!(last_schedule(&schedule_of(&"al".parse().unwrap(), s42)), Some(s42));
    }
}
