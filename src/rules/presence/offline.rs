//! A device goes offline: because it says so, or because its lease ran out.

use crate::rules::command::{Lapsed, Offline};
use crate::rules::fact::OfflineReason;
use crate::rules::{Fact, Rejection, State};
use crate::words::UserName;

pub(in crate::rules) fn offline(
    state: &State,
    name: &UserName,
    command: &Offline,
) -> Result<Vec<Fact>, Rejection> {
    let online = state
        .user_named(name)
        .is_some_and(|user| user.devices.iter().any(|device| device.name == command.device));
    if !online {
        return Ok(Vec::new());
    }
    let (user, device) = (name.clone(), command.device.clone());
    Ok(vec![Fact::DeviceOffline { user, device, because: OfflineReason::Said }])
}

/// A lease that was granted anew in the meantime has not lapsed.
pub(in crate::rules) fn lapsed(state: &State, command: &Lapsed) -> Result<Vec<Fact>, Rejection> {
    let Lapsed { user, device, since } = command.clone();
    let still = state
        .user_named(&user)
        .is_some_and(|user| user.devices.iter().any(|known| known.name == device && known.since == since));
    if !still {
        return Ok(Vec::new());
    }
    Ok(vec![Fact::DeviceOffline { user, device, because: OfflineReason::Lapsed }])
}
