//! The facts of presence: a device came online with a lease, or went offline.

use serde::{Deserialize, Serialize};

use super::{DeviceClass, Encoding};
use crate::words::{DeviceName, UserName, named};

/// `presence.online`
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CameOnline {
    pub user: UserName,
    pub device: DeviceName,
    pub class: DeviceClass,
    pub lease_ms: i64,
    pub encoding: Encoding,
}

/// `presence.offline`
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct WentOffline {
    pub user: UserName,
    pub device: DeviceName,
    pub because: OfflineReason,
}

named! {
    "reason" OfflineReason {
        /// The client said so.
        Said = "said",
        /// Its lease ran out without a heartbeat.
        Lapsed = "lapsed",
    }
}
