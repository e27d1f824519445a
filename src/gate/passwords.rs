//! Passwords: hashed with Argon2id before anything is published, and checked against the hash in the log.

use argon2::password_hash::phc::PasswordHash;
use argon2::{Algorithm, Argon2, Params, PasswordHasher, PasswordVerifier, Version};

use crate::log::Fault;

/// OWASP's Password Storage Cheat Sheet: 19 MiB, two passes, one lane.
const MEMORY_KIB: u32 = 19 * 1_024;
const PASSES: u32 = 2;
const LANES: u32 = 1;
/// What an operator publishes may ask for more; what asks for more than this is not checked at all.
const MEMORY_KIB_MAX: u32 = 128 * 1_024;
const PASSES_MAX: u32 = 10;
const LANES_MAX: u32 = 4;
/// A longer one is a mistake, or an attempt to make us work.
pub const PASSWORD_BYTES_MAX: usize = 1_024;

/// What a check of a password found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Checked {
    Right,
    /// It is right, and was hashed in another way than is done now: the hash to keep from here on.
    RightOf {
        fresh: String,
    },
    Wrong,
    /// It is an open one-time code.
    RightCode,
    /// It can be a one-time code, and is not the open one.
    WrongCode,
    /// The hash is none that is checked here.
    Unusable(&'static str),
}

fn argon2() -> Argon2<'static> {
    let params = Params::new(MEMORY_KIB, PASSES, LANES, None).unwrap_or_default();
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
}

/// The hash of a password, as a PHC string with a salt of its own.
///
/// # Errors
/// Where it is too long, or the machine gives no randomness.
pub fn hash(password: &str) -> Result<String, Fault> {
    let doing = "hash a password";
    if password.is_empty() || password.len() > PASSWORD_BYTES_MAX {
        return Err(Fault::never(doing).because(format!("it has 1 to {PASSWORD_BYTES_MAX} bytes")));
    }
    let hashed = argon2().hash_password(password.as_bytes());
    Ok(hashed.map_err(|error| Fault::never(doing).because(error.to_string()))?.to_string())
}

/// Takes some ten milliseconds, and as much memory as the hash says.
pub(super) fn check(password: &str, hash: &str) -> Checked {
    if password.len() > PASSWORD_BYTES_MAX {
        return Checked::Wrong;
    }
    let Ok(parsed) = PasswordHash::new(hash) else { return Checked::Unusable("it is no PHC string") };
    let Ok(params) = Params::try_from(&parsed) else {
        return Checked::Unusable("its parameters cannot be read");
    };
    if parsed.algorithm.as_str() != Algorithm::Argon2id.as_str() {
        return Checked::Unusable("it is not Argon2id");
    }
    if params.m_cost() > MEMORY_KIB_MAX || params.t_cost() > PASSES_MAX || params.p_cost() > LANES_MAX {
        return Checked::Unusable("it asks for too much work");
    }
    if argon2().verify_password(password.as_bytes(), &parsed).is_err() {
        return Checked::Wrong;
    }
    let as_now = params.m_cost() == MEMORY_KIB && params.t_cost() == PASSES && params.p_cost() == LANES;
    match if as_now { None } else { self::hash(password).ok() } {
        Some(fresh) => Checked::RightOf { fresh },
        None => Checked::Right,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cheap(password: &str, params: Params) -> String {
        let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
        argon2.hash_password(password.as_bytes()).unwrap().to_string()
    }

    #[test]
    fn a_password_fits_its_hash_and_no_other_does() {
        let hashed = hash("correct horse").unwrap();
        assert!(hashed.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{hashed}");
        assert_ne!(hashed, hash("correct horse").unwrap(), "each has a salt of its own");
        assert_eq!(check("correct horse", &hashed), Checked::Right);
        for wrong in ["", "Correct horse", "correct horse ", &"x".repeat(PASSWORD_BYTES_MAX + 1)] {
            assert_eq!(check(wrong, &hashed), Checked::Wrong, "{wrong:?}");
        }
        assert!(hash("").is_err() && hash(&"x".repeat(PASSWORD_BYTES_MAX + 1)).is_err());
    }

    #[test]
    fn a_weaker_hash_is_made_anew_and_a_dangerous_one_is_not_checked() {
        let weaker = cheap("pw", Params::new(8 * 1_024, 1, 1, None).unwrap());
        let Checked::RightOf { fresh } = check("pw", &weaker) else { panic!("it is right") };
        assert_eq!(check("pw", &fresh), Checked::Right);
        assert_eq!(check("other", &weaker), Checked::Wrong);
        for unusable in [
            "hunter2",
            "$argon2id$v=19$m=4194304,t=2,p=1$c29tZXNhbHQ$aGFzaGhhc2hoYXNoaGFzaGhhc2hoYXNoaGFzaGhhc2g",
            "$argon2i$v=19$m=19456,t=2,p=1$c29tZXNhbHQ$aGFzaGhhc2hoYXNoaGFzaGhhc2hoYXNoaGFzaGhhc2g",
        ] {
            assert!(matches!(check("pw", unusable), Checked::Unusable(_)), "{unusable}");
        }
    }
}
