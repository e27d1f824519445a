//! A device comes online, or says so again: it is granted a lease, and what waits is sent to it.

use serde::{Deserialize, Serialize};

use super::{CameOnline, DeviceClass, Encoding, understood};
use crate::rules::proof::{ByUser, Case};
use crate::rules::vocabulary::Decide;
use crate::rules::{Decided, Fact, Rejection, message};
use crate::words::{DeviceName, Span};

const LEASE_MIN: Span = Span::from_secs(1);
const LEASE_MAX: Span = Span::from_secs(3_600);
/// A person's devices; more is a client that invents names.
const DEVICES_LEN_MAX: usize = 16;

/// `presence.online`. Refused with `presence.bad_lease` or `presence.too_many_devices`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Online {
    pub device: DeviceName,
    pub class: DeviceClass,
    #[serde(default = "lease_default")]
    pub lease: Span,
}

fn lease_default() -> Span {
    Span::from_secs(45)
}

impl Decide for Online {
    fn decide(&self, case: &Case<'_, ByUser>) -> Decided {
        let Online { device, class, lease } = self;
        if *lease < LEASE_MIN || *lease > LEASE_MAX {
            return Err(Rejection::bad_lease());
        }
        let user = case.user();
        let known = user.devices.iter().any(|known| known.name == *device);
        if !known && user.devices.len() >= DEVICES_LEN_MAX {
            return Err(Rejection::too_many_devices(DEVICES_LEN_MAX));
        }
        // Said again after a reconnect this is not a wish fulfilled already: what was sent meanwhile may be lost.
        let online = CameOnline {
            user: case.name().clone(),
            device: device.clone(),
            class: *class,
            lease_ms: lease.ms(),
            encoding: case.encoding,
        };
        let others = understood(user.devices.iter().filter(|other| other.name != *device));
        let encoding = if others == case.encoding { others } else { Encoding::Json };
        let mut facts: Vec<Fact> = vec![online.into()];
        facts.extend(message::what_waits(case.state, user, *class, encoding, case.at));
        Ok(facts)
    }
}
