//! A suspended user may send and receive again.

use serde::{Deserialize, Serialize};

use super::{Resumed, is_suspended};
use crate::rules::Decided;
use crate::rules::proof::{ByOperator, Case};
use crate::rules::vocabulary::Decide;
use crate::words::UserName;

/// `user.resume`. Refused with `user.unknown`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Resume {
    pub name: UserName,
}

impl Decide for Resume {
    fn decide(&self, case: &Case<'_, ByOperator>) -> Decided {
        let fact = Resumed { user: self.name.clone() };
        Ok(if is_suspended(case.state, &self.name)? { vec![fact.into()] } else { Vec::new() })
    }
}
