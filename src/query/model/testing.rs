//! Commits made by hand, and a story of them that touches every kind of row.

use super::Model;
use crate::log::{Fault, Record};
use crate::rules::attempt::Adapter;
use crate::rules::identity::{Profile, UserChanges, UserDetails};
use crate::rules::message::Route;
use crate::rules::message::{Accepted, FilterReason, RouteReason, Routed};
use crate::rules::presence::OfflineReason;
use crate::rules::presence::{DeviceClass, Encoding};
use crate::rules::{Channel, Commit, Fact, Part, Sender, contacts, identity, message, presence};
use crate::wire::commit;
use crate::words::{Author, CommandSeq, EventSeq, Instant, MessageId, Party, UserName};

pub(in crate::query) fn user(name: &str) -> UserName {
    name.parse().unwrap()
}

pub(in crate::query) fn party(text: &str) -> Party {
    text.parse().unwrap()
}

pub(in crate::query) fn id(text: &str) -> MessageId {
    text.parse().unwrap()
}

/// A record of EVENTS.
pub(in crate::query) fn record(seq: u64, payload: Vec<u8>) -> Record {
    Record::appended(seq, payload)
}

impl Model {
    /// Takes in commits as they would be read from the log.
    pub(in crate::query) fn apply(&self, commits: &[(EventSeq, Commit)]) -> Result<(), Fault> {
        let records = commits.iter().map(|(seq, made)| record(seq.0, commit::encode(made)));
        self.take(&records.collect::<Vec<_>>())
    }
}

/// Commits in the order of these decisions, from 1; one second apart.
pub(in crate::query) fn commits(decisions: Vec<Vec<Fact>>) -> Vec<(EventSeq, Commit)> {
    let commit = |(seq, facts): (u64, Vec<Fact>)| {
        let at = Instant::from_unix_ms(i64::try_from(seq).unwrap() * 1_000);
        let by = Sender::Part(Part::Admin);
        (EventSeq(seq), Commit { command: CommandSeq(seq), at, by, part: 0, parts: 1, intent: None, facts })
    };
    (1..).zip(decisions).map(commit).collect()
}

pub(in crate::query) fn registered(name: &str, index: usize, phone: Option<&str>) -> Fact {
    let phone = phone.map(|phone| phone.parse().unwrap());
    let details = UserDetails { phone, day: Some(50), ..UserDetails::default() };
    Fact::from(identity::Registered {
        user: user(name),
        im: crate::words::ImNumber::of_index(index).unwrap(),
        details,
    })
}

pub(in crate::query) fn accepted(message: &str, from: &str, to: &[&str]) -> Fact {
    Fact::from(Accepted {
        message: id(message),
        from: Author::User(user(from)),
        charged: None,
        group: None,
        to: to.iter().map(|to| party(to)).collect(),
        text: Some("on my way".into()),
        parts: None,
        route: Route::Auto,
        body: None,
        expires: None,
        day: None,
        counts: None,
        in_name: None,
        app: None,
        code_for: None,
        aside: None,
    })
}

pub(in crate::query) fn routed(message: &str, to: &str, channel: Channel, because: RouteReason) -> Fact {
    let (message, to) = (id(message), party(to));
    Fact::from(Routed { message, to, channel, because, seen: None, body: None, encoding: None, place: None })
}

pub(in crate::query) fn delivered(message: &str, to: &str) -> Fact {
    Fact::from(message::Delivered {
        message: id(message),
        to: party(to),
        from: None,
        encoding: None,
        group: None,
    })
}

pub(in crate::query) fn read(message: &str, to: &str) -> Fact {
    Fact::from(message::WasRead {
        message: id(message),
        to: party(to),
        from: None,
        encoding: None,
        group: None,
    })
}

pub(in crate::query) fn filtered(message: &str, to: &str) -> Fact {
    Fact::from(message::Filtered {
        message: id(message),
        to: party(to),
        reason: FilterReason::Blocked,
        from: None,
        encoding: None,
        group: None,
    })
}

pub(in crate::query) fn recalled(message: &str, to: &str) -> Fact {
    Fact::from(message::Recalled {
        message: id(message),
        to: party(to),
        from: None,
        encoding: None,
        group: None,
        to_encoding: None,
    })
}

pub(in crate::query) fn expired(message: &str, to: &str) -> Fact {
    Fact::from(message::Expired {
        message: id(message),
        to: party(to),
        from: None,
        encoding: None,
        group: None,
    })
}

pub(in crate::query) fn online(name: &str, device: &str) -> Fact {
    let (class, encoding) = (DeviceClass::Pc, Encoding::Json);
    Fact::from(presence::CameOnline {
        user: user(name),
        device: device.parse().unwrap(),
        class,
        lease_ms: 45_000,
        encoding,
    })
}

pub(in crate::query) fn offline(name: &str, device: &str) -> Fact {
    Fact::from(presence::WentOffline {
        user: user(name),
        device: device.parse().unwrap(),
        because: OfflineReason::Lapsed,
    })
}

pub(in crate::query) fn contact(name: &str, who: &str) -> Fact {
    Fact::from(contacts::Added { user: user(name), who: party(who), alias: Some(format!("my {who}")) })
}

pub(in crate::query) fn blocked(name: &str, who: &str) -> Fact {
    Fact::from(contacts::Blocked { user: user(name), who: party(who) })
}

pub(in crate::query) const PHONE: &str = "+13800138000";

/// alice, bob (whose phone is PHONE), carol and dave (suspended); the last of them shows a mood.
pub(in crate::query) fn people() -> Vec<Fact> {
    let profile = Profile { mood: Some("calm".to_owned()), ..Profile::default() };
    vec![
        registered("alice", 0, None),
        registered("bob", 1, Some(PHONE)),
        registered("carol", 2, None),
        registered("dave", 3, None),
        Fact::from(identity::Suspended { user: user("dave") }),
        Fact::from(identity::ProfileSet { user: user("dave"), profile }),
    ]
}

fn own_mailbox() -> UserChanges {
    let limits = identity::LimitChanges { mailbox: Some(Some(7)), ..Default::default() };
    UserChanges { limits: Some(limits), ..UserChanges::default() }
}

pub(in crate::query) fn story() -> Vec<(EventSeq, Commit)> {
    commits(vec![
        people(),
        vec![contact("alice", "bob"), contact("alice", "dave"), contact("alice", "+19998887777")],
        vec![online("bob", "pc-1"), online("carol", "pc")],
        vec![accepted("m4", "alice", &["bob"]), routed("m4", "bob", Channel::Live, RouteReason::PcOnline)],
        vec![delivered("m4", "bob")],
        vec![
            accepted("m6", "alice", &["bob", "carol", "+19998887777"]),
            routed("m6", "bob", Channel::Live, RouteReason::PcOnline),
            filtered("m6", "carol"),
            routed("m6", "+19998887777", Channel::By(Adapter::Sms), RouteReason::NotRegistered),
        ],
        vec![read("m4", "bob"), read("m4", "carol"), read("m3", "bob")],
        vec![offline("carol", "pc"), online("bob", "pc-1")],
        vec![accepted("m9", "bob", &["alice"]), routed("m9", "alice", Channel::None, RouteReason::NoPhone)],
        vec![routed("m6", "bob", Channel::By(Adapter::Sms), RouteReason::NotConfirmed)],
        vec![blocked("bob", "alice"), blocked("alice", "carol")],
        vec![
            accepted("m12", "alice", &["bob"]),
            routed("m12", "bob", Channel::Pull, RouteReason::PullOnline),
        ],
        vec![recalled("m12", "bob"), routed("m12", "bob", Channel::Live, RouteReason::CameOnline)],
        vec![accepted("m14", "bob", &["alice"]), routed("m14", "alice", Channel::None, RouteReason::NoPhone)],
        vec![expired("m14", "alice"), delivered("m14", "alice")],
        vec![Fact::from(contacts::Removed { user: user("alice"), who: party("dave") })],
        vec![
            Fact::from(identity::PreferenceSet { user: user("carol"), sms: Some(false), findable: None }),
            Fact::from(identity::Resumed { user: user("dave") }),
            Fact::from(identity::Changed { user: user("dave"), details: own_mailbox() }),
        ],
    ])
}
