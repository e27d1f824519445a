//! A device comes online, or says so again: it is granted a lease, and what waits is sent to it.

use crate::rules::command::{Encoding, Online};
use crate::rules::{Fact, Rejection, State, message};
use crate::words::{Span, UserName};

const LEASE_MIN: Span = Span::from_secs(1);
const LEASE_MAX: Span = Span::from_secs(3_600);
/// A person's devices; more is a client that invents names.
const DEVICES_LEN_MAX: usize = 16;

pub(in crate::rules) fn online(
    state: &State,
    name: &UserName,
    command: &Online,
    encoding: Encoding,
) -> Result<Vec<Fact>, Rejection> {
    if command.lease < LEASE_MIN || command.lease > LEASE_MAX {
        return Err(Rejection::bad_lease());
    }
    let user = state.user_named(name).ok_or_else(|| Rejection::unknown_sender(name.as_str()))?;
    let known = user.devices.iter().any(|device| device.name == command.device);
    if !known && user.devices.len() >= DEVICES_LEN_MAX {
        return Err(Rejection::too_many_devices(DEVICES_LEN_MAX));
    }
    // Said again after a reconnect this is not a wish fulfilled already: what was sent meanwhile may be lost.
    let mut facts = vec![Fact::DeviceOnline {
        user: name.clone(),
        device: command.device.clone(),
        class: command.class,
        lease_ms: command.lease.ms(),
        encoding,
    }];
    facts.extend(message::what_waits(state, user, command.class, encoding).map(Fact::DeliveryRouted));
    Ok(facts)
}
