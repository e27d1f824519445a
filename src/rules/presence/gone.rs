//! A device goes offline, whoever says so: what it was sent and did not confirm goes on, where no other device has it.

use super::{OfflineReason, WentOffline};
use crate::rules::state::User;
use crate::rules::{Fact, State, message};
use crate::words::{DeviceName, Instant};

/// The facts of it; none where the device is not online.
pub(super) fn gone(
    state: &State,
    user: &User,
    device: &DeviceName,
    because: OfflineReason,
    at: Instant,
) -> Vec<Fact> {
    if !user.devices.iter().any(|known| known.name == *device) {
        return Vec::new();
    }
    let offline = WentOffline { user: user.name.clone(), device: device.clone(), because };
    let mut facts = vec![offline.into()];
    facts.extend(message::goes_on_without(state, user, device, at));
    facts
}
