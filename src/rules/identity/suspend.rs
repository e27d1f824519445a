//! A user is suspended: they may neither send nor receive.

use serde::{Deserialize, Serialize};

use super::{Suspended, is_suspended};
use crate::rules::Decided;
use crate::rules::proof::{ByOperator, Case};
use crate::rules::vocabulary::Decide;
use crate::words::UserName;

/// `user.suspend`. Refused with `user.unknown`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Suspend {
    pub name: UserName,
}

impl Decide for Suspend {
    fn decide(&self, case: &Case<'_, ByOperator>) -> Decided {
        let fact = Suspended { user: self.name.clone() };
        Ok(if is_suspended(case.state, &self.name)? { Vec::new() } else { vec![fact.into()] })
    }
}
