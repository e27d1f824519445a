//! A device goes offline because its lease ran out without a heartbeat.

use serde::{Deserialize, Serialize};

use super::{OfflineReason, WentOffline};
use crate::rules::Decided;
use crate::rules::proof::{ByPart, Case};
use crate::rules::vocabulary::Decide;
use crate::words::{DeviceName, EventSeq, UserName};

/// `presence.lapsed`: no heartbeat came within the lease that was granted by commit `since`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Lapsed {
    pub user: UserName,
    pub device: DeviceName,
    pub since: EventSeq,
}

impl Decide for Lapsed {
    /// A lease that was granted anew in the meantime has not lapsed.
    fn decide(&self, case: &Case<'_, ByPart>) -> Decided {
        let Lapsed { user, device, since } = self.clone();
        let still = case.state.user_named(&user).is_some_and(|user| {
            user.devices.iter().any(|known| known.name == device && known.since == since)
        });
        if !still {
            return Ok(Vec::new());
        }
        Ok(vec![WentOffline { user, device, because: OfflineReason::Lapsed }.into()])
    }
}
