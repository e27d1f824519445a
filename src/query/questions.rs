//! The table of questions: what each asks, what is answered, and what finds the answer.

use super::answer::{Found, conversations, delivery, history, inbox, presence, senders, users};
use super::asker::{Asked, Asker};
use super::model::Model;
use super::refusal::Unanswered;
use super::{contacts, groups, lateness, ledger, preview, quota, schedules, texts, why};

/// A question that is answered.
#[derive(Debug)]
pub(super) struct Question {
    /// The last token of its subject.
    pub(super) name: &'static str,
    /// The shapes of its payload and of its answer, as the NATS service tells them.
    pub(super) asked: &'static str,
    pub(super) answered: &'static str,
    find: fn(&Model, &Asker, Asked<'_>) -> Result<Found, Unanswered>,
}

impl Question {
    /// The answer, for whoever may have it.
    pub(super) fn find(&self, model: &Model, asked: Asked<'_>) -> Result<Found, Unanswered> {
        (self.find)(model, &Asker::of(asked.by, model)?, asked)
    }
}

const PAGE: &str = "{limit?, after?, user?}";
const SHOWN: &str =
    "{items: [{message, from, to, group?, text?, parts?: [{type, name?, data}], at, state}], next?}";

const CONVERSATIONS: &str = "{items: [{with, unread, last: {message, from, to, group?, text?, \
    parts?: [{type, name?, data}], at, state}}], next?}";
const SCHEDULES: &str = "{items: [{schedule, from, to, as_group?, text?, parts?, route, when, state, next?: {nominal, second?, due}, \
    fired, skipped, missed, cancelled, pending, run_now, last?: {nominal, second?, state, late_ms, at}, skips?, \
    occurrences?: [{nominal, second?, due, state, reason?, late_ms, message?, seq}]}], next?}";
const GROUPS: &str = "{items: [{group, name, size, cap, sms_day, sms_month, zone?, writes, invites, place?}], next?} | \
    {items: [{who, place}], next?}; a place is role, sms, since | invited_by, until";
const QUOTA: &str = "{user, zone, day: {max?, used, left?, resets}, month: {max?, used, left?, resets}}";
const STORY: &str = "{id, says, command?: {command, by, at, subject?}, steps: [{seq, at, after_ms?, command, by, fact, says}], \
    recipients?: [{to, state, channel?, reason?, gates?: [{gate, open, found, because?, seen?, since?}], steps, otherwise?}], otherwise?, next?}";
const LEDGER: &str = "{total: {planned, fired, skipped, missed, cancelled, pending, repeated, balanced}, \
    items: [{schedule, planned, fired, skipped, missed, cancelled, pending, repeated, balanced}], next?, \
    days?: [{day, deliveries: {accepted, delivered, filtered, recalled, expired, failed, open, repeated}, \
    occurrences: {planned, fired, skipped, missed, cancelled, pending, repeated}, balanced}]}";

pub(super) const QUESTIONS: &[Question] = &[
    Question { name: "inbox", asked: PAGE, answered: SHOWN, find: inbox },
    Question {
        name: "history",
        asked: "{with, limit?, after? | before?, user?}",
        answered: SHOWN,
        find: history,
    },
    Question { name: "conversations", asked: PAGE, answered: CONVERSATIONS, find: conversations },
    Question {
        name: "presence",
        asked: PAGE,
        answered: "{items: [{user, online, devices: [{device, class, since}]}], next?}",
        find: presence,
    },
    Question {
        name: "delivery",
        asked: "{message, limit?, after?}",
        answered: "{message, group?, sums?, recipients: [{to, state, channel?, reason?, history: [{state, at, seq, channel?, reason?}]}], next?}",
        find: delivery,
    },
    Question { name: "why", asked: "{id, to?, limit?, after?}", answered: STORY, find: why::find },
    Question {
        name: "senders",
        asked: "{deliveries: [{message, to}]}",
        answered: "{items: [{message, to, from, encoding}]}",
        find: senders,
    },
    Question {
        name: "contacts",
        asked: "{limit?, after?, user?, since?}",
        answered: "{items: [{who, alias?, blocked, im?, nickname?, mood?, picture?}], next?, version?, whole?, removed?: [who]}",
        find: contacts::find,
    },
    Question {
        name: "users",
        asked: PAGE,
        answered: "{items: [{name, im, phone?, zone?, day?, month?, suspended, sms, limits?}], next?}",
        find: users,
    },
    Question {
        name: "groups",
        asked: "{limit?, after?, user?, group?}",
        answered: GROUPS,
        find: groups::find,
    },
    Question {
        name: "schedules",
        asked: "{limit?, after?, user?, schedule?, state?}",
        answered: SCHEDULES,
        find: schedules::find,
    },
    Question {
        name: "preview",
        asked: "{when | schedule, count?, after?}",
        answered: "{occurrences: [{nominal, second?, due} | {nominal, second?, omitted}], paused?}",
        find: preview::find,
    },
    Question { name: "quota", asked: "{user?}", answered: QUOTA, find: quota::find },
    Question {
        name: "texts",
        asked: "{}",
        answered: "{keywords, language, texts: [{name, own, en, zh}]}",
        find: texts::find,
    },
    Question {
        name: "lateness",
        asked: "{schedule?}",
        answered: "{fired, p50_ms?, p90_ms?, p99_ms?, p999_ms?, max_ms?, buckets: [{le_ms, count}]}",
        find: lateness::find,
    },
    Question {
        name: "ledger",
        asked: "{limit?, after?, schedule?, days_from?}",
        answered: LEDGER,
        find: ledger::find,
    },
];
