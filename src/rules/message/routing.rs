//! The channel a delivery takes: live, pull store, one of the table of channels, or none yet; and why.

use crate::rules::attempt::{Adapter, Needs, with_channels};
use crate::rules::presence::{Device, DeviceClass, Encoding, latest, understood};
use crate::rules::state::User;
use crate::words::{EventSeq, UserName, named};

with_channels! {
    /// Which channels a sender allows.
    #[derive(Default)]
    Route by as_str {
        #[default]
        Auto = "auto",
        Im = "im",
    }
}

with_channels! {
    /// What carries a delivery.
    Channel by as_str {
        /// Sent to the client over NATS.
        Live = "live",
        /// Kept for a weak client to fetch.
        Pull = "pull",
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
        Choice { channel, because, seen: Some(device.since), encoding: None }
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
        Route::By(by) if by.row().opt_out && user.sms_off => Err(FilterReason::OptedOut),
        Route::By(by) => Ok(by_adapter(user, by, RouteReason::AskedFor)),
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
    let reaches = |by: &Adapter| match by.row().needs {
        Needs::Phone => true,
    };
    let (by, because) = match route {
        Route::Auto => (Adapter::automatic().find(reaches)?, RouteReason::NotRegistered),
        Route::By(by) => (by, RouteReason::AskedFor),
        Route::Im => return None,
    };
    reaches(&by).then_some(Choice::plain(Channel::By(by), because))
}

fn by_client(user: &User) -> Option<Choice> {
    if let Some(device) = latest(user, DeviceClass::Pc) {
        let encoding = Some(understood(&user.devices));
        return Some(Choice { encoding, ..Choice::device(Channel::Live, RouteReason::PcOnline, device) });
    }
    let device = latest(user, DeviceClass::Pull)?;
    Some(Choice::device(Channel::Pull, RouteReason::PullOnline, device))
}

/// The first channel that is taken by itself and reaches them, where they wish it.
fn without_client(user: &User, because: RouteReason) -> Choice {
    let mut wished = Adapter::automatic().filter(|by| !(by.row().opt_out && user.sms_off));
    match wished.find(|by| reaches(user, *by)) {
        Some(by) => Choice::plain(Channel::By(by), because),
        None => Choice::plain(Channel::None, if user.sms_off { RouteReason::SmsOff } else { because }),
    }
}

fn by_adapter(user: &User, by: Adapter, because: RouteReason) -> Choice {
    if reaches(user, by) {
        Choice::plain(Channel::By(by), because)
    } else {
        Choice::plain(Channel::None, RouteReason::NoPhone)
    }
}

/// Whether Homing knows what the channel needs.
fn reaches(user: &User, by: Adapter) -> bool {
    match by.row().needs {
        Needs::Phone => user.phone.is_some(),
    }
}
