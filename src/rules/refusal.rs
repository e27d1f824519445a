//! A refusal of a command: one stable public code each, and a sentence for the person who sent it.

use serde::{Deserialize, Serialize};
use serde_with::skip_serializing_none;
use thiserror::Error;

pub use super::areas::refusal::{Command, Fact};

use super::Outcome;
use crate::words::Instant;

/// A refusal. It changes nothing, and is recorded. The code is for ever; the sentence may improve.
#[skip_serializing_none]
#[derive(Debug, Clone, PartialEq, Eq, Error, Serialize, Deserialize)]
#[error("{text}")]
pub struct Rejection {
    pub code: String,
    pub text: String,
    /// The field at fault, where there is one.
    pub field: Option<String>,
    /// When the same may be asked again, where waiting helps. Unix milliseconds.
    pub retry_at: Option<Instant>,
}

macro_rules! rejections {
    ($($name:ident($($arg:ident: $type:ty),*) = $code:literal, $text:literal $(, field $field:literal)?;)*) => {
        impl Rejection {
            $(pub fn $name($($arg: $type),*) -> Rejection {
                #[allow(unused_mut, reason = "only some refusals name a field")]
                let mut rejection = Rejection::new($code, format!($text));
                $(rejection.field = Some($field.to_owned());)?
                rejection
            })*

            /// Every code this program can refuse with.
            pub const CODES: &[&str] = &[$($code),*];
        }
    };
}

rejections! {
    unknown_sender(who: &str) = "auth.unknown_sender", "{who} is not registered; an operator registers users with user.register";
    suspended(who: &str) = "auth.suspended", "{who} is suspended";
    not_allowed(who: &str, what: &str) = "auth.not_allowed", "{who} may not send {what}";

    not_let_in() = "auth.refused", "the server refuses these credentials: they have changed, or whoever has them is suspended, or has said too much at once and stays out for two minutes; an operator sets a password with `homing user passwd`, and lets somebody in again with `homing user resume`";

    malformed(why: &str) = "command.malformed", "the command cannot be read: {why}";
    unknown_field(field: &str) = "command.unknown_field", "there is no field {field} in this command";
    unknown_verb(what: &str) = "command.unknown", "there is no command {what}";
    too_large(len: usize, max: usize) = "command.too_large", "the command has {len} bytes; at most {max} are taken";
    bad_id(max: usize) = "command.too_large", "an id has 1 to {max} bytes", field "id";
    id_reused() = "command.id_reused", "this id was used before with another content", field "id";
    batch_too_large(len: usize, max: usize) = "command.too_large", "the command names {len} things; at most {max} are taken";
    failed(command: u64) = "command.failed", "this command cannot be decided; nothing was done; an operator finds the cause under its number, {command}";
    given_up(first: u64, last: u64) = "command.failed", "the numbers {first} to {last} were given up when COMMANDS was repaired; nothing was decided under them";
    unsupported(what: &str) = "command.unsupported", "{what} is not served by this version";

    no_recipient() = "message.no_recipient", "a message needs 1 to 1000 recipients", field "to";
    unknown_recipient(who: &str) = "message.no_recipient", "{who} is not registered", field "to";
    unreachable_recipient(how: &str) = "message.no_recipient", "an unregistered phone cannot be reached by {how}", field "to";
    nobody_else() = "message.no_recipient", "nobody else is in this group", field "to";
    not_one_group() = "message.no_recipient", "a message to a group is for that group alone", field "to";
    empty_message() = "message.empty", "a message has a text or parts, not both and not neither", field "text";
    text_too_long(len: usize, max: usize) = "message.too_long", "the text has {len} bytes; at most {max} are taken", field "text";
    parts_too_large(len: usize, max: usize) = "message.too_long", "the parts have {len} bytes; at most {max} are taken", field "parts";
    too_many_parts(len: usize, max: usize) = "message.too_long", "there are {len} parts; at most {max} are taken", field "parts";
    bad_expiry() = "message.bad_deadline", "a deadline lies between one second and one year ahead", field "expires_in";
    bad_escalation() = "message.bad_deadline", "a confirm deadline lies between one second and one year ahead", field "escalate_after";
    mailbox_full(who: &str, max: usize) = "message.mailbox_full", "{max} messages wait for {who}, and no more are taken", field "to";
    mailboxes_full() = "message.mailbox_full", "none of the recipients' mailboxes takes another message", field "to";
    unknown_message() = "message.unknown", "there is no such message", field "message";
    not_open() = "message.not_open", "the message is not open: it was confirmed, it ended, or it is not yours", field "message";
    no_message_named() = "message.none_named", "name one message with `message`, or 1 to 1000 with `messages`", field "message";

    user_exists(name: &str) = "user.exists", "{name} is registered already, with other details; change them with user.set", field "name";
    bad_name(name: &str) = "user.bad_name", "{name} reads as a number: a name has something else beside its digits", field "name";
    unknown_user(name: &str) = "user.unknown", "{name} is not registered", field "name";
    phone_taken() = "user.phone_taken", "this phone belongs to another user", field "phone";
    numbers_used_up() = "user.no_number", "no IM number is left";
    bad_zone() = "schedule.unknown_zone", "a zone is an IANA name, as in Europe/London", field "zone";
    no_zone() = "schedule.unknown_zone", "name a zone, as in Europe/London: you are registered without one", field "when.zone";
    bad_secret() = "user.bad_secret", "a secret is a password's hash, a PHC string of Argon2id ($argon2id$...), never the password itself", field "secret";
    key_taken() = "user.key_taken", "this nkey belongs to another user", field "nkey";
    value_too_long(what: &str, max: usize) = "command.too_large", "{what} has at most {max} bytes";

    bad_rule(why: &str) = "schedule.bad_rule", "{why}", field "when";
    bad_time(why: &str) = "schedule.bad_time", "{why}", field "when";
    in_the_past(what: &str, now: &str) = "schedule.in_the_past", "{what} has passed: it is {now} there", field "when.at";
    never_fires() = "schedule.never_fires", "this rule has no occurrence", field "when";
    too_far() = "schedule.too_far", "at most ten years ahead are planned", field "when";
    too_often() = "schedule.too_often", "a rule fires at most once a second", field "when";
    unknown_schedule() = "schedule.unknown", "there is no such schedule of yours, or it has ended", field "schedule";
    no_occurrence(what: &str) = "schedule.no_occurrence", "the schedule has no occurrence {what} ahead", field "occurrence";
    too_many_skips(max: usize) = "schedule.too_many_skips", "at most {max} occurrences are skipped by name", field "occurrence";
    nothing_to_replace() = "schedule.nothing_to_replace", "name a new message or a new when", field "when";

    day_exceeded(used: u32, max: u32, counts: &str, resets: &str) = "quota.day_exceeded", "the limit of this day is {max}, and the count stands at {used}{counts}; it begins anew at {resets}";
    month_exceeded(used: u32, max: u32, counts: &str, resets: &str) = "quota.month_exceeded", "the limit of this month is {max}, and the count stands at {used}{counts}; it begins anew at {resets}";

    too_fast() = "quota.too_fast", "this is more than you may send at once";
    ids_used_up(max: u32) = "quota.ids", "your ids of seven days fill the {max} bytes that are kept of them", field "id";

    unknown_contact() = "contact.unknown", "there is no such user or contact", field "who";
    contact_is_oneself() = "contact.oneself", "nobody is a contact of their own", field "who";
    contact_declined() = "contact.declined", "this phone has declined your invitation; it can be invited again when seven days are over", field "phone";
    contact_invitations_full() = "contact.invitations_full", "too many invitations wait for an answer: of one person at most 100, for one phone at most 8", field "phone";
    bad_service_text(name: &str, why: &str) = "service.bad_text", "the text {name} cannot be so: {why}", field "texts";
    contacts_full(max: usize) = "contact.full", "a contact list has at most {max} entries";

    unknown_app(app: &str, group: &str) = "app.unknown", "there is no app {app} in the group {group}; an administrator of the group invites the user who serves it", field "to";
    unknown_group(group: &str) = "group.unknown", "there is no group {group}, or it is closed", field "group";
    not_member() = "group.not_member", "you are not in this group", field "group";
    not_admin() = "group.not_admin", "only the owner and the administrators of this group may do that", field "group";
    not_owner() = "group.not_owner", "only the owner of this group may do that", field "group";
    is_owner() = "group.owner", "the owner stays what they are until they leave or give the group to another member with group.grant", field "who";
    bad_group_name(max: usize) = "group.bad_name", "a group has a name of 1 to {max} bytes that can be seen, with no blank at its ends and nothing that turns the direction of a text", field "name";
    bad_cap(min: u32, max: u32) = "group.bad_cap", "a cap lies between {min}, those who are in or asked, and {max}", field "cap";
    nobody_named(max: usize) = "group.nobody", "name 1 to {max} people", field "who";
    unknown_member(who: &str) = "message.no_recipient", "{who} is not registered", field "who";
    is_member(who: &str) = "group.is_member", "{who} is in this group already", field "who";
    named_twice(who: &str) = "group.named_twice", "{who} is named twice", field "who";
    no_such_member(who: &str) = "group.no_such_member", "{who} is neither in this group nor asked to join", field "who";
    no_account(who: &str) = "group.no_account", "{who} has no account, and so no other role than that of a member", field "who";
    group_full(cap: u32) = "group.full", "this group takes {cap} at most, with those who are asked", field "who";
    too_many_groups(who: &str, max: usize, asked: usize) = "group.too_many", "{who} is in {max} groups, or is asked to join {asked} and has not answered; no more are possible";
    asked_lately(phone: &str, max: usize) = "group.asked_lately", "{phone} was asked by this group, or by {max} groups, within the last seven days; a phone without an account is not asked more often", field "who";
    group_numbers_used_up() = "group.no_number", "no group number is left";
    sms_day_exceeded(text: &str) = "group.sms_day_exceeded", "{text}";
    sms_month_exceeded(text: &str) = "group.sms_month_exceeded", "{text}";
    no_group_named() = "message.no_recipient", "a message in a group's name is to that group alone", field "as_group";
    not_invited() = "group.not_invited", "there is no open invitation of yours to this group", field "group";
    invitation_over() = "group.too_late", "the invitation has passed; ask to be invited again", field "group";

    bad_lease() = "presence.bad_lease", "a lease lasts between one second and one hour", field "lease";
    too_many_devices(max: usize) = "presence.too_many_devices", "a user has at most {max} devices online";
}

impl Rejection {
    fn new(code: &str, text: String) -> Rejection {
        Rejection { code: code.to_owned(), text, field: None, retry_at: None }
    }

    /// The same limit, of a group's SMS.
    pub(super) fn of_group_sms(self) -> Rejection {
        let of_group = |text: &str| text.replacen("the limit", "the group's limit", 1);
        match self.code.as_str() {
            "quota.day_exceeded" => Rejection::sms_day_exceeded(&of_group(&self.text)),
            "quota.month_exceeded" => Rejection::sms_month_exceeded(&of_group(&self.text)),
            _ => self,
        }
    }

    /// It will pass: the text says when.
    #[must_use]
    pub(super) fn until(mut self, at: Instant) -> Rejection {
        self.text = format!("{}; try again at {}", self.text, at.brief());
        self.retry_at = Some(at);
        self
    }

    pub(super) fn outcome(&self) -> Outcome {
        Outcome::Refused(Box::new(self.clone()))
    }

    #[must_use]
    pub fn at_field(mut self, field: &str) -> Rejection {
        self.field = Some(field.to_owned());
        self
    }
}
