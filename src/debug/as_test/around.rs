//! What stood around a story: the commits that had made its people, groups and schedules as they were.

use std::collections::BTreeSet;

use serde_json::Value;

use super::each_commit;
use crate::debug::{delivery_of, trails};
use crate::log::{Fault, History};
use crate::rules::message::{Accepted, Page};
use crate::rules::{Commit, Fact, group, identity, phone, service};
use crate::wire::to_value;
use crate::words::{EventSeq, MessageId, Party, Phone};

/// Who and what a story is of.
#[derive(Debug, Default)]
pub(super) struct Around {
    /// As they stand in trails: `bob`, `#3001`, `s7`, `m9`.
    ids: BTreeSet<String>,
    phones: BTreeSet<Phone>,
    last: u64,
}

impl Around {
    /// Whoever is in the closure and in its commands, and whoever was in their groups.
    ///
    /// Of a `message` nothing of others, which stand in the same commits.
    pub(super) async fn of(
        history: &History,
        closure: &BTreeSet<EventSeq>,
        message: Option<MessageId>,
    ) -> Result<Around, Fault> {
        let last = closure.last().map_or(0, |seq| seq.0);
        let mut around = Around { last, ..Around::default() };
        for seq in closure {
            let Some(commit) = history.commit(*seq).await? else { continue };
            let asked = history.first_from("COMMANDS", commit.command.0).await?;
            if let Some(asked) = asked.filter(|asked| asked.seq == commit.command.0) {
                around.named_in(&to_value(&asked.payload).unwrap_or_default());
            }
            around.take(&commit, message);
        }
        let (mut groups, of_groups) = (BTreeSet::new(), around.ids.clone());
        each_commit(history, last, |_, commit| {
            for fact in &commit.facts {
                let of_one = trails(fact).any(|(id, _)| id.starts_with('#') && of_groups.contains(&id));
                if let (true, Fact::Group(fact)) = (of_one, fact) {
                    groups.extend(members(fact));
                }
            }
        })
        .await?;
        groups.iter().for_each(|who| around.add(who));
        Ok(around)
    }

    fn take(&mut self, commit: &Commit, message: Option<MessageId>) {
        self.ids.extend(commit.by.user().map(ToString::to_string));
        let of_another = |fact: &Fact| {
            let its = delivery_of(fact).map(|(its, _)| its).or(fact.message());
            message.is_some() && its.is_some() && its != message
        };
        for fact in commit.facts.iter().filter(|fact| !of_another(fact)) {
            self.ids.extend(trails(fact).map(|(id, _)| id));
            self.ids.extend(fact.schedule().map(|schedule| schedule.to_string()));
            if let Some((message, to)) = delivery_of(fact) {
                self.ids.insert(message.to_string());
                self.add(to);
            }
            if let Some(Accepted { message, from, group, to, .. }) = fact.get() {
                self.ids.insert(message.to_string());
                self.ids.extend(from.user().map(ToString::to_string));
                self.ids.extend(group.map(|group| format!("#{group}")));
                to.iter().for_each(|to| self.add(to));
            }
            for fact in fact.get::<Page>().into_iter().flat_map(Page::deliveries) {
                delivery_of(&fact).into_iter().for_each(|(_, to)| self.add(to));
            }
        }
    }

    fn add(&mut self, who: &Party) {
        match who {
            Party::User(name) => drop(self.ids.insert(name.to_string())),
            Party::Phone(phone) => drop(self.phones.insert(*phone)),
        }
    }

    /// Whom and what a command names, be it refused or not.
    fn named_in(&mut self, said: &Value) {
        const NAMING: [&str; 9] =
            ["to", "who", "members", "name", "user", "group", "schedule", "message", "messages"];
        let Value::Object(fields) = said else { return };
        for (field, named) in fields.iter().filter(|(name, _)| NAMING.contains(&name.as_str())) {
            let all = named.as_array().map_or(std::slice::from_ref(named), Vec::as_slice);
            for name in all.iter().filter_map(Value::as_str) {
                match name.parse::<Party>() {
                    // A group goes by its number alone there.
                    Ok(_) if field == "group" => drop(self.ids.insert(format!("#{name}"))),
                    Ok(party) => self.add(&party),
                    Err(_) => drop(self.ids.insert(name.to_owned())),
                }
            }
        }
    }

    /// The commits that are about them, up to the closure's last one.
    pub(super) async fn commits(
        &self,
        history: &History,
        closure: &BTreeSet<EventSeq>,
    ) -> Result<BTreeSet<EventSeq>, Fault> {
        let mut commits = closure.clone();
        each_commit(history, self.last, |record, commit| {
            if commit.facts.iter().any(|fact| self.is_of(fact)) {
                commits.insert(EventSeq(record.seq));
            }
        })
        .await?;
        Ok(commits)
    }

    fn is_of(&self, fact: &Fact) -> bool {
        let wish =
            || fact.get::<phone::PhonePreferenceSet>().is_some_and(|set| self.phones.contains(&set.phone));
        let message = || delivery_of(fact).map(|(message, _)| message).or(fact.message());
        let is_sent = || fact.get::<Accepted>().is_some() || delivery_of(fact).is_some();
        trails(fact).any(|(id, _)| self.ids.contains(&id))
            || message().is_some_and(|message| is_sent() && self.ids.contains(&message.to_string()))
            || given(fact).is_some_and(|phone| self.phones.contains(&phone))
            || wish()
            || fact.get::<service::ServiceSet>().is_some()
    }
}

/// The phone that somebody was given.
fn given(fact: &Fact) -> Option<Phone> {
    let registered = fact.get::<identity::Registered>().and_then(|made| made.details.phone);
    registered.or_else(|| fact.get::<identity::Changed>()?.details.phone?)
}

/// Who was in a group, or was asked to be.
fn members(fact: &group::Fact) -> Vec<Party> {
    match fact {
        group::Fact::Created(created) => vec![Party::User(created.owner.clone())],
        group::Fact::Invited(invited) => invited.who.clone(),
        group::Fact::Joined(joined) => joined.who.clone(),
        group::Fact::Claimed(claimed) => vec![Party::User(claimed.user.clone()), Party::Phone(claimed.phone)],
        group::Fact::Declined(declined) => vec![declined.who.clone()],
        group::Fact::Left(left) => vec![left.who.clone()],
        group::Fact::Changed(_)
        | group::Fact::RoleSet(_)
        | group::Fact::SmsSet(_)
        | group::Fact::Closed(_) => Vec::new(),
    }
}
