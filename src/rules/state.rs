//! The decider's memory: who is registered, who is online, what is open. What is final leaves it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_with::skip_serializing_none;

use super::intent::Intents;
use super::message::{Mailbox, OpenMessage};
use super::pages::{Row, Table};
use super::presence::Device;
use super::{
    Commit, Fact, Kept, Stamp, attempt, contacts, group, identity, message, phone, presence, quota, schedule,
    service, timer,
};
use crate::words::{
    Address, CommandSeq, EventSeq, GroupNumber, ImNumber, Instant, MessageId, Party, Phone, ScheduleId,
    UserName, Zone,
};

/// A user's place in the order of registration. Four bytes where a name would take sixteen and an allocation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub(super) struct Uid(u32);

/// All that decisions are made from. What [`State::index`] does not fill is in shared pages, or small.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct State {
    /// The last command decided.
    pub(super) command: CommandSeq,
    /// The commit that answered it.
    pub(super) commit: EventSeq,
    pub(super) users: Row<User>,
    #[serde(skip)]
    pub(super) names: BTreeMap<UserName, Uid>,
    #[serde(skip)]
    pub(super) phones: BTreeMap<Phone, Uid>,
    /// Stamps of the nkeys that are somebody's.
    #[serde(skip)]
    pub(super) nkeys: BTreeMap<Stamp, Uid>,
    pub(super) messages: Table<MessageId, OpenMessage>,
    /// Of these, those whose deadline no timer watches: the oldest expire first.
    #[serde(skip)]
    pub(super) undated: BTreeSet<MessageId>,
    /// Those with an occurrence ahead.
    pub(super) schedules: Table<ScheduleId, Box<schedule::Schedule>>,
    pub(super) groups: Table<GroupNumber, Box<group::Group>>,
    /// How many there have ever been: a number is given once.
    pub(super) groups_made: u32,
    #[serde(skip)]
    pub(super) seats: group::Seats,
    /// Phones without an account that groups have asked within seven days.
    pub(super) asked_phones: group::AskedPhones,
    pub(super) intents: Intents,
    /// Phones that wish no SMS, whoever's they are.
    pub(super) phones_off: Table<Phone, ()>,
    /// Of the open deliveries by SMS, the long ones.
    pub(super) segments: Table<(MessageId, Party), attempt::Segments>,
    /// Of the open deliveries by SMS, those that had a receipt.
    pub(super) said: Table<(MessageId, Party), attempt::Said>,
    pub(super) answered: phone::Answered,
    /// To phones that nobody has registered.
    pub(super) invitations: contacts::Invitations,
    /// What an operator has set for all who write by SMS. Shared by copies: it changes hardly ever.
    pub(super) service: Arc<service::Service>,
    /// Of the open deliveries, those with a grant and without a result: which grant.
    pub(super) grants: Table<(MessageId, Party), u64>,
}

/// One registered person. What is as it is for most is not written down: of a million it would be half of a snapshot.
#[skip_serializing_none]
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct User {
    pub(super) name: UserName,
    pub(super) phone: Option<Phone>,
    pub(super) zone: Option<Zone>,
    pub(super) day: Option<u32>,
    pub(super) month: Option<u32>,
    #[serde(default, skip_serializing_if = "quota::Usage::is_none")]
    pub(super) usage: quota::Usage,
    #[serde(default, skip_serializing_if = "quota::Pace::is_full")]
    pub(super) pace: quota::Pace,
    /// None of whom has used no id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) ids: Option<Box<quota::IdsUsed>>,
    /// None where it has what everybody has.
    pub(super) limits: Option<Box<identity::Limits>>,
    /// None of whom nobody gave any.
    pub(super) credentials: Option<Box<identity::Credentials>>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(super) suspended: bool,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(super) sms_off: bool,
    /// Whether their phone tells others who they are.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(super) findable: bool,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) devices: Vec<Device>,
    pub(super) contacts: Option<Box<contacts::Contacts>>,
    #[serde(default, skip_serializing_if = "Mailbox::is_empty")]
    pub(super) mailbox: Mailbox,
}

impl User {
    pub(super) fn nkey(&self) -> Option<Stamp> {
        self.credentials.as_deref()?.nkey()
    }

    pub(super) fn limits(&self) -> identity::Limits {
        self.limits.as_deref().copied().unwrap_or_default()
    }
}

impl State {
    /// The last command that this state has decided, and the commit it stands at.
    pub fn position(&self) -> (CommandSeq, EventSeq) {
        (self.command, self.commit)
    }

    pub fn users_len(&self) -> usize {
        self.users.len()
    }

    pub fn groups_len(&self) -> usize {
        self.groups.len()
    }

    /// How many things are kept, each of them a few hundred bytes.
    pub fn kept_len(&self) -> u64 {
        (self.users.len() + self.messages.len() + self.schedules.len() + self.groups.len()) as u64
    }

    /// What was answered under an id, where that is in memory; else it is to be looked for where the older ones are kept.
    pub fn latest_of_id(&self, key: &Stamp) -> Option<&Kept> {
        self.intents.among_latest(key)
    }

    pub fn open_messages_len(&self) -> usize {
        self.messages.len()
    }

    /// Fills the tables that are derived from the rest, after a snapshot was read.
    pub fn index(&mut self) {
        self.answered.index();
        self.invitations.index();
        self.asked_phones.index();
        let undated = self.messages.iter().filter(|(_, open)| open.undated);
        self.undated = undated.map(|(message, _)| *message).collect();
        let users = || (0..).map(Uid).zip(self.users.iter());
        self.names = users().map(|(uid, user)| (user.name.clone(), uid)).collect();
        self.phones = users().filter_map(|(uid, user)| Some((user.phone?, uid))).collect();
        self.nkeys = users().filter_map(|(uid, user)| Some((user.nkey()?, uid))).collect();
        self.seats = group::seats(&self.groups);
    }

    /// A copy to be written down elsewhere while this one goes on: what [`State::index`] fills is left out of it.
    pub fn to_keep(&self) -> State {
        let State { command, commit, users, messages, schedules, intents, phones_off, .. } = self;
        let State { groups, groups_made, segments, said, answered, invitations, service, grants, .. } = self;
        State {
            command: *command,
            commit: *commit,
            users: users.clone(),
            messages: messages.clone(),
            schedules: schedules.clone(),
            groups: groups.clone(),
            groups_made: *groups_made,
            intents: intents.clone(),
            phones_off: phones_off.clone(),
            segments: segments.clone(),
            said: said.clone(),
            answered: answered.to_keep(),
            invitations: invitations.to_keep(),
            service: Arc::clone(service),
            grants: grants.clone(),
            names: BTreeMap::new(),
            phones: BTreeMap::new(),
            nkeys: BTreeMap::new(),
            undated: BTreeSet::new(),
            seats: group::Seats::new(),
            asked_phones: self.asked_phones.to_keep(),
        }
    }

    /// The names of the tables in which another state differs from this one.
    pub fn differing(&self, other: &State) -> Vec<&'static str> {
        let State { command, commit, users, messages, schedules, groups, groups_made, intents, .. } = self;
        let State { phones_off, segments, said, answered, invitations, service, grants, .. } = self;
        let State { names, phones, nkeys, undated, seats, asked_phones, .. } = self;
        let equal = [
            ("command", *command == other.command),
            ("commit", *commit == other.commit),
            ("users", *users == other.users),
            ("names", *names == other.names),
            ("phones", *phones == other.phones),
            ("nkeys", *nkeys == other.nkeys),
            ("messages", *messages == other.messages),
            ("undated", *undated == other.undated),
            ("schedules", *schedules == other.schedules),
            ("groups", *groups == other.groups),
            ("groups_made", *groups_made == other.groups_made),
            ("seats", *seats == other.seats),
            ("asked_phones", *asked_phones == other.asked_phones),
            ("intents", *intents == other.intents),
            ("phones_off", *phones_off == other.phones_off),
            ("segments", *segments == other.segments),
            ("said", *said == other.said),
            ("answered", *answered == other.answered),
            ("invitations", *invitations == other.invitations),
            ("service", *service == other.service),
            ("grants", *grants == other.grants),
        ];
        equal.into_iter().filter(|(_, equal)| !equal).map(|(name, _)| name).collect()
    }

    /// Takes in a whole decision: all parts of it, which stand in EVENTS one behind the other from `at` on.
    pub fn evolve(&mut self, parts: &[Commit], at: EventSeq) {
        let places: Vec<EventSeq> = (at.0..).take(parts.len()).map(EventSeq).collect();
        self.evolve_at(parts, &places);
    }

    /// The same, where each part has its place: between two of them somebody else's record may stand.
    pub fn evolve_at(&mut self, parts: &[Commit], places: &[EventSeq]) {
        let (Some(first), Some(last)) = (parts.first(), places.last()) else { return };
        let now = parts.iter().map(Commit::now).fold(first.at, Instant::max);
        for (part, at) in parts.iter().zip(places) {
            for fact in &part.facts {
                self.take(fact, *at, now);
                quota::paced(self, &part.by, fact, part.at);
            }
        }
        if let Some((key, kept)) = first.kept() {
            quota::count_ids(self, &first.by, &kept);
            self.intents.keep(key, kept);
        } else if let Some(mark) = &first.intent {
            self.intents.keep_of_part(&first.by, &mark.id, first.at);
        }
        self.command = first.command;
        self.commit = *last;
    }

    fn take(&mut self, fact: &Fact, at: EventSeq, now: Instant) {
        match fact {
            // It changed nothing.
            Fact::Refusal(_) => {}
            Fact::Identity(fact) => identity::evolve(self, fact),
            Fact::Contacts(fact) => contacts::evolve(self, fact, now),
            Fact::Presence(fact) => presence::evolve(self, fact, at),
            Fact::Message(fact) => message::evolve(self, fact, at, now),
            Fact::Group(fact) => group::evolve(self, fact, now),
            Fact::Schedule(fact) => schedule::evolve(self, fact, at, now),
            Fact::Attempt(fact) => attempt::evolve(self, fact),
            Fact::Phone(fact) => phone::evolve(self, fact),
            Fact::Service(fact) => service::evolve(self, fact),
            Fact::Timer(fact) => timer::evolve(self, fact),
        }
    }

    pub(super) fn add_user(&mut self, user: User) {
        let Ok(uid) = u32::try_from(self.users.len()).map(Uid) else { return };
        self.names.insert(user.name.clone(), uid);
        if let Some(phone) = user.phone {
            self.phones.insert(phone, uid);
        }
        self.nkeys.extend(user.nkey().map(|nkey| (nkey, uid)));
        self.users.push(user);
    }

    pub(super) fn uid(&self, name: &UserName) -> Option<Uid> {
        self.names.get(name).copied()
    }

    /// That of whoever is registered next; none when the plan is used up.
    pub(super) fn next_im(&self) -> Option<ImNumber> {
        ImNumber::of_index(self.users.len())
    }

    pub(super) fn im(&self, name: &UserName) -> Option<ImNumber> {
        ImNumber::of_index(self.uid(name)?.0 as usize)
    }

    pub(super) fn uid_by_phone(&self, phone: Phone) -> Option<Uid> {
        self.phones.get(&phone).copied()
    }

    pub(super) fn uid_by_im(&self, number: ImNumber) -> Option<Uid> {
        let index = number.index().filter(|index| *index < self.users.len())?;
        u32::try_from(index).ok().map(Uid)
    }

    pub(super) fn user(&self, uid: Uid) -> &User {
        self.users
            .get(uid.0 as usize)
            .expect("a Uid is only made from a place in `users`, which never shrinks")
    }

    pub(super) fn user_mut(&mut self, uid: Uid) -> &mut User {
        self.users
            .get_mut(uid.0 as usize)
            .expect("a Uid is only made from a place in `users`, which never shrinks")
    }

    pub(super) fn user_named(&self, name: &UserName) -> Option<&User> {
        self.uid(name).map(|uid| self.user(uid))
    }

    pub(super) fn user_named_mut(&mut self, name: &UserName) -> Option<&mut User> {
        let uid = self.uid(name)?;
        Some(self.user_mut(uid))
    }

    /// Whom an address means, if that can be anybody. A phone of a user is that user.
    pub(super) fn resolve(&self, address: &Address) -> Option<Party> {
        let uid = match address {
            Address::User(name) => self.uid(name)?,
            Address::Im(number) => self.uid_by_im(*number)?,
            Address::Phone(phone) => match self.uid_by_phone(*phone) {
                Some(uid) => uid,
                None => return Some(Party::Phone(*phone)),
            },
            Address::Group(_) | Address::App(..) => return None,
        };
        Some(Party::User(self.user(uid).name.clone()))
    }
}
