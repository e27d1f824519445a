//! The facts: of each field whether it stays.

use super::{Redact, Redaction, redacts};
use crate::rules::{
    Fact, attempt, contacts, group, identity, message, phone, presence, refusal, schedule, service, timer,
};

macro_rules! one_of {
    ($it:ident, $by:ident, $area:ident: $($Fact:ident)*) => {
        match $it { $($area::Fact::$Fact(fact) => fact.redact($by),)* }
    };
}

impl Redact for Fact {
    fn redact(&mut self, by: &mut Redaction) {
        match self {
            Fact::Refusal(refusal::Fact::Rejection(rejection)) => rejection.redact(by),
            Fact::Identity(it) => {
                one_of!(it, by, identity: Registered Changed Suspended Resumed CodeGiven CodeMissed
                CodeUsed ProfileSet PreferenceSet)
            }
            Fact::Contacts(it) => one_of!(it, by, contacts: Added Removed Blocked Invited Offered Answered),
            Fact::Presence(it) => one_of!(it, by, presence: CameOnline WentOffline),
            Fact::Message(it) => {
                one_of!(it, by, message: Accepted Page Routed Delivered WasRead Filtered Recalled Expired
                Failed)
            }
            Fact::Group(it) => {
                one_of!(it, by, group: Created Changed Invited Joined Declined Left RoleSet Claimed SmsSet
                Closed)
            }
            Fact::Schedule(it) => {
                one_of!(it, by, schedule: Created Replaced Paused Resumed Cancelled Ended Ran SkipSet
                Planned Fired Skipped Missed OccurrenceCancelled)
            }
            Fact::Attempt(it) => {
                one_of!(it, by, attempt: Granted LetGo Accepted Failed Deferred Unknown Receipted Unmatched
                Silent)
            }
            Fact::Phone(it) => one_of!(it, by, phone: Part Heard PhonePreferenceSet),
            Fact::Service(service::Fact::ServiceSet(set)) => set.redact(by),
            Fact::Timer(timer::Fact::Set(set)) => set.redact(by),
        }
    }
}

redacts! {
    identity::Registered { im; user by each details by each }
    identity::Changed { ; user by each details by each }
    identity::Suspended { user; }
    identity::Resumed { user; }
    identity::CodeGiven { user number until tries; secret by secret }
    identity::CodeMissed { user number left; }
    // The gate's name of one connection that has come in since.
    identity::CodeUsed { user number login; }
    identity::ProfileSet { user; profile by each }
    identity::PreferenceSet { user sms findable; }
    identity::UserDetails { access day month; phone by each secret by secret nkey by each zone by zone }
    identity::UserChanges { rehashed access day month limits;
        phone by each secret by secret nkey by each zone by zone }
    identity::Profile { ; nickname by text mood by text picture by text }

    contacts::Added { user; who by each alias by text }
    contacts::Removed { user; who by each }
    contacts::Blocked { user; who by each }
    contacts::Invited { user until; phone by each }
    contacts::Offered { user; phone by each name by each }
    contacts::Answered { user yes; phone by each }

    presence::CameOnline { user device class lease_ms encoding; }
    presence::WentOffline { user device because; }

    message::Accepted { message from charged group app route body expires day counts code_for;
        to by each text by text parts by each in_name by each aside by each }
    message::Aside { ; to by each text by text }
    message::InName { day; head by text }
    message::MessagePart { ; media by media name by text data by each }
    message::Content { group in_name app route expires_in escalate_after;
        to by each text by text parts by each }
    message::Page { message first last; routed by each filtered by each }
    message::RoutedTo { channel because encoding seen; to by each }
    message::FilteredTo { reason; to by each }
    message::Routed { message channel because seen body encoding place; to by each }
    message::Delivered { message from encoding group; to by each }
    message::WasRead { message from encoding group; to by each }
    message::Filtered { message reason from encoding group; to by each }
    message::Recalled { message from encoding group to_encoding; to by each }
    message::Expired { message from encoding group; to by each }
    message::Failed { message reason from encoding group; to by each }

    group::Created { group owner cap sms_day sms_month zone; name by text }
    group::Changed { group cap sms_day sms_month zone writes invites; name by text }
    group::Invited { group by until; who by each }
    group::Joined { group by; who by each }
    group::Declined { group; who by each }
    group::Left { group by; who by each }
    group::RoleSet { group who role inherited; }
    group::Claimed { group user; phone by each }
    group::SmsSet { group sms; who by each }
    group::Closed { group; }

    schedule::Created { schedule from reckoned tzdata over_quota; message by each when by each }
    schedule::Replaced { schedule reckoned unskipped tzdata; message by each when by each }
    schedule::Paused { schedule; }
    schedule::Resumed { schedule; }
    schedule::Cancelled { schedule; }
    schedule::Ended { schedule; }
    schedule::Ran { schedule message; }
    schedule::SkipSet { schedule occurrence skip; }
    schedule::Planned { schedule occurrence tzdata; }
    schedule::Fired { schedule occurrence late_ms message; }
    schedule::NotFired { schedule occurrence late_ms reason; }
    schedule::When { days count gap fold short_month missed late_by min_interval;
        at by each every by each unit by rule times by rule weekdays by rule cron by rule zone by zone from by rule
        until by rule except by rule }

    attempt::Attempt { message connector ids grant; to by each }
    attempt::Granted { channel message from grant; to by each phone by each }
    attempt::LetGo { channel message; to by each }
    attempt::Accepted { channel receipts; attempt by each }
    attempt::Failed { channel reason; attempt by each }
    attempt::Deferred { channel class why; attempt by each }
    attempt::Unknown { channel why from encoding group; attempt by each }
    attempt::Receipted { channel; receipt by each }
    attempt::Receipt { message segment segments state error id; to by each }
    attempt::Unmatched { channel; receipt by each }
    attempt::Stray { connector id state error; phone by each }
    attempt::Silent { channel message; to by each }

    phone::Part { connector number total;
        whole by whole from by each called by each octets by each id by id }
    phone::Heard { connector refused; from by each called by each said by text joined by whole }
    phone::PhonePreferenceSet { sms; phone by each }

    service::ServiceSet { keywords language; texts by each }
    service::Wordings { ; en by wording zh by wording }

    timer::Set { timer due; }
}

impl Redact for schedule::Skipped {
    fn redact(&mut self, by: &mut Redaction) {
        let schedule::Skipped(why) = self;
        why.redact(by);
    }
}

impl Redact for schedule::Missed {
    fn redact(&mut self, by: &mut Redaction) {
        let schedule::Missed(why) = self;
        why.redact(by);
    }
}

impl Redact for schedule::OccurrenceCancelled {
    fn redact(&mut self, by: &mut Redaction) {
        let schedule::OccurrenceCancelled(why) = self;
        why.redact(by);
    }
}

impl Redact for schedule::OneOrMany {
    fn redact(&mut self, by: &mut Redaction) {
        match self {
            schedule::OneOrMany::One(one) => by.rule(one),
            schedule::OneOrMany::Many(many) => by.rule(many),
        }
    }
}

impl Redact for schedule::Every {
    fn redact(&mut self, by: &mut Redaction) {
        match self {
            schedule::Every::Unit(unit) => by.rule(unit),
            schedule::Every::Number(_) => {}
        }
    }
}
