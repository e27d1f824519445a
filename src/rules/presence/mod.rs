//! Where a user can be reached now: devices with a class, each under a lease.
//!
//! Invariant: heartbeats are not events; only changes are.

mod offline;
mod online;

pub(super) use offline::{lapsed, offline};
pub(super) use online::online;

use serde::{Deserialize, Serialize};

use super::command::{DeviceClass, Encoding};
use super::state::User;
use super::{Fact, State};
use crate::words::{DeviceName, EventSeq};

/// One device that is online.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Device {
    pub(super) name: DeviceName,
    pub(super) class: DeviceClass,
    pub(super) encoding: Encoding,
    /// The commit that put it online, or renewed that.
    pub(super) since: EventSeq,
}

/// The device of a class that came online last.
pub(super) fn latest(user: &User, class: DeviceClass) -> Option<&Device> {
    user.devices.iter().filter(|device| device.class == class).max_by_key(|device| device.since)
}

pub(super) fn evolve(state: &mut State, fact: &Fact, at: EventSeq) {
    if let Fact::DeviceOnline { user, device, class, encoding, lease_ms: _ } = fact
        && let Some(user) = state.user_named_mut(user)
    {
        user.devices.retain(|known| known.name != *device);
        user.devices.push(Device { name: device.clone(), class: *class, encoding: *encoding, since: at });
    } else if let Fact::DeviceOffline { user, device, because: _ } = fact
        && let Some(user) = state.user_named_mut(user)
    {
        user.devices.retain(|known| known.name != *device);
        user.devices.shrink_to_fit();
    }
}
