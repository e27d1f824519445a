//! Properties of groups: who is in one, and to whom a message to it goes, by the facts alone.

mod support;

use std::collections::{BTreeMap, BTreeSet};

use homing::rules::group::{self, Role};
use homing::rules::message::{Accepted, Page};
use homing::rules::{Channel, Commit, Fact, Happened};
use homing::words::{GroupNumber, Instant, Party};
use proptest::prelude::*;
use support::commands::{START_MS, Wish};
use support::pure_decider::PureDecider;
use support::sequence::sequence;

/// Recipients of one page.
const PAGE_LEN_MAX: usize = 1_000;

#[derive(Default)]
struct Members {
    roles: BTreeMap<Party, Role>,
    invited: BTreeSet<Party>,
    /// Who wishes no SMS of it.
    off: BTreeSet<Party>,
    cap: u32,
}

/// All groups that are not closed.
#[derive(Default)]
struct Book {
    groups: BTreeMap<GroupNumber, Members>,
    ever: BTreeSet<GroupNumber>,
}

impl Book {
    fn write(&mut self, parts: &[Commit]) -> Result<(), String> {
        let facts: Vec<&Fact> = parts.iter().flat_map(|part| &part.facts).collect();
        // A plan is judged by the members of its moment.
        self.plans(&facts)?;
        facts.into_iter().try_for_each(|fact| self.take(fact))?;
        for (number, group) in &self.groups {
            let owners: Vec<_> = group.roles.iter().filter(|(_, role)| **role == Role::Owner).collect();
            if owners.len() != 1 || owners.iter().any(|(who, _)| who.user().is_none()) {
                return Err(format!("{number} is owned by {owners:?}"));
            }
            if group.roles.len() + group.invited.len() > group.cap as usize {
                return Err(format!("{number} has more than {}", group.cap));
            }
        }
        Ok(())
    }

    fn take(&mut self, fact: &Fact) -> Result<(), String> {
        let Fact::Group(fact) = fact else { return Ok(()) };
        if let group::Fact::Created(created) = fact {
            if !self.ever.insert(created.group) {
                return Err(format!("{} is given twice", created.group));
            }
            let owner = Party::User(created.owner.clone());
            let roles = BTreeMap::from([(owner, Role::Owner)]);
            let members = Members { roles, cap: created.cap, ..Members::default() };
            self.groups.insert(created.group, members);
            return Ok(());
        }
        let number = match fact {
            group::Fact::Created(group::Created { group, .. })
            | group::Fact::Changed(group::Changed { group, .. })
            | group::Fact::Invited(group::Invited { group, .. })
            | group::Fact::Joined(group::Joined { group, .. })
            | group::Fact::Declined(group::Declined { group, .. })
            | group::Fact::Left(group::Left { group, .. })
            | group::Fact::RoleSet(group::RoleSet { group, .. })
            | group::Fact::Claimed(group::Claimed { group, .. })
            | group::Fact::SmsSet(group::SmsSet { group, .. })
            | group::Fact::Closed(group::Closed { group }) => *group,
        };
        let group = self.groups.get_mut(&number).ok_or_else(|| format!("{fact:?} of no group"))?;
        if !group.take(fact) {
            return Err(format!("{fact:?} of somebody who has no such place"));
        }
        if let group::Fact::Closed(_) = fact {
            self.groups.remove(&number);
        }
        Ok(())
    }

    /// Each member but the sender stands on one page, once, and nobody else does; nobody who wishes no SMS is sent one.
    fn plans(&self, facts: &[&Fact]) -> Result<(), String> {
        let accepted = facts.iter().filter_map(|fact| fact.get::<Accepted>());
        for accepted in accepted.filter(|accepted| accepted.group.is_some()) {
            let number = accepted.group.expect("it is for a group");
            let group = self.groups.get(&number).ok_or_else(|| format!("{number} is written to"))?;
            let sender = Party::User(accepted.from.user().ok_or("it is nobody's")?.clone());
            let pages = facts.iter().filter_map(|fact| fact.get::<Page>());
            let pages: Vec<&Page> = pages.filter(|page| page.message == accepted.message).collect();
            let mut named = Vec::new();
            for (place, page) in pages.iter().enumerate() {
                let is_last = place + 1 == pages.len();
                let is_full = page.recipients_len() == PAGE_LEN_MAX || is_last;
                if page.first as usize != named.len() || page.last != is_last || !is_full {
                    return Err(format!("{page:?} stands at {place}"));
                }
                named.extend(page.routed.iter().flat_map(|run| run.to.clone()));
                named.extend(page.filtered.iter().flat_map(|run| run.to.clone()));
                let by_sms = page.routed.iter().filter(|run| matches!(run.channel, Channel::By(_)));
                if let Some(off) = by_sms.flat_map(|run| &run.to).find(|to| group.off.contains(to)) {
                    return Err(format!("{off} wishes no SMS"));
                }
            }
            let mut others: Vec<Party> = group.roles.keys().filter(|who| **who != sender).cloned().collect();
            named.sort();
            others.sort();
            if named != others || !group.roles.contains_key(&sender) {
                return Err(format!("{sender} reaches {named:?}, and the others are {others:?}"));
            }
        }
        Ok(())
    }
}

impl Members {
    fn take(&mut self, fact: &group::Fact) -> bool {
        match fact {
            group::Fact::Created(_) => false,
            group::Fact::Changed(changed) => {
                self.cap = changed.cap.unwrap_or(self.cap);
                true
            }
            group::Fact::Invited(invited) => invited.who.iter().all(|who| {
                self.invited.insert(who.clone());
                !self.roles.contains_key(who)
            }),
            group::Fact::Joined(joined) => joined.who.iter().all(|who| {
                self.invited.remove(who);
                self.roles.insert(who.clone(), Role::Member).is_none()
            }),
            group::Fact::Declined(declined) => self.invited.remove(&declined.who),
            group::Fact::Left(left) => {
                self.off.remove(&left.who);
                self.roles.remove(&left.who).is_some() | self.invited.remove(&left.who)
            }
            group::Fact::RoleSet(set) => self.roles.insert(Party::User(set.who.clone()), set.role).is_some(),
            group::Fact::Claimed(claimed) => {
                let (from, to) = (Party::Phone(claimed.phone), Party::User(claimed.user.clone()));
                let (role, asked) = (self.roles.remove(&from), self.invited.remove(&from));
                let off = self.off.remove(&from);
                if let Some(role) = role {
                    self.invited.remove(&to);
                    if self.roles.insert(to.clone(), role).is_none() && off {
                        self.off.insert(to);
                    }
                } else if asked && !self.roles.contains_key(&to) {
                    self.invited.insert(to);
                }
                role.is_some() || asked
            }
            group::Fact::SmsSet(set) => {
                if set.sms {
                    self.off.remove(&set.who)
                } else {
                    self.off.insert(set.who.clone())
                }
            }
            group::Fact::Closed(_) => true,
        }
    }
}

/// What became of a sequence of commands.
fn written(wishes: &[Wish]) -> Result<usize, String> {
    let (mut decider, mut book, mut passed_ms, mut pages) = (PureDecider::default(), Book::default(), 0, 0);
    for wish in wishes {
        passed_ms += wish.after_ms;
        let now = Instant::from_unix_ms(START_MS + passed_ms);
        let (parts, _) = decider.take(now, &wish.subject, &wish.payload);
        pages += parts.iter().flat_map(|part| &part.facts).filter(|fact| fact.name() == Page::NAME).count();
        book.write(&parts).map_err(|why| format!("{why}: {wish:?}"))?;
    }
    Ok(pages)
}

/// `PROPTEST_CASES=100000 cargo test --test groups` searches for longer.
fn cases() -> u32 {
    std::env::var("PROPTEST_CASES").ok().and_then(|cases| cases.parse().ok()).unwrap_or(1_024)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: cases(), failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_group_has_one_owner_and_its_message_reaches_each_other_member_once(wishes in sequence()) {
        prop_assert!(written(&wishes).is_ok(), "{:?}", written(&wishes));
    }
}

/// Ten pages, each a part of the commit, and the last one says so.
#[test]
fn a_message_to_ten_thousand_is_planned_in_pages_of_a_thousand() {
    let mut decider = PureDecider::default();
    let mut says = |by_verb: &str, payload: &str| {
        decider.take(Instant::from_unix_ms(START_MS), &format!("homing.cmd.{by_verb}"), payload.as_bytes())
    };
    says("_admin.user.register", r#"{"name":"alice"}"#);
    let limits = r#"{"name":"alice","limits":{"recipients_per_s":100000}}"#;
    says("_admin.user.set", limits);
    says("alice.group.create", r#"{"name":"all","cap":10000}"#);
    for thousand in 0..10 {
        let names: Vec<String> = (0..1_000).map(|n| format!("u{thousand}-{n}")).collect();
        for name in &names {
            says("_admin.user.register", &format!(r#"{{"name":"{name}"}}"#));
        }
        let who = serde_json::to_string(&names[usize::from(thousand == 0)..]).unwrap();
        let (_, outcome) =
            says("alice.group.invite", &format!(r#"{{"group":"3001","confirm":false,"who":{who}}}"#));
        assert_eq!(outcome, homing::rules::Outcome::Accepted);
    }
    let (parts, _) = says("alice.message.send", r##"{"to":["#3001"],"text":"x"}"##);
    let pages: Vec<&Page> = parts.iter().flat_map(|part| part.facts.iter().filter_map(Fact::get)).collect();
    assert_eq!((parts.len(), pages.len()), (10, 10));
    assert!(parts.iter().all(|part| part.facts.iter().filter(|fact| fact.name() == Page::NAME).count() == 1));
    let len: usize = pages.iter().map(|page| page.recipients_len()).sum();
    assert_eq!((len, pages.iter().filter(|page| page.last).count()), (9_999, 1));
    let named: BTreeSet<&Party> =
        pages.iter().flat_map(|page| page.routed.iter().flat_map(|run| &run.to)).collect();
    assert_eq!(named.len(), 9_999);
}
