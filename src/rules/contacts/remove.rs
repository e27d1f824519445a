//! Someone is taken off a contact list; who was blocked may write again.

use serde::{Deserialize, Serialize};

use super::{Removed, entry, listed};
use crate::rules::Decided;
use crate::rules::proof::{ByUser, Case};
use crate::rules::vocabulary::Decide;
use crate::words::Address;

/// `contact.remove`. Refused with `contact.unknown` or `contact.oneself`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Remove {
    pub who: Address,
}

impl Decide for Remove {
    fn decide(&self, case: &Case<'_, ByUser>) -> Decided {
        let who = listed(case, &self.who)?;
        if entry(case, &who).is_none() {
            return Ok(Vec::new());
        }
        Ok(vec![Removed { user: case.name().clone(), who }.into()])
    }
}
