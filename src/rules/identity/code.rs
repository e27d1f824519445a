//! A one-time code, which signs in once whoever has no password at hand: the gate checks it, the rules count.

use argon2::{Algorithm, Argon2, Params, PasswordHasher, Version};
use serde::{Deserialize, Serialize};

use super::credentials::{Credentials, stamp};
use super::{CodeGiven, CodeMissed, CodeUsed, change, must_be_shaped};
use crate::rules::proof::{ByOperator, ByPart, Case};
use crate::rules::vocabulary::Decide;
use crate::rules::{Decided, Rejection, Stamp, State};
use crate::words::{CommandSeq, Instant, OneTimeCode, Span, UserName};

/// NIST SP 800-63B: a code that is handed over is good for ten minutes at most.
const GOOD_FOR: Span = Span::from_secs(600);
/// Mistakes of whoever types it; of fifty bits five guesses find none.
const TRIES_MAX: u32 = 5;

/// A code that may still be used.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Code {
    /// The command that gave it.
    number: CommandSeq,
    /// Of its hash.
    secret: Stamp,
    until: Instant,
    /// Tries that are left.
    left: u32,
}

/// `user.give-code`: it takes the place of one before. Refused with `user.unknown`, `auth.suspended`, `user.bad_secret` or
/// `command.too_large`.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct GiveCode {
    pub name: UserName,
    /// Its hash (PHC string), made before it is published.
    pub secret: String,
}

impl std::fmt::Debug for GiveCode {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("GiveCode").field("name", &self.name).finish_non_exhaustive()
    }
}

impl Decide for GiveCode {
    fn decide(&self, case: &Case<'_, ByOperator>) -> Decided {
        let GiveCode { name, secret } = self.clone();
        must_be_shaped(None, Some(&secret))?;
        let user = case.state.user_named(&name).ok_or_else(|| Rejection::unknown_user(name.as_str()))?;
        if user.suspended {
            return Err(Rejection::suspended(name.as_str()));
        }
        if open(case.state, &name).is_some_and(|code| code.secret == stamp(&secret)) {
            return Ok(Vec::new());
        }
        let given =
            CodeGiven { user: name, number: case.seq, secret, until: case.at + GOOD_FOR, tries: TRIES_MAX };
        Ok(vec![given.into()])
    }
}

/// `user.try-code`: a gate has checked what somebody said against a code. Where that code has ended by now nothing happens,
/// and nothing is written down: who guesses on fills no log.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TryCode {
    pub name: UserName,
    /// Which code.
    pub number: CommandSeq,
    /// It was right: the gate's own, random name for the connection that waits to come in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub login: Option<u64>,
}

impl Decide for TryCode {
    fn decide(&self, case: &Case<'_, ByPart>) -> Decided {
        let TryCode { name: user, number, login } = self.clone();
        let open = open(case.state, &user);
        let Some(code) = open.filter(|code| code.number == number && case.at < code.until) else {
            return Ok(Vec::new());
        };
        Ok(vec![match login {
            Some(login) => CodeUsed { user, number, login }.into(),
            None => CodeMissed { user, number, left: code.left.saturating_sub(1) }.into(),
        }])
    }
}

/// A code for an account that has no other credential: it was opened by SMS a moment ago.
pub(in crate::rules) fn gives_first_code(
    state: &State,
    user: UserName,
    secret: String,
    (number, at): (CommandSeq, Instant),
) -> Decided {
    must_be_shaped(None, Some(&secret))?;
    let credentials = state.user_named(&user).and_then(|user| user.credentials.as_deref());
    if credentials.is_some_and(Credentials::signs_in) {
        return Err(Rejection::not_allowed("who has opened an account by SMS", "a second credential"));
    }
    Ok(vec![CodeGiven { user, number, secret, until: at + GOOD_FOR, tries: TRIES_MAX }.into()])
}

/// The hash of a code that is drawn at random and good for minutes: of 2^50 codes none is found in that time, however fast one
/// is tried, so it need not be slow (PHC string).
pub fn hash_of_drawn(code: &OneTimeCode, salt: [u8; 16]) -> String {
    let params =
        Params::new(Params::MIN_M_COST, Params::MIN_T_COST, Params::MIN_P_COST, None).unwrap_or_default();
    let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
    let hashed = argon2.hash_password_with_salt(code.symbols().as_bytes(), &salt);
    // What cannot be hashed fits nothing.
    hashed.map(|hash| hash.to_string()).unwrap_or_default()
}

/// Nothing is removed when its time is over: the next one takes its place.
fn open<'a>(state: &'a State, name: &UserName) -> Option<&'a Code> {
    state.user_named(name)?.credentials.as_deref()?.code()
}

pub(super) fn given(state: &mut State, CodeGiven { user, number, secret, until, tries }: &CodeGiven) {
    let code = Code { number: *number, secret: stamp(secret), until: *until, left: *tries };
    keep(state, user, Some(code));
}

pub(super) fn missed(state: &mut State, CodeMissed { user, number, left }: &CodeMissed) {
    let code = open(state, user).filter(|code| code.number == *number && *left > 0);
    let code = code.map(|code| Code { left: *left, ..code.clone() });
    keep(state, user, code);
}

/// It was used, or must not be used any more.
pub(super) fn ended(state: &mut State, user: &UserName) {
    keep(state, user, None);
}

fn keep(state: &mut State, user: &UserName, code: Option<Code>) {
    change(state, user, |user| {
        user.credentials = Credentials::with_code(user.credentials.as_deref(), code);
    });
}
