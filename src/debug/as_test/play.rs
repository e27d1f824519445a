//! The play of a story: each command is decided as it would be on an empty log, and told with what follows from it.

use std::collections::BTreeMap;

use serde_json::Value;

use super::Tale;
use super::renumber::Numbers;
use crate::debug::{Redaction, delivery_of, tale};
use crate::log::Record;
use crate::rules::presence::{CameOnline, Encoding, Online, WentOffline};
use crate::rules::{
    Command, Commit, Fact, Rejection, State, Verb, contacts, decide, group, identity, phone, presence,
};
use crate::wire::outcome::OutcomeBody;
use crate::wire::{command, commit, subjects, to_json, to_msgpack, to_value};
use crate::words::{CommandSeq, EventSeq, Instant, MessageId, Span};

#[derive(Debug, Default)]
pub(super) struct Play {
    message: Option<MessageId>,
    state: State,
    /// The last command and the last commit of the story.
    seq: u64,
    events: u64,
    numbers: Numbers,
    lines: String,
    rebuilt: usize,
    left_out: Vec<String>,
}

/// A command as the story says it.
struct Said {
    by: String,
    verb: &'static str,
    fields: Value,
    encoding: Encoding,
    at: Instant,
}

impl Play {
    pub(super) fn new(message: Option<MessageId>) -> Play {
        Play { message, ..Play::default() }
    }

    /// The next command, with the commits of the log that are of the story, and whether one of them is of its closure.
    pub(super) fn take(
        &mut self,
        number: u64,
        record: Option<Record>,
        (commits, in_closure): (BTreeMap<EventSeq, Commit>, bool),
        redaction: &mut Redaction,
    ) {
        let said = match record {
            Some(record) => read(&redaction.command(record)),
            None => commits.values().find_map(rebuilt).map(|said| {
                self.rebuilt += 1;
                redacted(said, redaction)
            }),
        };
        let Some(mut said) = said else {
            self.left_out.push(format!("c{number} is not in COMMANDS any more, or cannot be read"));
            return;
        };
        if let (true, Some(text)) = (redaction.replaces(), said.fields.get_mut("text")) {
            let word = commits.values().flat_map(|commit| &commit.facts).find_map(meant_by_sms);
            *text = word.filter(|_| said.verb == phone::Received::NAME).map_or(text.take(), Value::from);
        }
        let mut missing = Vec::new();
        self.numbers.put(&mut said.fields, &mut missing);
        // What a list has left out is no matter of this story.
        let has_list =
            ["messages", "deliveries", "reports"].iter().any(|list| said.fields.get(list).is_some());
        if in_closure && !has_list {
            self.left_out
                .extend(missing.iter().map(|id| format!("c{number} names {id}, which is not told of")));
        }
        let parts = self.decide(&said);
        self.numbers.commands.insert(number, self.seq);
        self.learn(&commits, &parts);
        if in_closure {
            self.compare(number, &commits, &parts);
        }
    }

    fn decide(&mut self, said: &Said) -> Vec<Commit> {
        self.seq += 1;
        let seq = CommandSeq(self.seq);
        let json = String::from_utf8_lossy(&to_json(&said.fields)).into_owned();
        let (form, payload) = match said.encoding {
            Encoding::Json => ("", json.clone().into_bytes()),
            Encoding::Msgpack => ("msgpack ", to_msgpack(&said.fields)),
        };
        let subject = subjects::command(&said.by, said.verb);
        let (parts, outcome) = match command::parse(&subject, &payload, seq, said.at) {
            Ok(order) => {
                let decision = decide(&self.state, &order);
                let outcome = decision.outcome.clone();
                (commit::of_order(&order, decision), outcome)
            }
            Err(unread) => {
                let decision = crate::rules::refuse(unread.rejection);
                let outcome = decision.outcome.clone();
                (commit::parts(seq, said.at, &unread.by, decision), outcome)
            }
        };
        self.state.evolve(&parts, EventSeq(self.events + 1));
        let answer = tale::answer(OutcomeBody::new(seq, &outcome), parts.is_empty());
        let (time, by, verb) = (tale::time(said.at), &said.by, said.verb);
        self.lines += &format!("{time} {by} {verb} {form}{json}{answer}\n");
        for fact in parts.iter().flat_map(|part| &part.facts) {
            self.lines += &format!("  {}\n", tale::fact(fact));
        }
        parts
    }

    /// What the log's numbers are here.
    fn learn(&mut self, commits: &BTreeMap<EventSeq, Commit>, parts: &[Commit]) {
        for (seq, was) in commits {
            if let Some(is) = parts.iter().find(|part| part.part == was.part) {
                self.numbers.events.insert(seq.0, self.events + 1 + u64::from(is.part));
            }
        }
        self.events += parts.len() as u64;
        let facts = |of: &mut dyn Iterator<Item = &Commit>| -> Vec<(String, String)> {
            of.flat_map(|commit| commit.facts.iter().filter_map(numbered)).collect()
        };
        let is: BTreeMap<String, String> = facts(&mut parts.iter()).into_iter().collect();
        for (name, was) in facts(&mut commits.values()) {
            if let Some(is) = is.get(&name) {
                self.numbers.named.insert(was, is.clone());
            }
        }
    }

    /// Says where the story goes another way than the log.
    fn compare(&mut self, number: u64, commits: &BTreeMap<EventSeq, Commit>, parts: &[Commit]) {
        let here = self.message.and_then(|message| self.numbers.commands.get(&message.command().0));
        let here = here.map(|command| MessageId::of(CommandSeq(*command)));
        let mut was: Vec<String> = commits.values().flat_map(|commit| ends(commit, self.message)).collect();
        let mut is: Vec<String> = parts.iter().flat_map(|commit| ends(commit, here)).collect();
        was.sort_unstable();
        is.sort_unstable();
        if was != is {
            let differ =
                was.iter().find(|end| !is.contains(end)).or(is.iter().find(|end| !was.contains(end)));
            let differ = differ.cloned().unwrap_or_default();
            self.left_out.push(format!("c{number} is decided otherwise here: {differ}"));
        }
    }

    pub(super) fn told(self, about: &str) -> Tale {
        let Play { lines, seq, rebuilt, mut left_out, .. } = self;
        if rebuilt > 0 {
            left_out.push(format!("{rebuilt} commands that left COMMANDS are as their facts have them"));
        }
        let text = format!("# What `homing why {about}` tells of, as it was decided.\n\n{lines}");
        Tale { text, commands: usize::try_from(seq).unwrap_or(usize::MAX), left_out }
    }
}

fn read(record: &Record) -> Option<Said> {
    let order = command::parse(&record.subject, &record.payload, CommandSeq(record.seq), record.at).ok()?;
    Some(of_command(order.by.to_string(), &order.command, order.encoding, record.at))
}

fn of_command(by: String, said: &Command, encoding: Encoding, at: Instant) -> Said {
    let fields: Value = to_value(&to_json(said)).unwrap_or_default();
    let has_bytes = fields.get("parts").is_some() || fields.get("octets").is_some();
    // Bytes are text in JSON, and would be no bytes in MessagePack.
    let encoding = if has_bytes { Encoding::Json } else { encoding };
    Said { by, verb: said.verb(), fields, encoding, at }
}

fn redacted(Said { by, verb, fields, encoding, at }: Said, redaction: &mut Redaction) -> Said {
    let (subject, payload) = (subjects::command(&by, verb).into(), to_json(&fields).into());
    let record = Record { seq: 0, subject, at, payload, headers: None };
    let again = read(&redaction.command(record));
    again.map(|again| Said { encoding, ..again }).unwrap_or(Said {
        by,
        verb,
        fields: Value::Null,
        encoding,
        at,
    })
}

/// The command that a fact follows from, where the fact says all of it.
fn rebuilt(commit: &Commit) -> Option<Said> {
    let made = |by: String, said: Command, encoding| Some(of_command(by, &said, encoding, commit.at));
    match commit.facts.first()? {
        Fact::Identity(identity::Fact::Registered(identity::Registered { user, im: _, details })) => {
            let identity::UserDetails { phone, secret, nkey, access, zone, day, month } = details.clone();
            let name = user.clone();
            let said = identity::Register { name, phone, secret, nkey, access, zone, day, month };
            made("_admin".to_owned(), said.into(), Encoding::Json)
        }
        Fact::Identity(identity::Fact::Suspended(identity::Suspended { user })) => {
            made("_admin".to_owned(), identity::Suspend { name: user.clone() }.into(), Encoding::Json)
        }
        Fact::Presence(presence::Fact::CameOnline(came)) => {
            let CameOnline { user, device, class, lease_ms, encoding } = came.clone();
            let said = Online { device, class, lease: Span::from_ms(lease_ms) };
            made(user.to_string(), said.into(), encoding)
        }
        Fact::Presence(presence::Fact::WentOffline(WentOffline { user, device, .. })) => {
            let said = presence::Offline { device: device.clone() };
            made(user.to_string(), said.into(), Encoding::Json)
        }
        Fact::Identity(_)
        | Fact::Refusal(_)
        | Fact::Contacts(_)
        | Fact::Message(_)
        | Fact::Group(_)
        | Fact::Schedule(_)
        | Fact::Attempt(_)
        | Fact::Phone(_)
        | Fact::Service(_)
        | Fact::Timer(_) => None,
    }
}

/// What somebody wrote from a phone, where it was a word of the service: the fact says which.
fn meant_by_sms(fact: &Fact) -> Option<&'static str> {
    let wish = |sms: bool| if sms { "START" } else { "STOP" };
    let answer = |yes: bool| if yes { "YES" } else { "NO" };
    let of_phone = fact.get::<phone::PhonePreferenceSet>().map(|set| wish(set.sms));
    let of_user = || fact.get::<identity::PreferenceSet>()?.sms.map(wish);
    let of_contact = || fact.get::<contacts::Answered>().map(|answered| answer(answered.yes));
    let of_group =
        || fact.get::<group::Declined>().map(|_| "NO").or(fact.get::<group::Joined>().map(|_| "YES"));
    of_phone.or_else(of_user).or_else(of_contact).or_else(of_group)
}

/// What has a number that is given in turn: who it is of, and the number.
fn numbered(fact: &Fact) -> Option<(String, String)> {
    let user = fact.get::<identity::Registered>().map(|made| (made.user.to_string(), made.im.to_string()));
    user.or_else(|| {
        let made = fact.get::<group::Created>()?;
        Some((format!("group of {}", made.owner), made.group.to_string()))
    })
}

/// What a commit says of a message's deliveries, or what it refuses, without the numbers of its log.
fn ends(commit: &Commit, message: Option<MessageId>) -> Vec<String> {
    const TELLING: [&str; 6] = ["channel", "because", "reason", "state", "class", "why"];
    let end = |fact: &Fact| {
        if let Some(refused) = fact.get::<Rejection>() {
            return Some(format!("refused with {}", refused.code));
        }
        let (_, to) = delivery_of(fact).filter(|(of, _)| Some(*of) == message)?;
        // Phones are others in the story.
        let to = to.user().map_or("a phone".to_owned(), ToString::to_string);
        let shown = to_value(&to_json(fact))?;
        let fields = shown.get(fact.name())?;
        let told = TELLING.iter().filter_map(|name| fields.get(*name)?.as_str());
        Some(format!("{} to {to} {}", fact.name(), told.collect::<Vec<_>>().join(" ")))
    };
    commit.clone().unfolded().facts.iter().filter_map(end).collect()
}
