//! The one-time code of an account that was opened by SMS: whoever submits that SMS draws it, and the log has its hash alone.

use serde::{Deserialize, Serialize};

use crate::rules::identity;
use crate::rules::message::Standing;
use crate::rules::proof::{ByAdapter, Case};
use crate::rules::vocabulary::Decide;
use crate::rules::{Decided, Rejection};
use crate::words::{Author, MessageId, Party, UserName};

/// `phone.give-code`: of the message that is being submitted, where it is Homing's own, to somebody who cannot sign in by anything
/// else. Refused with `auth.not_allowed`, `user.bad_secret` or `command.too_large`.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct GiveCodeBySms {
    pub name: UserName,
    pub message: MessageId,
    /// Its hash (PHC string).
    pub secret: String,
}

impl std::fmt::Debug for GiveCodeBySms {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("GiveCodeBySms").field("name", &self.name).finish_non_exhaustive()
    }
}

impl Decide for GiveCodeBySms {
    fn decide(&self, case: &Case<'_, ByAdapter>) -> Decided {
        let GiveCodeBySms { name, message, secret } = self.clone();
        let state = case.state;
        let by = case.channel();
        let asked_for = state.messages.get(&message).is_some_and(|open| {
            let standing = open.standing(state, message, &Party::User(name.clone()));
            open.author(state) == Author::Homing && standing == Some(Standing::Attempted(by))
        });
        if !asked_for {
            return Err(Rejection::not_allowed(by.part(), "a code that no message of Homing's is for"));
        }
        identity::gives_first_code(state, name, secret, (case.seq, case.at))
    }
}
