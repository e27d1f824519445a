//! What was looked at before a message took its channel, in that order, and which of it decided.

use super::Topic;
use super::evidence::{Evidence, Seen};
use crate::rules::Channel;
use crate::rules::message::{FilterReason, RouteReason};
use crate::wire::why::Gate;

/// The gates up to the one that filtered.
pub fn of_filtered(reason: FilterReason, in_name: bool, evidence: &Evidence<'_>) -> Vec<Gate> {
    let order: &[FilterReason] = if in_name {
        // A group SMS (`rules/message/in_name.rs`).
        &[
            FilterReason::LeftGroup,
            FilterReason::OptedOutOfGroup,
            FilterReason::Suspended,
            FilterReason::Blocked,
            FilterReason::OptedOut,
            FilterReason::NoPhone,
            FilterReason::MailboxFull,
        ]
    } else {
        &[
            FilterReason::LeftGroup,
            FilterReason::Suspended,
            FilterReason::Blocked,
            FilterReason::OptedOutOfGroup,
            FilterReason::OptedOut,
            FilterReason::NoPhone,
            FilterReason::MailboxFull,
        ]
    };
    let place = order.iter().position(|one| *one == reason).unwrap_or(order.len());
    let before = order.iter().take(place).filter(|one| is_always_looked_at(**one) || in_name);
    before.map(|one| filter(*one, true, evidence)).chain([filter(reason, false, evidence)]).collect()
}

/// Those that stand before every channel; the others only before an SMS.
fn is_always_looked_at(reason: FilterReason) -> bool {
    match reason {
        FilterReason::Suspended | FilterReason::Blocked | FilterReason::MailboxFull => true,
        FilterReason::LeftGroup
        | FilterReason::OptedOutOfGroup
        | FilterReason::OptedOut
        | FilterReason::NoPhone => false,
    }
}

fn filter(reason: FilterReason, open: bool, evidence: &Evidence<'_>) -> Gate {
    let to = evidence.to;
    let (gate, topic, read) = match (reason, open) {
        (FilterReason::Suspended, true) => {
            ("suspended", Some(Topic::Account), format!("neither {to} nor the sender is suspended"))
        }
        (FilterReason::Suspended, false) => {
            ("suspended", Some(Topic::Account), format!("{to} or the sender is suspended"))
        }
        (FilterReason::Blocked, true) => ("block", None, format!("{to} does not block the sender")),
        (FilterReason::Blocked, false) => ("block", Some(Topic::Contacts), format!("{to} blocks the sender")),
        (FilterReason::OptedOut, true) => ("opt-out", Some(Topic::Wish), format!("{to} wishes SMS")),
        (FilterReason::OptedOut, false) => ("opt-out", Some(Topic::Wish), format!("{to} wishes no SMS")),
        (FilterReason::OptedOutOfGroup, true) => {
            ("opt-out of the group", None, format!("{to} wishes SMS of this group"))
        }
        (FilterReason::OptedOutOfGroup, false) => {
            ("opt-out of the group", None, format!("{to} wishes no SMS of this group"))
        }
        (FilterReason::LeftGroup, true) => ("member", None, format!("{to} is in the group")),
        (FilterReason::LeftGroup, false) => ("member", None, format!("{to} is not in the group any more")),
        (FilterReason::NoPhone, true) => ("phone", None, "a phone is known".to_owned()),
        (FilterReason::NoPhone, false) => ("phone", Some(Topic::Account), "no phone is known".to_owned()),
        (FilterReason::MailboxFull, true) => ("mailbox", None, "there is room".to_owned()),
        (FilterReason::MailboxFull, false) => {
            ("mailbox", None, format!("as many messages wait for {to} as are taken"))
        }
    };
    made(gate, open, read, topic.and_then(|topic| evidence.latest(topic)))
}

/// The gates of a channel: those that filter were open.
pub fn of_routed(
    channel: Channel,
    reason: RouteReason,
    seen: Option<Seen>,
    evidence: &Evidence<'_>,
) -> Vec<Gate> {
    let mut gates = Vec::new();
    if evidence.to.user().is_some() {
        gates.extend([FilterReason::Suspended, FilterReason::Blocked].map(|one| filter(one, true, evidence)));
    }
    let presence = || seen.clone().or_else(|| evidence.latest(Topic::Presence));
    let offline = || made("presence", false, "no device was online".to_owned(), presence());
    let sms = |open| filter(FilterReason::OptedOut, open, evidence);
    let phone = |open| filter(FilterReason::NoPhone, open, evidence);
    let by_sms = matches!(channel, Channel::By(_));
    let of_reason = match reason {
        RouteReason::PcOnline | RouteReason::PullOnline | RouteReason::CameOnline => {
            vec![made("presence", true, "a device was online".to_owned(), presence())]
        }
        RouteReason::NoDeviceOnline if by_sms => vec![offline(), sms(true), phone(true)],
        RouteReason::NoDeviceOnline => vec![offline()],
        RouteReason::SmsOff => vec![offline(), sms(false)],
        RouteReason::NoPhone => vec![phone(false)],
        RouteReason::NotRegistered => {
            vec![made("account", false, "nobody is registered with this phone".to_owned(), None), sms(true)]
        }
        RouteReason::AskedFor => {
            vec![
                made("route", true, "the sender asked for this channel".to_owned(), None),
                sms(true),
                phone(true),
            ]
        }
        RouteReason::NotConfirmed => vec![
            made("confirmation", false, "no client confirmed it in time".to_owned(), None),
            sms(true),
            phone(true),
        ],
        RouteReason::WentOffline => vec![
            made(
                "presence",
                false,
                "the device that had it went offline without confirming".to_owned(),
                presence(),
            ),
            sms(true),
            phone(true),
        ],
        RouteReason::Answer => {
            vec![made("route", true, "an answer goes the way that was asked by".to_owned(), None)]
        }
    };
    gates.extend(of_reason);
    gates
}

fn made(gate: &str, open: bool, found: String, seen: Option<Seen>) -> Gate {
    let (gate, because) = (gate.to_owned(), seen.as_ref().map(|seen| seen.says.clone()));
    let (seq, since) = seen.map(|seen| (seen.seq, seen.at.to_string())).unzip();
    Gate { gate, open, found, because, seen: seq, since }
}
