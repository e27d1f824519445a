//! Someone is put on a contact list, renamed there, or unblocked.

use serde::{Deserialize, Serialize};
use serde_with::skip_serializing_none;

use super::{ALIAS_LEN_MAX, Added, Alias, contact, entry, has_room};
use crate::rules::proof::{ByUser, Case};
use crate::rules::vocabulary::Decide;
use crate::rules::{Decided, Rejection};
use crate::words::Address;

/// `contact.add`. Refused with `contact.unknown`, `contact.oneself`, `contact.full` or `command.too_large`.
#[skip_serializing_none]
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Add {
    pub who: Address,
    pub alias: Option<String>,
}

impl Decide for Add {
    fn decide(&self, case: &Case<'_, ByUser>) -> Decided {
        let who = contact(case, &self.who)?;
        if self.alias.as_ref().is_some_and(|alias| alias.len() > ALIAS_LEN_MAX) {
            return Err(Rejection::value_too_long("alias", ALIAS_LEN_MAX).at_field("alias"));
        }
        match entry(case, &who) {
            Some(known) if !known.blocked && known.alias == Alias::of(self.alias.as_deref()) => {
                return Ok(Vec::new());
            }
            Some(_) => {}
            None => has_room(case)?,
        }
        Ok(vec![Added { user: case.name().clone(), who, alias: self.alias.clone() }.into()])
    }
}
