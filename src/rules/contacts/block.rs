//! Someone's messages are not wanted: they are filtered, with that reason.

use serde::{Deserialize, Serialize};

use super::{Blocked, entry, has_room, listed};
use crate::rules::Decided;
use crate::rules::proof::{ByUser, Case};
use crate::rules::vocabulary::Decide;
use crate::words::Address;

/// `contact.block`. Refused with `contact.unknown`, `contact.oneself` or `contact.full`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Block {
    pub who: Address,
}

impl Decide for Block {
    fn decide(&self, case: &Case<'_, ByUser>) -> Decided {
        let who = listed(case, &self.who)?;
        match entry(case, &who) {
            Some(known) if known.blocked => return Ok(Vec::new()),
            Some(_) => {}
            None => has_room(case)?,
        }
        Ok(vec![Blocked { user: case.name().clone(), who }.into()])
    }
}
