//! A device goes offline because its lease ran out without a heartbeat.

use serde::{Deserialize, Serialize};

use super::OfflineReason;
use super::gone::gone;
use crate::rules::Decided;
use crate::rules::proof::{ByPart, Case};
use crate::rules::state::User;
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
        let Lapsed { user, device, since } = self;
        let still =
            |user: &&User| user.devices.iter().any(|known| known.name == *device && known.since == *since);
        let user = case.state.user_named(user).filter(still);
        Ok(user.map_or_else(Vec::new, |user| gone(case.state, user, device, OfflineReason::Lapsed, case.at)))
    }
}
