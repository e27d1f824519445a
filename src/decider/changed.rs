//! A rule that is changed on purpose, so that tests can tell whether a difference between two programs is found.
//!
//! It is compiled into the builds of tests alone (the feature `changed_rule`), and there only a process with
//! `HOMING_CHANGED_RULE` in its environment decides by it.

use std::sync::OnceLock;

use crate::rules::message::{Channel, RouteReason, Routed};
use crate::rules::{Decision, Fact, Order, State, decide};

/// Nobody whose name begins so is sent an SMS because they are not online.
const NAMES: &str = "b";

/// What this process decides by.
pub(super) fn rules() -> fn(&State, &Order) -> Decision {
    static CHANGED: OnceLock<bool> = OnceLock::new();
    let is_changed = *CHANGED.get_or_init(|| std::env::var_os("HOMING_CHANGED_RULE").is_some());
    if is_changed { otherwise } else { decide }
}

fn otherwise(state: &State, order: &Order) -> Decision {
    let decision = decide(state, order);
    Decision { facts: decision.facts.into_iter().map(waits).collect(), ..decision }
}

fn waits(fact: Fact) -> Fact {
    match fact.get::<Routed>() {
        Some(routed)
            if routed.because == RouteReason::NoDeviceOnline && routed.to.to_string().starts_with(NAMES) =>
        {
            Routed { channel: Channel::None, ..routed.clone() }.into()
        }
        Some(_) | None => fact,
    }
}
