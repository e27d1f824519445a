//! The reasons of the rules in sentences: what a fact means for a recipient, and what would have made it otherwise.

use crate::rules::Channel;
use crate::rules::attempt::{DeferReason, FailReason, ReceiptState};
use crate::rules::message::{FilterReason, RouteReason};

/// Why a delivery takes this channel.
pub fn routed(to: &str, channel: Channel, reason: RouteReason) -> String {
    let way = match channel {
        Channel::Live => "it goes live".to_owned(),
        Channel::Pull => "it is kept for their client to fetch".to_owned(),
        Channel::None => "it waits".to_owned(),
        Channel::By(by) => format!("it goes by {}", by.as_str().to_uppercase()),
    };
    let because = match reason {
        RouteReason::PcOnline => format!("a client of {to} is online"),
        RouteReason::PullOnline => format!("{to} is online with a client that fetches"),
        RouteReason::CameOnline => format!("a client of {to} came online"),
        RouteReason::NoDeviceOnline if channel == Channel::None => {
            format!("no client of {to} is online, and nothing else may be used or reaches them")
        }
        RouteReason::NoDeviceOnline => format!("no client of {to} is online"),
        RouteReason::NotRegistered => format!("nobody is registered with {to}, so there is no client"),
        RouteReason::AskedFor => "the sender asked for this channel".to_owned(),
        RouteReason::NoPhone => format!("it is to go by SMS, and no phone of {to} is known"),
        RouteReason::SmsOff => format!("no client of {to} is online, and they wish no SMS"),
        RouteReason::NotConfirmed => "it was sent live and not confirmed in time".to_owned(),
        RouteReason::WentOffline => "the client that had it went offline without confirming it".to_owned(),
        RouteReason::Answer => "it answers an SMS".to_owned(),
    };
    format!("{way}: {because}")
}

/// What would have made the channel another one.
pub fn other_channel(to: &str, channel: Channel, reason: RouteReason) -> Vec<String> {
    let live = format!("it would have gone live had a client of {to} been online (presence.online)");
    let comes = format!("it goes live as soon as a client of {to} comes online (presence.online)");
    match reason {
        RouteReason::PcOnline | RouteReason::PullOnline | RouteReason::CameOnline => {
            vec![format!(
                "with no client of {to} online it would go by SMS where that is wished and a phone is known"
            )]
        }
        RouteReason::NoDeviceOnline if channel == Channel::None => {
            vec![comes, format!("route auto and a phone of {to} (user.set) would let it go by SMS")]
        }
        RouteReason::NoDeviceOnline => vec![live],
        RouteReason::NotRegistered => {
            vec![format!("it would have gone live to a user with this phone (user.register) who is online")]
        }
        RouteReason::AskedFor => vec!["route auto would have taken a client that is online first".to_owned()],
        RouteReason::NoPhone => vec![format!("a phone of {to} (user.set, phone) would let it go by SMS")],
        RouteReason::SmsOff => vec![
            comes,
            format!("{to} would get it by SMS had they not turned that off (preference.set, sms)"),
        ],
        RouteReason::NotConfirmed => {
            vec![format!(
                "it would have stayed live had the client of {to} confirmed it (message.received) before the deadline (escalate_after)"
            )]
        }
        RouteReason::WentOffline => vec![format!(
            "it would have stayed live had the client of {to} confirmed it (message.received) first"
        )],
        RouteReason::Answer => Vec::new(),
    }
}

/// Why nothing goes to somebody.
pub fn filtered(to: &str, reason: FilterReason) -> (String, String) {
    let (why, otherwise) = match reason {
        FilterReason::OptedOut => (
            format!("{to} wishes no SMS"),
            format!("{to} takes it back by START or preference.set with sms on"),
        ),
        FilterReason::Suspended => (
            format!("{to} or the sender is suspended"),
            "user.resume by an operator lets messages through again".to_owned(),
        ),
        FilterReason::Blocked => (
            format!("{to} blocks the sender"),
            format!("{to} takes the sender off the list (contact.remove)"),
        ),
        FilterReason::MailboxFull => (
            format!("as many messages wait for {to} as are taken"),
            format!(
                "{to} comes online and confirms some, or an operator raises the limit mailbox (user.set)"
            ),
        ),
        FilterReason::OptedOutOfGroup => (
            format!("{to} wishes no SMS of this group"),
            format!("{to} takes it back by START with the group's number or preference.set"),
        ),
        FilterReason::LeftGroup => (
            format!("{to} had left the group, or was removed, before it went out"),
            format!("{to} is invited again (group.invite)"),
        ),
        FilterReason::NoPhone => (
            format!("no phone of {to} is known, and it goes by SMS alone"),
            format!("a phone of {to} (user.set, phone)"),
        ),
    };
    (format!("it is not sent: {why}"), otherwise)
}

/// Why a delivery by an adapter ended.
pub fn failed(reason: FailReason) -> (String, String) {
    let (why, otherwise) = match reason {
        FailReason::Smsc(status) => (
            format!("the SMSC refused it with command_status 0x{status:08x} (SMPP 3.4, 5.1.3)"),
            "what that status asks for: a valid number, a permitted sender, an account in order".to_owned(),
        ),
        FailReason::Receipt(state) => (
            format!("the SMSC's receipt says {state}"),
            match state {
                ReceiptState::Expired => {
                    "a phone that is switched on before the SMSC's validity ends, or a longer expires_in"
                }
                ReceiptState::Enroute
                | ReceiptState::Delivered
                | ReceiptState::Deleted
                | ReceiptState::Undeliverable
                | ReceiptState::Accepted
                | ReceiptState::Unknown
                | ReceiptState::Rejected => "what the network says of the number: `error` in the receipt",
            }
            .to_owned(),
        ),
        FailReason::TooLong => (
            "its text has more segments than the bridge sends".to_owned(),
            "a shorter text, or a higher limit of segments (homing sms count)".to_owned(),
        ),
        FailReason::BadNumber => {
            ("the number is none that gets SMS, or costs extra".to_owned(), "another number".to_owned())
        }
        FailReason::NoText => (
            "it has parts and no text, and an SMS is text".to_owned(),
            "a text, or a client that is online".to_owned(),
        ),
        FailReason::NoCode => (
            "a one-time code is to stand in it, and none could be given".to_owned(),
            "an account that has no other credential yet".to_owned(),
        ),
    };
    (format!("it failed: {why}"), otherwise)
}

/// Why an attempt is made again.
pub fn deferred(why: DeferReason) -> String {
    match why {
        DeferReason::Smsc(status) => {
            format!("the SMSC took it not, for now (command_status 0x{status:08x}); it is tried again")
        }
        DeferReason::NotSent => {
            "it never left: the link was down, or the bridge stopped; it is tried again".to_owned()
        }
    }
}
