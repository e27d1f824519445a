//! A setting: what is said of a wrong one, and the secret that none may show.

use std::fmt;

/// What is wrong, and what is allowed. Never a password.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct SettingsError(pub(super) String);

impl SettingsError {
    /// About one key.
    pub fn of(key: &str, why: &str) -> SettingsError {
        SettingsError(format!("{key}: {why}"))
    }
}

pub(super) fn wrong(key: &str, allowed: &str) -> SettingsError {
    SettingsError(format!("{key} must be {allowed}"))
}

/// Never shown.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct Secret(String);

impl Secret {
    pub fn new(text: String) -> Secret {
        Secret(text)
    }

    pub(super) fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("(secret)")
    }
}
