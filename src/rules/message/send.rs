//! A message is accepted, and each of its deliveries gets its first channel.

use std::collections::BTreeSet;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_with::skip_serializing_none;

use super::in_name;
use super::mailbox::MAILBOX_LEN_MAX;
use super::routing::{self, Choice, FilterReason, Route, RouteReason};
use super::{Accepted, AsGroup, Aside, Channel, Filtered, MessagePart, News, Page, Routed};
use crate::rules::attempt::Adapter;
use crate::rules::group::Seat;
use crate::rules::proof::{ByUser, Case};
use crate::rules::quota::Load;
use crate::rules::state::{Uid, User};
use crate::rules::vocabulary::Decide;
use crate::rules::{Decided, Fact, Rejection, State, Timer, quota, timer};
use crate::words::{
    Address, AppNumber, Author, CommandSeq, EventSeq, GroupNumber, Instant, MessageId, Party, Span, UserName,
};

/// The contract's limit.
const RECIPIENTS_LEN_MAX: usize = 1_000;
/// 430 concatenated SMS of 7-bit text; longer things are parts.
pub const TEXT_BYTES_MAX: usize = 64 * 1_024;
/// An MMS is at most 300 KiB with most carriers, and a commit must stay below NATS's usual 1 MiB.
pub const PARTS_BYTES_MAX: usize = 512 * 1_024;
/// Each part takes some room of its own in a commit, however small it is.
pub const PARTS_LEN_MAX: usize = 100;
const DEADLINE_MIN: Span = Span::from_secs(1);
const DEADLINE_MAX: Span = Span::from_secs(366 * 86_400);

/// `message.send`. Refused with `message.no_recipient`, `message.empty`, `message.too_long`, `message.bad_deadline`,
/// `message.mailbox_full`, `quota.day_exceeded`, `quota.month_exceeded`, `quota.too_fast` or `command.unsupported`.
#[skip_serializing_none]
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Send {
    pub to: Vec<Address>,
    pub text: Option<Arc<str>>,
    pub parts: Option<Arc<[MessagePart]>>,
    #[serde(default, skip_serializing_if = "is_auto")]
    pub route: Route,
    pub id: Option<String>,
    pub expires_in: Option<Span>,
    pub escalate_after: Option<Span>,
    pub reminder_after: Option<Span>,
    pub as_group: Option<AsGroup>,
    pub with_header: Option<bool>,
}

fn is_auto(route: &Route) -> bool {
    *route == Route::Auto
}

/// What is to be delivered, judged sound: to whom, by which route, for how long. A schedule is recorded with it.
#[skip_serializing_none]
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Content {
    /// The group that it is for, whoever is in it when it is sent.
    pub group: Option<GroupNumber>,
    /// Whether it is a group SMS, in the group's name, and its name heads it.
    pub in_name: Option<bool>,
    /// The app in that group that it is for.
    pub app: Option<AppNumber>,
    /// Nobody, where it is for a group.
    pub to: Vec<Party>,
    pub text: Option<Arc<str>>,
    pub parts: Option<Arc<[MessagePart]>>,
    pub route: Route,
    pub expires_in: Option<Span>,
    pub escalate_after: Option<Span>,
}

impl Decide for Send {
    fn decide(&self, case: &Case<'_, ByUser>) -> Decided {
        let user = case.user();
        let named = self.to.iter().map(|to| case.state.named_by(to)).sum();
        user.pace.check(user.limits(), load(named, &self.text, &self.parts), case.at)?;
        send(case.state, case.name(), self, case.message(), case.at)
    }
}

/// What a message takes of its sender's pace.
pub(in crate::rules) fn load(
    recipients: usize,
    text: &Option<Arc<str>>,
    parts: &Option<Arc<[MessagePart]>>,
) -> Load {
    let text = text.as_ref().map_or(0, |text| text.len());
    let parts = parts.iter().flat_map(|parts| parts.iter()).map(|part| part.data.0.len());
    Load { recipients, bytes: text + parts.sum::<usize>() }
}

/// Accepts what a user asks to be sent now, by whatever way they asked.
pub(in crate::rules) fn send(
    state: &State,
    from: &UserName,
    command: &Send,
    message: MessageId,
    at: Instant,
) -> Decided {
    let uid = state.uid(from).ok_or_else(|| Rejection::unknown_sender(from.as_str()))?;
    let content = content(state, uid, command)?;
    accept(state, from, (content, None), message, at)
}

/// Judges what is asked to be sent, now or later.
pub(in crate::rules) fn content(state: &State, from: Uid, command: &Send) -> Result<Content, Rejection> {
    shape(command)?;
    let (group, app) = one_group(command)?.unzip();
    let app = app.flatten();
    let in_name = in_name::asked(command, group.filter(|_| app.is_none()))?;
    if let Some(number) = group.filter(|_| in_name.is_some()) {
        state.group(number)?.must_be_led_by(from).map_err(|why| why.at_field("as_group"))?;
    }
    let may_write = |group| match app {
        Some(app) => state.must_serve(app, from, group),
        None => state.hearers(from, group).map(drop),
    };
    let to = match group {
        Some(group) => may_write(group).map(|()| Vec::new()).map_err(|why| why.at_field("to"))?,
        None => recipients(state, command)?,
    };
    if !in_bounds(command.expires_in) {
        return Err(Rejection::bad_expiry());
    }
    if !in_bounds(command.escalate_after) {
        return Err(Rejection::bad_escalation());
    }
    let stranger = |to: &Party| matches!(to, Party::Phone(_)) && routing::to_phone(command.route).is_none();
    if to.iter().any(stranger) {
        return Err(Rejection::unreachable_recipient(command.route.as_str()));
    }
    Ok(Content {
        group,
        in_name,
        app,
        to,
        text: command.text.clone(),
        parts: command.parts.clone(),
        route: if in_name.is_some() { Route::By(Adapter::Sms) } else { command.route },
        expires_in: command.expires_in,
        escalate_after: command.escalate_after,
    })
}

/// Homing answers for it from now on: each delivery gets its first channel, each deadline its timer. Text and parts may stand in
/// another commit.
pub(in crate::rules) fn accept(
    state: &State,
    from: &UserName,
    (content, body): (Content, Option<EventSeq>),
    message: MessageId,
    at: Instant,
) -> Decided {
    let Content { group, in_name, app, to, text, parts, route, expires_in, escalate_after } = content;
    let uid = state.uid(from).ok_or_else(|| Rejection::unknown_sender(from.as_str()))?;
    let sender = state.user(uid);
    let in_group = |number| state.hearers(uid, number);
    let (deliveries, in_name) = match (group, in_name) {
        (Some(number), _) if app.is_some() => {
            app.map_or(Ok(()), |app| state.must_serve(app, uid, number))?;
            (Vec::new(), None)
        }
        (Some(number), Some(header)) => {
            let (deliveries, in_name) = in_name::plan(state, (uid, sender), (number, header), message, at)?;
            (deliveries, Some(in_name))
        }
        (Some(number), None) => {
            (first_channels(state, sender, (route, group), message, &in_group(number)?)?, None)
        }
        (None, _) => (first_channels(state, sender, (route, None), message, &to)?, None),
    };
    // A group SMS counts with the group's quota.
    let counts = if in_name.is_some() { 1 } else { quota::check(sender, &deliveries, at)? };
    let expires = expires_in.or(sender.limits().expires_in).map(|span| at + span);
    let day = sender.zone.map(|zone| quota::today(zone, at));
    let from = Author::User(from.clone());
    let counts = Some(counts).filter(|counts| *counts != 1);
    let (charged, aside) = (None, None);
    let accepted = Accepted {
        message,
        from,
        charged,
        in_name,
        group,
        app,
        to,
        text,
        parts,
        route,
        body,
        expires,
        day,
        counts,
        aside,
        code_for: None,
    };
    let mut facts = vec![accepted.into()];
    match group {
        // An app has no delivery.
        Some(_) if app.is_some() => {}
        Some(_) => facts.extend(Page::of(message, deliveries).into_iter().map(Fact::from)),
        None => facts.extend(deliveries),
    }
    let is_open = app.is_none();
    let expires = expires.filter(|_| is_open).map(|due| (Timer::Expire(message), due));
    let escalates = escalate_after.filter(|_| is_open).map(|span| (Timer::Escalate(message), at + span));
    facts.extend(expires.into_iter().chain(escalates).map(|(timer, due)| timer::Set { timer, due }.into()));
    Ok(facts)
}

/// A message of Homing's own that somebody causes, for so long: it counts with their quota.
pub(in crate::rules) fn own(
    state: &State,
    (message, text): (MessageId, Arc<str>),
    charged: &User,
    to: &[Party],
    at: Instant,
    worth: Span,
) -> Decided {
    let first = |to: &Party| first_channel(state, None, (Route::Auto, None), message, to.clone());
    let deliveries = to.iter().map(first).collect::<Result<Vec<Fact>, Rejection>>()?;
    let counts = quota::check(charged, &deliveries, at)?;
    let accepted = Accepted {
        message,
        from: Author::Homing,
        charged: Some(charged.name.clone()),
        group: None,
        to: to.to_vec(),
        text: Some(text),
        parts: None,
        route: Route::Auto,
        body: None,
        expires: Some(at + worth),
        day: charged.zone.map(|zone| quota::today(zone, at)),
        counts: Some(counts).filter(|counts| *counts != 1),
        in_name: None,
        app: None,
        code_for: None,
        aside: None,
    };
    Ok(std::iter::once(accepted.into()).chain(deliveries).collect())
}

/// Has a message among these facts tell one more person something else, by this channel; false where there is none.
pub(in crate::rules) fn adds_aside(facts: &mut Vec<Fact>, to: &Party, text: Arc<str>, by: Adapter) -> bool {
    let accepted = facts.iter_mut().find_map(|fact| {
        if let Fact::Message(super::Fact::Accepted(accepted)) = fact { Some(accepted) } else { None }
    });
    let Some(accepted) = accepted else { return false };
    let message = accepted.message;
    accepted.to.push(to.clone());
    accepted.aside = Some(Aside { to: to.clone(), text });
    let (channel, because) = (Channel::By(by), RouteReason::Answer);
    let (to, seen, body, encoding, place) = (to.clone(), None, None, None, None);
    facts.push(Routed { message, to, channel, because, seen, body, encoding, place }.into());
    true
}

/// Has the message among these facts, if this is it, carry a one-time code for somebody.
pub(in crate::rules) fn has_code(fact: &mut Fact, name: &UserName) {
    if let Fact::Message(super::Fact::Accepted(accepted)) = fact {
        accepted.code_for = Some(name.clone());
    }
}

/// As how many messages it would count with its sender's quota, if it were sent now.
pub(in crate::rules) fn counts(state: &State, sender: &User, content: &Content) -> u32 {
    let nobody = MessageId::of(CommandSeq(0));
    let way = (content.route, content.group);
    let first = |to: &Party| first_channel(state, Some(sender), way, nobody, to.clone()).ok();
    let hearers = content.group.zip(state.uid(&sender.name)).map(|(group, uid)| state.hearers(uid, group));
    let hearers = hearers.and_then(Result::ok).unwrap_or_default();
    let deliveries: Vec<Fact> = content.to.iter().chain(&hearers).filter_map(first).collect();
    quota::counted(sender.limits().counts.unwrap_or_default(), &deliveries)
}

fn shape(command: &Send) -> Result<(), Rejection> {
    if command.reminder_after.is_some() {
        return Err(Rejection::unsupported("a reminder for the pull store").at_field("reminder_after"));
    }
    match (&command.text, &command.parts) {
        (Some(text), None) if text.len() > TEXT_BYTES_MAX => {
            Err(Rejection::text_too_long(text.len(), TEXT_BYTES_MAX))
        }
        (Some(text), None) if !text.is_empty() => Ok(()),
        (None, Some(parts)) if parts.len() > PARTS_LEN_MAX => {
            Err(Rejection::too_many_parts(parts.len(), PARTS_LEN_MAX))
        }
        (None, Some(parts)) if !parts.is_empty() => {
            let name_len = |name: &Option<String>| name.as_ref().map_or(0, String::len);
            let len = parts.iter().map(|p| p.data.0.len() + p.media.len() + name_len(&p.name)).sum();
            if len > PARTS_BYTES_MAX { Err(Rejection::parts_too_large(len, PARTS_BYTES_MAX)) } else { Ok(()) }
        }
        (Some(_), None) | (None, Some(_)) | (Some(_), Some(_)) | (None, None) => {
            Err(Rejection::empty_message())
        }
    }
}

/// A message to a group, or to an app in one, is for nobody else.
fn one_group(command: &Send) -> Result<Option<(GroupNumber, Option<AppNumber>)>, Rejection> {
    let place = |to: &Address| {
        let app = to.app().map(|(app, group)| (group, Some(app)));
        app.or(to.group().map(|group| (group, None)))
    };
    let mut groups = command.to.iter().filter_map(place);
    match (groups.next(), command.to.as_slice()) {
        (None, _) => Ok(None),
        (Some(_), [_, _, ..]) => Err(Rejection::not_one_group()),
        // An SMS to all of a group is the group's own.
        (Some(_), _) if !matches!(command.route, Route::Auto | Route::Im) && command.as_group.is_none() => {
            Err(Rejection::unsupported("an SMS to a group but in its name, with as_group,").at_field("route"))
        }
        (Some(group), _) => Ok(Some(group)),
    }
}

/// Each one once, in the order given.
fn recipients(state: &State, command: &Send) -> Result<Vec<Party>, Rejection> {
    if command.to.is_empty() || command.to.len() > RECIPIENTS_LEN_MAX {
        return Err(Rejection::no_recipient());
    }
    let mut seen = BTreeSet::new();
    let mut recipients = Vec::with_capacity(command.to.len());
    for address in &command.to {
        let party =
            state.resolve(address).ok_or_else(|| Rejection::unknown_recipient(&address.to_string()))?;
        if seen.insert(party.clone()) {
            recipients.push(party);
        }
    }
    Ok(recipients)
}

pub(in crate::rules) fn in_bounds(deadline: Option<Span>) -> bool {
    deadline.is_none_or(|span| (DEADLINE_MIN..=DEADLINE_MAX).contains(&span))
}

/// Of each delivery the first channel, or why there is none. Where nobody's mailbox takes it, there is no message.
fn first_channels(state: &State, from: &User, way: Way, message: MessageId, to: &[Party]) -> Decided {
    let first = |to: &Party| first_channel(state, Some(from), way, message, to.clone());
    let deliveries = to.iter().map(first).collect::<Result<Vec<Fact>, Rejection>>()?;
    let full = |fact: &Fact| {
        fact.get::<Filtered>().is_some_and(|filtered| filtered.reason == FilterReason::MailboxFull)
    };
    match to {
        [] => Err(Rejection::nobody_else()),
        _ if !deliveries.iter().all(full) => Ok(deliveries),
        [Party::User(one)] => {
            let max = state.user_named(one).map_or(0, mailbox_len_max);
            Err(Rejection::mailbox_full(one.as_str(), max))
        }
        _ => Err(Rejection::mailboxes_full()),
    }
}

pub(super) fn mailbox_len_max(user: &User) -> usize {
    user.limits().mailbox.unwrap_or(MAILBOX_LEN_MAX) as usize
}

/// The route that the sender asks for, and the group that it is for.
type Way = (Route, Option<GroupNumber>);

fn first_channel(
    state: &State,
    from: Option<&User>,
    (route, group): Way,
    message: MessageId,
    to: Party,
) -> Result<Fact, Rejection> {
    let filtered = |to: Party, reason: FilterReason| {
        let News { from, encoding, group } = from.map_or_else(News::default, News::of);
        Ok(Filtered { message, to, reason, from, encoding, group }.into())
    };
    if let Party::Phone(phone) = &to
        && let Some(reason) = state.wishes_no_sms(Seat::Phone(*phone), group)
    {
        return filtered(to, reason);
    }
    let choice = match to.user().and_then(|name| state.uid(name)) {
        Some(uid) => {
            let no_sms = state.wishes_no_sms(Seat::User(uid), group);
            match routing::to_user(state, (state.user(uid), no_sms), from, route) {
                Ok(_) if state.user(uid).mailbox.len() >= mailbox_len_max(state.user(uid)) => {
                    return filtered(to, FilterReason::MailboxFull);
                }
                Ok(choice) => choice,
                Err(reason) => return filtered(to, reason),
            }
        }
        None => routing::to_phone(route).ok_or_else(|| Rejection::unreachable_recipient(route.as_str()))?,
    };
    let Choice { channel, because, seen, encoding } = choice;
    Ok(Routed { message, to, channel, because, seen, body: None, encoding, place: None }.into())
}
