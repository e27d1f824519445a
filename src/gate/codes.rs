//! One-time codes: drawn for somebody who has no password at hand, and tried a few times.

use std::sync::{Arc, Mutex, PoisonError};

use quick_cache::unsync::Cache;
use serde::{Deserialize, Serialize};
use serde_with::skip_serializing_none;

use super::passwords::{self, Checked};
use crate::log::Fault;
use crate::rules::identity::{CodeGiven, CodeMissed, CodeUsed};
use crate::words::{CommandSeq, Instant, OneTimeCode, UserName};

/// People with an open code whose tries are counted here, some 100 bytes each; of the others the log alone tells.
const COUNTED_MAX: usize = 16_384;

/// A code that nobody can guess, which is shown once and kept nowhere, and its hash (PHC string).
///
/// # Errors
/// Where the machine gives no randomness.
pub fn one_time_code() -> Result<(OneTimeCode, String), Fault> {
    let [drawn @ .., _] = super::random()?;
    let code = OneTimeCode::drawn(&drawn);
    let hash = passwords::hash(code.symbols())?;
    Ok((code, hash))
}

/// The last code of somebody, as the log tells of it.
#[skip_serializing_none]
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Code {
    pub(super) number: CommandSeq,
    /// A PHC string.
    secret: String,
    until: Instant,
    tries: u32,
    left: u32,
    /// The login that used it.
    pub(super) used: Option<u64>,
}

impl Code {
    pub(super) fn of(CodeGiven { user: _, number, secret, until, tries }: &CodeGiven) -> Code {
        let (secret, tries) = (secret.clone(), *tries);
        Code { number: *number, secret, until: *until, tries, left: tries, used: None }
    }

    #[must_use]
    pub(super) fn missed(self, CodeMissed { user: _, number, left }: &CodeMissed) -> Code {
        if self.number == *number { Code { left: *left, ..self } } else { self }
    }

    #[must_use]
    pub(super) fn used(self, CodeUsed { user: _, number, login }: &CodeUsed) -> Code {
        if self.number == *number { Code { used: Some(*login), ..self } } else { self }
    }

    /// To be tried with what was typed, where that can be a code and this one may still be used.
    pub(super) fn try_with(self, typed: &str, now: Instant) -> Option<Try> {
        let open = self.used.is_none() && self.left > 0 && now < self.until;
        let typed = OneTimeCode::read(typed).filter(|_| open)?;
        Some(Try { typed, code: self })
    }
}

/// What was typed, and the code that it may be.
pub(super) struct Try {
    typed: OneTimeCode,
    pub(super) code: Code,
}

impl Try {
    /// Checks it, where that is not one time too often. As long as a password's check.
    pub(super) fn check(&self, user: &UserName, tries: &Tries) -> Checked {
        if !tries.begin(user, &self.code) {
            return Checked::Wrong;
        }
        match passwords::check(self.typed.symbols(), &self.code.secret) {
            Checked::Right | Checked::RightOf { .. } => Checked::RightCode,
            Checked::Wrong => Checked::WrongCode,
            other @ (Checked::Unusable(_) | Checked::RightCode | Checked::WrongCode) => other,
        }
    }
}

/// Tries that were begun here: what the log does not tell of yet counts as well.
#[derive(Clone)]
pub(super) struct Tries(Arc<Mutex<Cache<UserName, (CommandSeq, u32)>>>);

impl Tries {
    pub(super) fn new() -> Tries {
        Tries(Arc::new(Mutex::new(Cache::new(COUNTED_MAX))))
    }

    fn begin(&self, user: &UserName, code: &Code) -> bool {
        let mut counted = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let here = counted.peek(user).filter(|(number, _)| *number == code.number);
        let here = here.map_or(0, |(_, begun)| *begun);
        let begun = here.max(code.tries.saturating_sub(code.left));
        if begun >= code.tries {
            return false;
        }
        counted.insert(user.clone(), (code.number, begun + 1));
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code(secret: &str) -> Code {
        let user = "ann".parse().unwrap();
        let (number, until) = (CommandSeq(7), Instant::from_unix_ms(1_000));
        Code::of(&CodeGiven { user, number, secret: secret.to_owned(), until, tries: 5 })
    }

    #[test]
    fn a_drawn_code_fits_its_hash_and_no_two_are_the_same() {
        let ((one, hash), (other, _)) = (one_time_code().unwrap(), one_time_code().unwrap());
        assert_ne!(one, other);
        let (ann, tries) = ("ann".parse().unwrap(), Tries::new());
        let tried =
            |typed: &str| code(&hash).try_with(typed, Instant::default()).unwrap().check(&ann, &tries);
        assert_eq!(tried(&one.to_string().to_lowercase()), Checked::RightCode);
        assert_eq!(tried(&other.to_string()), Checked::WrongCode);
        assert!(!format!("{one:?}").contains(one.symbols()));
    }

    #[test]
    fn a_code_is_tried_five_times_whoever_has_counted_them() {
        let (ann, tries) = ("ann".parse().unwrap(), Tries::new());
        let fresh = code("x");
        let begun = (0..9).filter(|_| tries.begin(&ann, &fresh)).count();
        assert_eq!(begun, 5, "here alone");
        let next = Code { number: CommandSeq(8), ..code("x") };
        let next = next.missed(&CodeMissed { user: ann.clone(), number: CommandSeq(8), left: 2 });
        assert_eq!((0..9).filter(|_| tries.begin(&ann, &next)).count(), 2, "three elsewhere");
    }

    #[test]
    fn a_code_that_has_ended_is_not_tried() {
        let (user, number) = ("ann".parse::<UserName>().unwrap(), CommandSeq(7));
        let at = |code: Code, ms: i64| code.try_with("7K3QM-X9TRA", Instant::from_unix_ms(ms)).is_some();
        assert!(at(code("x"), 999) && !at(code("x"), 1_000), "its time is over");
        let used = CodeUsed { user: user.clone(), number, login: 1 };
        assert!(!at(code("x").used(&used), 0));
        assert!(at(code("x").used(&CodeUsed { number: CommandSeq(6), ..used }), 0), "that was another one");
        assert!(at(code("x").missed(&CodeMissed { user: user.clone(), number, left: 1 }), 0));
        assert!(!at(code("x").missed(&CodeMissed { user, number, left: 0 }), 0));
    }
}
