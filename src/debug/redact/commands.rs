//! The commands: of each field whether it stays. What was refused may hold anything that its type takes.

use super::{Redact, Redaction, redacts};
use crate::rules::{
    Command, attempt, contacts, group, identity, message, phone, presence, schedule, service, timer,
};

macro_rules! one_of {
    ($it:ident, $by:ident, $area:ident: $($Command:ident)*) => {
        match $it { $($area::Command::$Command(command) => command.redact($by),)* }
    };
}

impl Redact for Command {
    fn redact(&mut self, by: &mut Redaction) {
        match self {
            Command::Refusal(it) => match *it {},
            Command::Identity(it) => {
                one_of!(it, by, identity: Register SetUser Suspend Resume GiveCode TryCode SetPassword
                SetProfile SetPreference)
            }
            Command::Contacts(it) => one_of!(it, by, contacts: Add Remove Block InviteContact),
            Command::Presence(it) => one_of!(it, by, presence: Online Offline Lapsed),
            Command::Message(it) => one_of!(it, by, message: Send Received Read Recall Sweep),
            Command::Group(it) => {
                one_of!(it, by, group: Create Invite Answer Leave Close Remove Grant SetGroup)
            }
            Command::Schedule(it) => {
                one_of!(it, by, schedule: Create Replace Pause Resume Cancel RunNow Skip Unskip)
            }
            Command::Attempt(it) => one_of!(it, by, attempt: Ask Reports),
            Command::Phone(it) => one_of!(it, by, phone: Received Part GiveCodeBySms),
            Command::Service(service::Command::SetService(set)) => set.redact(by),
            Command::Timer(timer::Command::Fired(fired)) => fired.redact(by),
        }
    }
}

redacts! {
    identity::Register { access day month;
        name by each phone by each secret by secret nkey by each zone by zone }
    identity::SetUser { access day month limits;
        name by each phone by each secret by secret instead_of by secret nkey by each zone by zone }
    identity::Suspend { ; name by each }
    identity::Resume { ; name by each }
    identity::GiveCode { ; name by each secret by secret }
    identity::TryCode { number login; name by each }
    identity::SetPassword { ; secret by secret }
    identity::SetProfile { ; nickname by text mood by text picture by text }
    identity::SetPreference { sms findable group; }

    contacts::Add { ; who by each alias by text }
    contacts::Remove { ; who by each }
    contacts::Block { ; who by each }
    contacts::InviteContact { ; phone by each text by text }

    presence::Online { device class lease; }
    presence::Offline { device; }
    presence::Lapsed { device since; user by each }

    message::Send { route expires_in escalate_after reminder_after as_group with_header;
        to by each text by text parts by each id by id }
    message::Confirm { message messages; }
    message::Recall { message; id by id }
    message::Sweep { ; }

    group::Create { confirm cap sms_day sms_month;
        name by text members by each zone by zone id by id }
    group::Invite { group confirm; who by each id by id }
    group::Answer { group answer; id by id }
    group::Leave { group; id by id }
    group::Close { group; id by id }
    group::Remove { group; who by each id by id }
    group::Grant { group role; who by each id by id }
    group::SetGroup { group cap sms_day sms_month writes invites; name by text zone by zone }

    schedule::Create { ; message by each when by each id by id }
    schedule::Replace { schedule; message by each when by each id by id }
    schedule::Pause { schedule; id by id }
    schedule::Resume { schedule; id by id }
    schedule::Cancel { schedule; id by id }
    schedule::RunNow { schedule; id by id }
    schedule::Skip { schedule occurrence; }
    schedule::Unskip { schedule occurrence; }

    attempt::Ask { grant; deliveries by each }
    attempt::Asked { message again; to by each }
    attempt::Reports { ; reports by each id by id }

    phone::Received { connector;
        from by each called by each text by text joined by whole id by id }
    phone::GiveCodeBySms { message; name by each secret by secret }

    service::SetService { keywords language; texts by each }

    timer::Fired { timer due; }
}

impl Redact for message::Received {
    fn redact(&mut self, by: &mut Redaction) {
        let message::Received(which) = self;
        which.redact(by);
    }
}

impl Redact for message::Read {
    fn redact(&mut self, by: &mut Redaction) {
        let message::Read(which) = self;
        which.redact(by);
    }
}

impl Redact for attempt::Report {
    fn redact(&mut self, by: &mut Redaction) {
        match self {
            attempt::Report::Accepted { attempt, receipts: _ }
            | attempt::Report::Failed { attempt, reason: _ }
            | attempt::Report::Deferred { attempt, class: _, why: _ }
            | attempt::Report::Unknown { attempt, why: _ } => attempt.redact(by),
            attempt::Report::Receipt(receipt) => receipt.redact(by),
            attempt::Report::Unmatched(stray) => stray.redact(by),
            attempt::Report::Silent { message: _, to } => to.redact(by),
        }
    }
}
