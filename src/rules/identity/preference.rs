//! A user's wish not to get SMS, or to get them again.

use serde::{Deserialize, Serialize};

use super::PreferenceSet;
use crate::rules::Decided;
use crate::rules::proof::{ByUser, Case};
use crate::rules::vocabulary::Decide;
use crate::words::named;

/// `preference.set`
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SetPreference {
    pub sms: Switch,
}

named! {
    "switch" Switch {
        On = "on",
        Off = "off",
    }
}

impl Decide for SetPreference {
    fn decide(&self, case: &Case<'_, ByUser>) -> Decided {
        let sms = self.sms == Switch::On;
        let user = case.name().clone();
        let as_wished = case.user().sms_off != sms;
        Ok(if as_wished { Vec::new() } else { vec![PreferenceSet { user, sms }.into()] })
    }
}
