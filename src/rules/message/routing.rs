//! The channel a delivery takes: live, pull store, one of the table of channels, or none yet; and why.

use crate::rules::State;
use crate::rules::attempt::{Adapter, Needs, with_channels};
use crate::rules::presence::{Device, DeviceClass, Encoding, latest, understood};
use crate::rules::state::User;
use crate::words::{DeviceName, EventSeq, named};

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
        /// A client had it, did not confirm it, and went offline.
        WentOffline = "went_offline",
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
        /// As many messages wait for the recipient as are taken.
        MailboxFull = "mailbox_full",
        /// A member wishes no SMS of this group.
        OptedOutOfGroup = "opted_out_of_group",
        /// Somebody has left the group, or was removed, before it went out.
        LeftGroup = "left_group",
        /// An SMS is to go to a member of a group whose phone is not known.
        NoPhone = "no_phone",
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

/// The channel to a registered person, or why there will be none. What nobody sends is Homing's own.
pub(super) fn to_user(
    state: &State,
    (user, no_sms): (&User, Option<FilterReason>),
    from: Option<&User>,
    route: Route,
) -> Result<Choice, FilterReason> {
    if let Some(reason) = held(state, user, from) {
        return Err(reason);
    }
    match route {
        Route::By(by) => match no_sms.filter(|_| by.row().opt_out) {
            Some(reason) => Err(reason),
            None => Ok(by_adapter(user, by, RouteReason::AskedFor)),
        },
        Route::Auto => {
            let client = by_client(user.devices.iter());
            Ok(client.unwrap_or_else(|| without_client(user, no_sms.is_some())))
        }
        Route::Im => {
            let client = by_client(user.devices.iter());
            Ok(client.unwrap_or(Choice::plain(Channel::None, RouteReason::NoDeviceOnline)))
        }
    }
}

/// Why nothing goes to somebody from this sender, by whatever channel: also what was accepted before the sender was suspended.
pub(in crate::rules) fn held(state: &State, user: &User, from: Option<&User>) -> Option<FilterReason> {
    if user.suspended || from.is_some_and(|from| from.suspended) {
        return Some(FilterReason::Suspended);
    }
    let (contacts, from) = user.contacts.as_ref().zip(from)?;
    contacts.block_sender(state, from).then_some(FilterReason::Blocked)
}

/// The channel after the client did not confirm in time. A route that the sender named is not left: only `auto` goes on.
pub(super) fn after_client((user, sms_off): (&User, bool), route: Route) -> Option<Channel> {
    match route {
        Route::Auto => automatic(user, sms_off).map(Channel::By),
        Route::Im | Route::By(_) => None,
    }
}

/// The channel after a device went offline, of what it had. While another device has the same, there is no need of one.
pub(super) fn after_device(
    (user, sms_off): (&User, bool),
    gone: &DeviceName,
    route: Route,
) -> Option<Channel> {
    let left = by_client(user.devices.iter().filter(|device| device.name != *gone));
    match left.map(|choice| choice.channel) {
        Some(Channel::Pull) => Some(Channel::Pull),
        Some(Channel::Live | Channel::By(_) | Channel::None) => None,
        None => after_client((user, sms_off), route),
    }
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

fn by_client<'a>(devices: impl Iterator<Item = &'a Device> + Clone) -> Option<Choice> {
    if let Some(device) = latest(devices.clone(), DeviceClass::Pc) {
        let encoding = Some(understood(devices));
        return Some(Choice { encoding, ..Choice::device(Channel::Live, RouteReason::PcOnline, device) });
    }
    let device = latest(devices, DeviceClass::Pull)?;
    Some(Choice::device(Channel::Pull, RouteReason::PullOnline, device))
}

fn without_client(user: &User, sms_off: bool) -> Choice {
    match automatic(user, sms_off) {
        Some(by) => Choice::plain(Channel::By(by), RouteReason::NoDeviceOnline),
        None if sms_off => Choice::plain(Channel::None, RouteReason::SmsOff),
        None => Choice::plain(Channel::None, RouteReason::NoDeviceOnline),
    }
}

/// The first channel that is taken by itself and reaches them, where they wish it.
fn automatic(user: &User, sms_off: bool) -> Option<Adapter> {
    let mut wished = Adapter::automatic().filter(|by| !(by.row().opt_out && sms_off));
    wished.find(|by| reaches(user, *by))
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
