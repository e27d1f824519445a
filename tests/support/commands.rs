//! Random commands of a small world, right ones and wrong ones, and payloads bent by a hostile or broken client.

use std::fmt;
use std::num::NonZeroU32;

use homing::rules::Timer;
use homing::rules::attempt::Adapter;
use homing::rules::identity::{
    GiveCode, LimitChanges, Register, SetPassword, SetPreference, SetProfile, SetUser, Switch, TryCode,
};
use homing::rules::message::{AsGroup, Blob, Confirm, MessagePart, Recall, Route, Send, Sweep};
use homing::rules::presence::{DeviceClass, Encoding, Lapsed, Offline, Online};
use homing::rules::quota::Counts;
use homing::rules::{Command, contacts, identity, message, presence, timer};
use homing::wire::{command, subjects};
use homing::words::{
    Address, CommandSeq, DeviceName, EventSeq, Instant, MessageId, Nkey, Phone, Span, UserName,
};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;

/// Commands in one sequence; the ids, commits and deadlines below lie in its reach.
pub const COMMANDS_LEN_MAX: usize = 60;
/// When the first command comes.
pub const START_MS: i64 = 1_796_115_600_000;

/// The first two are registered before anything else happens.
pub(super) const USERS: [&str; 4] = ["alice", "bob", "carol", "dave"];
pub(super) const PHONES: [&str; 3] = ["+8613800138000", "+447700900001", "+447700900002"];
const STRANGERS: [&str; 5] = ["eve", "999999", "#3001", "100001", "100003"];
const SENDERS: [&str; 7] = ["_admin", "_clock", "_lease", "_sms", "_unknown", "Alice", "eve"];

/// A command as it is published, and the time that passed since the one before.
#[derive(Clone)]
pub struct Wish {
    pub subject: String,
    pub payload: Vec<u8>,
    pub after_ms: i64,
}

impl fmt::Debug for Wish {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Wish { subject, payload, after_ms } = self;
        write!(f, "{after_ms} ms later {subject} {:?}", String::from_utf8_lossy(payload))
    }
}

/// One command: mostly from whom it may come, mostly well formed.
pub fn wish() -> impl Strategy<Value = Wish> {
    let encoding = prop_oneof![Just(Encoding::Json), Just(Encoding::Msgpack)];
    let wrong_sender = option::weighted(0.05, select(&SENDERS[..]));
    (spoken(), encoding, wrong_sender, pause(), option::weighted(0.05, bends())).prop_map(
        |((by, command), encoding, wrong_sender, after_ms, bent)| {
            let mut payload = command::encode(&command, encoding);
            bent.iter().flatten().for_each(|bend| bend.apply(&mut payload));
            let by = wrong_sender.unwrap_or(by);
            Wish { subject: subjects::command(by, command.verb()), payload, after_ms }
        },
    )
}

/// Mostly moments; sometimes so long that deadlines pass and ids are forgotten.
fn pause() -> impl Strategy<Value = i64> {
    prop_oneof![8 => 0..3_000_i64, 2 => 60_000..7_200_000_i64, 1 => Just(8 * 86_400_000_i64)]
}

/// Whose command, and what it says.
pub fn spoken() -> BoxedStrategy<(&'static str, Command)> {
    let user = || select(&USERS[..]);
    prop_oneof![
        3 => admin().prop_map(|command| ("_admin", command)),
        4 => (user(), about_oneself()),
        6 => (user(), online_or_offline()),
        9 => (user(), send().prop_map(Command::from)),
        6 => (user(), about_messages()),
        1 => lapsed().prop_map(|command| ("_lease", command)),
        2 => tried().prop_map(|command| ("_gate", Command::from(command))),
        6 => (user(), super::schedule_commands::schedules()),
        7 => (user(), super::group_commands::groups()),
        3 => (user(), super::group_commands::to_a_group().prop_map(Command::from)),
        2 => (user(), super::guest_commands::invites()),
        3 => super::guest_commands::answers().prop_map(|command| ("_sms", command)),
        1 => super::guest_commands::of_the_service().prop_map(|command| ("_admin", command)),
        3 => timer_fired().prop_map(|command| ("_clock", command)),
        1 => Just(("_clock", Command::from(Sweep {}))),
        8 => super::sms_commands::sms().prop_map(|command| ("_sms", command)),
        1 => super::sms_commands::sms().prop_map(|command| ("_mms", command)),
    ]
    .boxed()
}

fn admin() -> impl Strategy<Value = Command> {
    prop_oneof![
        3 => details().prop_map(Command::from),
        2 => changes().prop_map(Command::from),
        1 => user_name().prop_map(|name| Command::from(identity::Suspend { name })),
        2 => user_name().prop_map(|name| Command::from(identity::Resume { name })),
        3 => (user_name(), hash()).prop_map(|(name, secret)| Command::from(GiveCode { name, secret })),
    ]
}

/// One, or none at all.
fn hash() -> impl Strategy<Value = String> {
    r"\$argon2id\$[a-z]{0,2}|[a-z]{0,8}"
}

/// A login by a code, which one of the commands before may have given.
fn tried() -> impl Strategy<Value = TryCode> {
    let number = (4..30_u64).prop_map(CommandSeq);
    (user_name(), number, option::of(any::<u64>())).prop_map(|(name, number, login)| TryCode {
        name,
        number,
        login,
    })
}

fn details() -> impl Strategy<Value = Register> {
    let zone = option::weighted(0.2, select(&["Europe/London", "no zone"][..]));
    let quota = || option::weighted(0.2, 0..3_u32);
    let secret = option::weighted(0.2, hash());
    let access = option::weighted(0.2, select(&["user", "operator", "app:07"][..]));
    let nkey = option::weighted(0.2, (0..3_u8).prop_map(nkey));
    (user_name(), option::of(phone()), (secret, nkey), zone, quota(), quota(), access).prop_map(
        |(name, phone, (secret, nkey), zone, day, month, access)| {
            let (zone, access) = (zone.map(str::to_owned), access.and_then(|access| access.parse().ok()));
            Register { phone, secret, nkey, access, zone, day, month, ..Register::named(name) }
        },
    )
}

/// A few: two want the same one now and then.
fn nkey(number: u8) -> Nkey {
    let pair = nkeys::KeyPair::new_from_raw(nkeys::KeyPairType::User, [number; 32]).expect("a key");
    pair.public_key().parse().expect("a public key")
}

fn changes() -> impl Strategy<Value = SetUser> {
    let taken_away = || option::weighted(0.1, Just(None));
    let (no_phone, no_nkey) = (option::weighted(0.1, Just(None)), option::weighted(0.1, Just(None)));
    let limits = option::weighted(0.4, limit_changes());
    (details(), taken_away(), taken_away(), no_phone, no_nkey, limits).prop_map(
        |(details, no_day, no_month, no_phone, no_nkey, limits)| {
            let Register { name, phone, secret, nkey, access, zone, day, month } = details;
            let nkey = no_nkey.or(nkey.map(Some));
            let (day, month) = (no_day.or(day.map(Some)), no_month.or(month.map(Some)));
            let phone = no_phone.or(phone.map(Some));
            SetUser { phone, secret, nkey, access, zone, day, month, limits, ..SetUser::of(name) }
        },
    )
}

/// Limits so small that they are hit.
pub(super) fn limit_changes() -> impl Strategy<Value = LimitChanges> {
    fn own<T: Clone + std::fmt::Debug + 'static>(
        own: impl Strategy<Value = T>,
    ) -> impl Strategy<Value = Option<Option<T>>> {
        option::of(option::weighted(0.8, own))
    }
    let span = select(&[0, 1_000, 3_600_000][..]).prop_map(Span::from_ms);
    let per_s = || (1..3_u32).prop_map(|n| NonZeroU32::new(n).expect("it is not zero"));
    let ids = (40..400_u32).prop_map(|n| NonZeroU32::new(n).expect("it is not zero"));
    (own(0..4_u32), own(span), own(per_s()), own(per_s()), own(select(Counts::ALL)), own(ids)).prop_map(
        |(mailbox, expires_in, recipients_per_s, bytes_per_s, counts, ids_bytes)| LimitChanges {
            mailbox,
            expires_in,
            recipients_per_s,
            bytes_per_s,
            counts,
            ids_bytes,
        },
    )
}

fn about_oneself() -> impl Strategy<Value = Command> {
    let text = || option::of("[a-zäöü ]{0,6}");
    let switch = || prop_oneof![Just(Switch::On), Just(Switch::Off)];
    let preference = (option::weighted(0.8, switch()), option::weighted(0.3, switch()))
        .prop_map(|(sms, findable)| Command::from(SetPreference { sms, findable, group: None }));
    prop_oneof![
        (text(), text(), text()).prop_map(|(nickname, mood, picture)| Command::from(SetProfile {
            nickname,
            mood,
            picture
        })),
        preference,
        (address(), text()).prop_map(|(who, alias)| Command::from(contacts::Add { who, alias })),
        address().prop_map(|who| Command::from(contacts::Remove { who })),
        address().prop_map(|who| Command::from(contacts::Block { who })),
        hash().prop_map(|secret| Command::from(SetPassword { secret })),
    ]
}

fn online_or_offline() -> impl Strategy<Value = Command> {
    let class = prop_oneof![2 => Just(DeviceClass::Pc), 1 => Just(DeviceClass::Pull)];
    let lease = prop_oneof![6 => Just(Span::from_secs(45)), 1 => Just(Span::from_ms(0))];
    prop_oneof![
        2 => (device(), class, lease)
            .prop_map(|(device, class, lease)| Command::from(Online { device, class, lease })),
        1 => device().prop_map(|device| Command::from(Offline { device })),
    ]
}

pub(super) fn send() -> impl Strategy<Value = Send> {
    let to = prop_oneof![30 => vec(address(), 1..4), 1 => Just(Vec::new())];
    let body = prop_oneof![
        12 => "[a-z你好 ]{1,8}".prop_map(|text| (Some(text), None)),
        3 => vec(part(), 0..3).prop_map(|parts| (None, Some(parts))),
        1 => Just((None, None)),
    ];
    let route = prop_oneof![5 => Just(Route::Auto), 2 => Just(Route::Im), 2 => select(Adapter::ALL).prop_map(Route::By)];
    let id = option::weighted(0.4, select(&["k1", "k2", "k3", ""][..]).prop_map(str::to_owned));
    let deadline = || {
        let span = select(&[0, 1_000, 60_000, 3_600_000, 9_000 * 86_400_000][..]).prop_map(Span::from_ms);
        option::weighted(0.3, span)
    };
    let unserved = option::weighted(0.02, Just(AsGroup::Group("3001".parse().expect("a group number"))));
    (to, body, route, id, deadline(), deadline(), unserved).prop_map(
        |(to, (text, parts), route, id, expires_in, escalate_after, as_group)| Send {
            to,
            text: text.map(Into::into),
            parts: parts.map(Into::into),
            route,
            id,
            expires_in,
            escalate_after,
            reminder_after: None,
            as_group,
            with_header: None,
        },
    )
}

fn part() -> impl Strategy<Value = MessagePart> {
    (option::of("[a-z]{1,4}"), vec(any::<u8>(), 0..9)).prop_map(|(name, data)| MessagePart {
        media: "image/png".to_owned(),
        name,
        data: Blob(data),
    })
}

fn about_messages() -> impl Strategy<Value = Command> {
    let one = || message().prop_map(|message| Confirm { message: Some(message), messages: None });
    let many =
        || vec(message(), 0..12).prop_map(|messages| Confirm { message: None, messages: Some(messages) });
    let named = || prop_oneof![4 => one(), 8 => many(), 1 => Just(Confirm::default())];
    prop_oneof![
        3 => named().prop_map(|named| message::Received(named).into()),
        2 => named().prop_map(|named| message::Read(named).into()),
        3 => message().prop_map(|message| Command::from(Recall { message, id: None })),
    ]
}

fn lapsed() -> impl Strategy<Value = Command> {
    let since = (2..16_u64).prop_map(EventSeq);
    (user_name(), device(), since)
        .prop_map(|(user, device, since)| Command::from(Lapsed { user, device, since }))
}

fn timer_fired() -> impl Strategy<Value = Command> {
    let occur = super::schedule_commands::schedule().prop_map(Timer::Occur);
    let timer = prop_oneof![message().prop_map(Timer::Expire), message().prop_map(Timer::Escalate), occur];
    let due = prop_oneof![3 => Just(START_MS), 1 => Just(i64::MAX)].prop_map(Instant::from_unix_ms);
    (timer, due).prop_map(|(timer, due)| Command::from(timer::Fired { timer, due }))
}

pub(super) fn message() -> impl Strategy<Value = MessageId> {
    // Low ones exist in most sequences, others in long ones or not at all.
    prop_oneof![2 => 4..16_u64, 1 => 1..=COMMANDS_LEN_MAX as u64]
        .prop_map(|seq| MessageId::of(CommandSeq(seq)))
}

pub(super) fn user_name() -> impl Strategy<Value = UserName> {
    select(&USERS[..]).prop_map(|name| name.parse().expect("a name"))
}

fn device() -> impl Strategy<Value = DeviceName> {
    select(&["pc", "phone"][..]).prop_map(|name| name.parse().expect("a name"))
}

pub(super) fn phone() -> impl Strategy<Value = Phone> {
    select(&PHONES[..]).prop_map(|phone| phone.parse().expect("a phone"))
}

pub(super) fn address() -> impl Strategy<Value = Address> {
    prop_oneof![12 => select(&USERS[..]), 4 => select(&PHONES[..]), 1 => select(&STRANGERS[..])]
        .prop_map(|address| address.parse().expect("an address"))
}

/// One thing done to a payload. Places are taken modulo its length.
#[derive(Debug, Clone)]
pub enum Bend {
    Flip { place: usize, bit: u32 },
    Cut { place: usize },
    CutFront { place: usize },
    Insert { place: usize, bytes: Vec<u8> },
    Repeat { place: usize, len: usize },
}

impl Bend {
    pub fn apply(&self, payload: &mut Vec<u8>) {
        let at = |place: usize| place % (payload.len() + 1);
        match self {
            Bend::Flip { place, bit } => {
                let at = at(*place);
                payload.get_mut(at).into_iter().for_each(|byte| *byte ^= 1 << (bit % 8));
            }
            Bend::Cut { place } => payload.truncate(at(*place)),
            Bend::CutFront { place } => drop(payload.drain(..at(*place))),
            Bend::Insert { place, bytes } => {
                let at = at(*place);
                drop(payload.splice(at..at, bytes.iter().copied()));
            }
            Bend::Repeat { place, len } => {
                let at = at(*place);
                let again: Vec<u8> = payload.iter().skip(at).take(*len).copied().collect();
                drop(payload.splice(at..at, again));
            }
        }
    }
}

/// What claims to be large: bin 32, str 32, array 32, map 32, ext 32 with four times 0xff, and their smaller kin.
const HEADS: [&[u8]; 9] = [
    &[0xc6, 0xff, 0xff, 0xff, 0xff],
    &[0xdb, 0xff, 0xff, 0xff, 0xff],
    &[0xdd, 0xff, 0xff, 0xff, 0xff],
    &[0xdf, 0xff, 0xff, 0xff, 0xff],
    &[0xc9, 0xff, 0xff, 0xff, 0xff, 0x01],
    &[0xdc, 0xff, 0xff],
    &[0xde, 0xff, 0xff],
    &[0xd9, 0xff],
    &[0xc1],
];
const TEXTS: [&[u8]; 10] =
    [b"{", b"[", b"\"", b"null", b"1e999", b"-0", b"\\ud800", b"\xff\xfe", b"\0", b",\"colour\":\"red\""];

/// One to four bends.
pub fn bends() -> impl Strategy<Value = Vec<Bend>> {
    vec(bend(), 1..5)
}

fn bend() -> impl Strategy<Value = Bend> {
    let place = || 0..4_096_usize;
    let bytes = prop_oneof![
        select(&HEADS[..]).prop_map(<[u8]>::to_vec),
        select(&TEXTS[..]).prop_map(<[u8]>::to_vec),
        vec(any::<u8>(), 1..5),
    ];
    prop_oneof![
        4 => (place(), 0..8_u32).prop_map(|(place, bit)| Bend::Flip { place, bit }),
        1 => place().prop_map(|place| Bend::Cut { place }),
        1 => place().prop_map(|place| Bend::CutFront { place }),
        4 => (place(), bytes).prop_map(|(place, bytes)| Bend::Insert { place, bytes }),
        1 => (place(), 1..64_usize).prop_map(|(place, len)| Bend::Repeat { place, len }),
    ]
}
