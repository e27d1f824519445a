//! Presence: where a user can be reached now, devices with a class, each under a lease.
//!
//! Invariant: heartbeats are not events; only changes are.

mod facts;
mod gone;
mod lapsed;
mod offline;
mod online;

pub use super::areas::presence::{Command, Fact};
pub use facts::*;
pub use lapsed::Lapsed;
pub use offline::Offline;
pub use online::Online;

use serde::{Deserialize, Serialize};

use super::State;
use crate::words::{DeviceName, EventSeq, named};

named! {
    /// How a client speaks: an answer has the encoding of its question.
    #[derive(Default)]
    "encoding" Encoding {
        #[default]
        Json = "json",
        Msgpack = "msgpack",
    }
}

named! {
    /// Where a device can be reached: `pc` takes messages live, `pull` (a weak client) fetches them.
    "class of device" DeviceClass {
        Pc = "pc",
        Pull = "pull",
    }
}

/// One device that is online.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Device {
    pub(super) name: DeviceName,
    pub(super) class: DeviceClass,
    pub(super) encoding: Encoding,
    /// The commit that put it online, or renewed that.
    pub(super) since: EventSeq,
}

/// Of some devices, the one of a class that came online last.
pub(super) fn latest<'a>(
    devices: impl Iterator<Item = &'a Device>,
    class: DeviceClass,
) -> Option<&'a Device> {
    devices.filter(|device| device.class == class).max_by_key(|device| device.since)
}

/// What all of these understand that take messages live: one subject reaches them all, and each reads JSON.
pub(super) fn understood<'a>(devices: impl IntoIterator<Item = &'a Device>) -> Encoding {
    let mut live = devices.into_iter().filter(|device| device.class == DeviceClass::Pc);
    let all = live.all(|device| device.encoding == Encoding::Msgpack);
    if all { Encoding::Msgpack } else { Encoding::Json }
}

pub(super) fn evolve(state: &mut State, fact: &Fact, at: EventSeq) {
    match fact {
        Fact::CameOnline(CameOnline { user, device, class, encoding, lease_ms: _ }) => {
            let Some(user) = state.user_named_mut(user) else { return };
            user.devices.retain(|known| known.name != *device);
            let (class, encoding) = (*class, *encoding);
            user.devices.push(Device { name: device.clone(), class, encoding, since: at });
        }
        Fact::WentOffline(WentOffline { user, device, because: _ }) => {
            let Some(user) = state.user_named_mut(user) else { return };
            user.devices.retain(|known| known.name != *device);
            user.devices.shrink_to_fit();
        }
    }
}
