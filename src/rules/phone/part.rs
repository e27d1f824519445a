//! A part of a long SMS that a person sent, kept until the others are here.

use std::fmt;

use serde::{Deserialize, Serialize};
use serde_with::skip_serializing_none;

use crate::rules::message::Blob;
use crate::rules::proof::{ByAdapter, Case};
use crate::rules::vocabulary::Decide;
use crate::rules::{Decided, Rejection};
use crate::words::{Called, Phone};

/// `phone.part`: asked for and written down alike. Refused with `command.malformed`.
#[skip_serializing_none]
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct Part {
    /// Names the whole: connector, who, whom, reference and number of parts, hashed.
    pub whole: String,
    pub connector: String,
    pub from: Option<Phone>,
    pub called: Called,
    /// From 1.
    pub number: u8,
    pub total: u8,
    /// The part as the bridge reads it: octets and how they are coded.
    pub octets: Blob,
    /// Stored twice under the same id, it is one part.
    pub id: Option<String>,
}

impl fmt::Debug for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Part")
            .field("number", &self.number)
            .field("total", &self.total)
            .finish_non_exhaustive()
    }
}

impl Decide for Part {
    fn decide(&self, _: &Case<'_, ByAdapter>) -> Decided {
        if self.number == 0 || self.number > self.total {
            return Err(Rejection::malformed("the number of the part is not within its total"));
        }
        // The id is the commit's.
        Ok(vec![Part { id: None, ..self.clone() }.into()])
    }
}
