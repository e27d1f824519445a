//! A device goes offline because it says so.

use serde::{Deserialize, Serialize};

use super::OfflineReason;
use super::gone::gone;
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
        Ok(gone(case.state, case.user(), &self.device, OfflineReason::Said, case.at))
    }
}
