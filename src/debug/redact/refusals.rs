//! The refusals: their sentences quote what was sent, some of them whoever was named, others anything.

use super::{Kind, PHONE_DIGITS_MIN, Redact, Redaction};
use crate::rules::Rejection;
use crate::words::{Phone, UserName};

/// What a refusal's sentence can quote.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Quotes {
    /// Numbers and times of Homing's own.
    Nothing,
    /// Whom somebody has named: a user, a phone, an IM number, or what was meant to be one.
    People,
    /// Whatever stood in the command.
    Anything,
}

/// A code that is not here quotes anything.
fn quotes(code: &str) -> Quotes {
    match code {
        "auth.refused"
        | "command.too_large"
        | "command.id_reused"
        | "command.failed"
        | "command.unsupported"
        | "message.empty"
        | "message.too_long"
        | "message.bad_deadline"
        | "message.unknown"
        | "message.not_open"
        | "message.none_named"
        | "user.phone_taken"
        | "user.no_number"
        | "schedule.unknown_zone"
        | "user.bad_secret"
        | "user.key_taken"
        | "schedule.in_the_past"
        | "schedule.never_fires"
        | "schedule.too_far"
        | "schedule.too_often"
        | "schedule.unknown"
        | "schedule.no_occurrence"
        | "schedule.too_many_skips"
        | "schedule.nothing_to_replace"
        | "quota.day_exceeded"
        | "quota.month_exceeded"
        | "quota.too_fast"
        | "quota.ids"
        | "contact.unknown"
        | "contact.oneself"
        | "contact.declined"
        | "contact.invitations_full"
        | "contact.full"
        | "group.not_member"
        | "group.not_admin"
        | "group.not_owner"
        | "group.owner"
        | "group.bad_name"
        | "group.bad_cap"
        | "group.nobody"
        | "group.full"
        | "group.no_number"
        | "group.sms_day_exceeded"
        | "group.sms_month_exceeded"
        | "group.not_invited"
        | "group.too_late"
        | "presence.bad_lease"
        | "presence.too_many_devices" => Quotes::Nothing,
        "auth.unknown_sender"
        | "auth.suspended"
        | "auth.not_allowed"
        | "message.no_recipient"
        | "message.mailbox_full"
        | "user.exists"
        | "user.bad_name"
        | "user.unknown"
        | "app.unknown"
        | "group.unknown"
        | "group.is_member"
        | "group.named_twice"
        | "group.no_such_member"
        | "group.no_account"
        | "group.too_many"
        | "group.asked_lately" => Quotes::People,
        _ => Quotes::Anything,
    }
}

impl Redact for Rejection {
    fn redact(&mut self, by: &mut Redaction) {
        let Rejection { code, text, field, retry_at: _ } = self;
        match quotes(code) {
            Quotes::Nothing => {}
            Quotes::People if by.with_numbers => {}
            Quotes::People => *text = people(text, by),
            Quotes::Anything if by.with_texts => {}
            Quotes::Anything => {
                *text = "(redacted: it may quote what was sent)".to_owned();
                for field in field.iter_mut().filter(|field| !is_name_of_ours(field)) {
                    *field = format!("field-{}", by.number(Kind::Header, field.as_bytes()));
                }
            }
        }
    }
}

/// Fields that commands of ours have, perhaps inside of others: `when.zone`, `to[0]`.
fn is_name_of_ours(field: &str) -> bool {
    const FIELDS: &str = "to text parts route id expires_in escalate_after reminder_after as_group with_header type name data phone \
        secret instead_of nkey access zone day month limits mailbox recipients_per_s bytes_per_s counts ids_bytes who alias \
        device class lease message messages members confirm cap sms_day sms_month group answer role writes invites when at \
        every unit times weekdays days cron from until count except gap fold short_month missed min_interval schedule \
        occurrence sms findable nickname mood picture keywords language texts en zh deliveries reports grant again timer due \
        connector called joined whole number total octets login user since";
    let plain = |piece: &str| {
        let (name, place) = piece.split_once('[').unwrap_or((piece, ""));
        FIELDS.split_whitespace().any(|ours| ours == name)
            && place.trim_end_matches(']').bytes().all(|byte| byte.is_ascii_digit())
            && place.len() < PHONE_DIGITS_MIN
    };
    field.split('.').all(plain)
}

/// A sentence with other phones in it, be they written with a plus or without.
fn people(text: &str, by: &mut Redaction) -> String {
    let is_of_a_name = |char: char| char.is_ascii_alphanumeric() || char == '+' || char == '_' || char == '-';
    let mut told = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let end = rest.find(|char: char| !is_of_a_name(char)).unwrap_or(rest.len());
        let (word, behind) = rest.split_at(if end == 0 { first.len_utf8() } else { end });
        told += &word_of(word, by);
        rest = behind;
    }
    told
}

fn word_of(word: &str, by: &mut Redaction) -> String {
    if let Ok(mut phone) = word.parse::<Phone>() {
        phone.redact(by);
        return phone.to_string();
    }
    match word.parse::<UserName>() {
        Ok(mut name) => {
            name.redact(by);
            name.to_string()
        }
        Err(_) => word.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What quotes anything is left out; so is a code that somebody adds and decides nothing of.
    #[test]
    fn it_is_decided_of_each_code_what_its_sentence_can_quote() {
        let anything = Rejection::CODES
            .iter()
            .filter(|code| quotes(code) == Quotes::Anything)
            .copied()
            .collect::<Vec<_>>();
        assert_eq!(
            anything,
            [
                "command.malformed",
                "command.unknown_field",
                "command.unknown",
                "schedule.bad_rule",
                "schedule.bad_time",
                "service.bad_text"
            ]
        );
    }

    #[test]
    fn a_sentence_keeps_its_names_and_loses_its_phones() {
        let mut by = Redaction::default();
        for (code, text, want) in [
            ("message.no_recipient", "+447700900001 is not registered", "+12005550100 is not registered"),
            ("message.no_recipient", "447700900001 is not registered", "12005550100 is not registered"),
            ("user.unknown", "bob is not registered; ask 字", "bob is not registered; ask 字"),
            ("command.malformed", "call me", "(redacted: it may quote what was sent)"),
            ("to.come", "call me", "(redacted: it may quote what was sent)"),
            ("quota.ids", "your ids fill the 10000000 bytes", "your ids fill the 10000000 bytes"),
        ] {
            let mut refused =
                Rejection { code: code.to_owned(), text: text.to_owned(), field: None, retry_at: None };
            refused.redact(&mut by);
            assert_eq!(refused.text, want, "{code}");
        }
        for (field, want) in [("when.zone", "when.zone"), ("to[0]", "to[0]"), ("secret plan", "field-1")] {
            let (code, text) = ("command.unknown_field".to_owned(), String::new());
            let mut refused = Rejection { code, text, field: Some(field.to_owned()), retry_at: None };
            refused.redact(&mut by);
            assert_eq!(refused.field.as_deref(), Some(want));
        }
    }
}
