//! One-time codes: drawn for somebody who has no password at hand, read as people type them, and tried a few times.
//!
//! Crockford's base 32: no letter looks or sounds like another, and what does is read as what it stands for.

use std::sync::{Arc, Mutex, PoisonError};

use quick_cache::unsync::Cache;
use serde::{Deserialize, Serialize};
use serde_with::skip_serializing_none;

use super::passwords::{self, Checked};
use crate::log::Fault;
use crate::rules::identity::{CodeGiven, CodeMissed, CodeUsed};
use crate::words::{CommandSeq, Instant, UserName};

/// Five bits each.
const SYMBOLS: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
/// Fifty bits: of 2^50 codes five guesses find none, and ten symbols are read aloud in a breath.
const LEN: usize = 10;
/// Of a group, for whoever reads it aloud.
const GROUP_LEN: usize = 5;
/// A longer text is no code, whatever stands between its symbols.
const TYPED_BYTES_MAX: usize = 32;
/// People with an open code whose tries are counted here, some 100 bytes each; of the others the log alone tells.
const COUNTED_MAX: usize = 16_384;

/// A code as it was drawn.
pub struct OneTimeCode {
    /// In groups: it is shown once, and kept nowhere.
    pub shown: String,
    /// A PHC string.
    pub hash: String,
}

impl std::fmt::Debug for OneTimeCode {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("OneTimeCode").finish_non_exhaustive()
    }
}

/// A code that nobody can guess.
///
/// # Errors
/// Where the machine gives no randomness.
pub fn one_time_code() -> Result<OneTimeCode, Fault> {
    let drawn = super::random()?;
    let symbol = |byte: &u8| SYMBOLS.get(usize::from(byte % 32)).map_or('0', |symbol| char::from(*symbol));
    let code: String = drawn.iter().take(LEN).map(symbol).collect();
    let hash = passwords::hash(&code)?;
    let (first, second) = code.split_at(GROUP_LEN);
    Ok(OneTimeCode { shown: format!("{first}-{second}"), hash })
}

/// The symbols of what somebody typed, where it can be a code.
fn read(typed: &str) -> Option<String> {
    if typed.len() > TYPED_BYTES_MAX {
        return None;
    }
    let symbols = typed.chars().filter(|symbol| !matches!(symbol, '-' | ' '));
    let symbols = symbols.map(|symbol| match symbol.to_ascii_uppercase() {
        'O' => Some('0'),
        'I' | 'L' => Some('1'),
        symbol => u8::try_from(symbol).is_ok_and(|byte| SYMBOLS.contains(&byte)).then_some(symbol),
    });
    symbols.collect::<Option<String>>().filter(|code| code.len() == LEN)
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
        let typed = read(typed).filter(|_| open)?;
        Some(Try { typed, code: self })
    }
}

/// What was typed, and the code that it may be.
pub(super) struct Try {
    typed: String,
    pub(super) code: Code,
}

impl Try {
    /// Checks it, where that is not one time too often. As long as a password's check.
    pub(super) fn check(&self, user: &UserName, tries: &Tries) -> Checked {
        if !tries.begin(user, &self.code) {
            return Checked::Wrong;
        }
        match passwords::check(&self.typed, &self.code.secret) {
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
    fn a_code_is_read_as_people_type_it() {
        for (typed, want) in [
            ("7K3QM-X9TRA", Some("7K3QMX9TRA")),
            ("7k3qmx9tra", Some("7K3QMX9TRA")),
            (" 7k3qm x9tra ", Some("7K3QMX9TRA")),
            ("oOiIl-00000", Some("0011100000")),
            ("7K3QM-X9TR", None),
            ("7K3QM-X9TRAB", None),
            ("7K3QM-X9TRU", None),
            ("7K3QM-X9TRé", None),
            ("", None),
            ("correct horse battery staple correct horse", None),
        ] {
            assert_eq!(read(typed).as_deref(), want, "{typed:?}");
        }
    }

    #[test]
    fn a_drawn_code_fits_its_hash_and_no_two_are_the_same() {
        let (one, other) = (one_time_code().unwrap(), one_time_code().unwrap());
        assert_ne!(one.shown, other.shown);
        assert_eq!(one.shown.len(), LEN + 1, "{}", one.shown);
        let (ann, tries) = ("ann".parse().unwrap(), Tries::new());
        let tried =
            |typed: &str| code(&one.hash).try_with(typed, Instant::default()).unwrap().check(&ann, &tries);
        assert_eq!(tried(&one.shown.to_lowercase()), Checked::RightCode);
        assert_eq!(tried(&other.shown), Checked::WrongCode);
        assert!(!format!("{one:?}").contains(one.shown.get(..5).unwrap()));
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
