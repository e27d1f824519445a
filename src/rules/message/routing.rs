//! The channel a delivery takes: live, pull store, SMS, MMS, or none yet; and why.

use crate::rules::presence::{Device, DeviceClass, Encoding, latest};
use crate::rules::state::User;
use crate::words::{EventSeq, UserName, named};

named! {
    /// Which channels a sender allows.
    #[derive(Default)]
    "route" Route {
        #[default]
        Auto = "auto",
        Im = "im",
        Sms = "sms",
        Mms = "mms",
    }
}

named! {
    /// What carries a delivery.
    "channel" Channel {
        /// Sent to the client over NATS.
        Live = "live",
        /// Kept for a weak client to fetch.
        Pull = "pull",
        Sms = "sms",
        Mms = "mms",
        /// No channel is open: the delivery waits.
        None = "none",
    }
}

named! {
    /// Why a channel was chosen.
    "reason" RouteReason {
        PcOnline = "pc_online",
        PullOnline = "pull_online",
        /// A device came online while the delivery was open.
        CameOnline = "came_online",
        NoDeviceOnline = "no_device_online",
        /// Nobody is registered with this phone, so there is no client.
        NotRegistered = "not_registered",
        /// The sender asked for this channel.
        AskedFor = "asked_for",
        NoPhone = "no_phone",
        SmsOff = "sms_off",
        /// Sent live, and not confirmed within the deadline.
        NotConfirmed = "not_confirmed",
        /// Homing's answer to an SMS.
        Answer = "answer",
    }
}

named! {
    /// Why a delivery was not attempted at all.
    "reason" FilterReason {
        OptedOut = "opted_out",
        Suspended = "suspended",
        /// The recipient blocked the sender.
        Blocked = "blocked",
    }
}

/// A channel with the reason for it and the commit the reason was read from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Choice {
    pub(super) channel: Channel,
    pub(super) because: RouteReason,
    pub(super) seen: Option<EventSeq>,
    pub(super) encoding: Option<Encoding>,
}

impl Choice {
    fn plain(channel: Channel, because: RouteReason) -> Choice {
        Choice { channel, because, seen: None, encoding: None }
    }

    fn device(channel: Channel, because: RouteReason, device: &Device) -> Choice {
        let encoding = (channel == Channel::Live).then_some(device.encoding);
        Choice { channel, because, seen: Some(device.since), encoding }
    }
}

/// The channel to a registered person, or why there will be none.
pub(super) fn to_user(user: &User, from: &UserName, route: Route) -> Result<Choice, FilterReason> {
    if user.suspended {
        return Err(FilterReason::Suspended);
    }
    if user.contacts.as_ref().is_some_and(|contacts| contacts.blocks(from)) {
        return Err(FilterReason::Blocked);
    }
    match route {
        Route::Sms | Route::Mms if user.sms_off => Err(FilterReason::OptedOut),
        Route::Sms => Ok(by_phone(user, Channel::Sms, RouteReason::AskedFor)),
        Route::Mms => Ok(by_phone(user, Channel::Mms, RouteReason::AskedFor)),
        Route::Auto => {
            Ok(by_client(user).unwrap_or_else(|| without_client(user, RouteReason::NoDeviceOnline)))
        }
        Route::Im => Ok(by_client(user).unwrap_or(Choice::plain(Channel::None, RouteReason::NoDeviceOnline))),
    }
}

/// The channel after the client did not confirm in time.
pub(super) fn after_client(user: &User) -> Choice {
    without_client(user, RouteReason::NotConfirmed)
}

/// The channel to a phone that nobody registered; none for a route that needs a client.
pub(super) fn to_phone(route: Route) -> Option<Choice> {
    match route {
        Route::Auto => Some(Choice::plain(Channel::Sms, RouteReason::NotRegistered)),
        Route::Sms => Some(Choice::plain(Channel::Sms, RouteReason::AskedFor)),
        Route::Mms => Some(Choice::plain(Channel::Mms, RouteReason::AskedFor)),
        Route::Im => None,
    }
}

fn by_client(user: &User) -> Option<Choice> {
    if let Some(device) = latest(user, DeviceClass::Pc) {
        return Some(Choice::device(Channel::Live, RouteReason::PcOnline, device));
    }
    let device = latest(user, DeviceClass::Pull)?;
    Some(Choice::device(Channel::Pull, RouteReason::PullOnline, device))
}

fn without_client(user: &User, because: RouteReason) -> Choice {
    if user.sms_off {
        return Choice::plain(Channel::None, RouteReason::SmsOff);
    }
    let channel = if user.phone.is_some() { Channel::Sms } else { Channel::None };
    Choice::plain(channel, because)
}

fn by_phone(user: &User, channel: Channel, because: RouteReason) -> Choice {
    match user.phone {
        Some(_) => Choice::plain(channel, because),
        None => Choice::plain(Channel::None, RouteReason::NoPhone),
    }
}
