//! A user's own new password: whoever has signed in, be it by a one-time code, needs no operator for it.

use serde::{Deserialize, Serialize};

use super::{Changed, Credentials, UserChanges, must_be_shaped};
use crate::rules::Decided;
use crate::rules::proof::{ByUser, Case};
use crate::rules::vocabulary::Decide;

/// `password.set`. Refused with `user.bad_secret` or `command.too_large`.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct SetPassword {
    /// Its hash (PHC string), made before it is published.
    pub secret: String,
}

impl std::fmt::Debug for SetPassword {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SetPassword").finish_non_exhaustive()
    }
}

impl Decide for SetPassword {
    fn decide(&self, case: &Case<'_, ByUser>) -> Decided {
        must_be_shaped(None, Some(&self.secret))?;
        if Credentials::has_secret(case.user().credentials.as_deref(), &self.secret) {
            return Ok(Vec::new());
        }
        let details = UserChanges { secret: Some(self.secret.clone()), ..UserChanges::default() };
        Ok(vec![Changed { user: case.name().clone(), details }.into()])
    }
}
