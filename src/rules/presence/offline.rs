//! A device goes offline because it says so.

use serde::{Deserialize, Serialize};

use super::{OfflineReason, WentOffline};
use crate::rules::Decided;
use crate::rules::proof::{ByUser, Case};
use crate::rules::vocabulary::Decide;
use crate::words::DeviceName;

/// `presence.offline`
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Offline {
    pub device: DeviceName,
}

impl Decide for Offline {
    fn decide(&self, case: &Case<'_, ByUser>) -> Decided {
        if !case.user().devices.iter().any(|device| device.name == self.device) {
            return Ok(Vec::new());
        }
        let (user, device) = (case.name().clone(), self.device.clone());
        Ok(vec![WentOffline { user, device, because: OfflineReason::Said }.into()])
    }
}
