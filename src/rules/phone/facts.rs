//! The facts of phones: what people wrote, and what they wish whom nobody has registered.

use std::fmt;

use serde::{Deserialize, Serialize};
use serde_with::skip_serializing_none;

use crate::words::{Called, Phone};

/// `phone.received`: what a person wrote, whole, as it was understood.
#[skip_serializing_none]
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct Heard {
    pub connector: String,
    pub from: Option<Phone>,
    pub called: Called,
    /// The text, where it did not go on as a message.
    pub said: Option<String>,
    /// The parts it was joined from, which are done with.
    pub joined: Option<String>,
    /// The code of the refusal, where it was refused.
    pub refused: Option<String>,
}

impl fmt::Debug for Heard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Heard").field("called", &self.called).finish_non_exhaustive()
    }
}

/// `phone.preference_set`: the wish of a phone, whoever has registered it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PhonePreferenceSet {
    pub phone: Phone,
    pub sms: bool,
}
