//! How somebody proves who they are, and what they may do then: as much as tells whether a command changes it.

use serde::{Deserialize, Serialize};
use serde_with::skip_serializing_none;

use super::code::Code;
use super::{UserChanges, UserDetails};
use crate::rules::Stamp;
use crate::words::{Access, AppNumber, Nkey};

/// Stamps of what the gate checks: nothing is decided from it but whether it is another.
#[skip_serializing_none]
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(in crate::rules) struct Credentials {
    secret: Option<Stamp>,
    nkey: Option<Stamp>,
    access: Option<Access>,
    /// Few have one.
    code: Option<Box<Code>>,
}

impl Credentials {
    pub(super) fn of(details: &UserDetails) -> Option<Box<Credentials>> {
        let UserDetails { secret, nkey, access, .. } = details;
        let nkey = nkey.as_ref().map(|nkey| stamp(nkey.as_str()));
        Credentials { secret: secret.as_deref().map(stamp), nkey, access: *access, code: None }.kept()
    }

    /// Whether a registration that is said again says no other ones. What it does not name was set since: a password mostly is.
    pub(super) fn agree(kept: Option<&Credentials>, details: &UserDetails) -> bool {
        let (kept, said) = (kept.cloned().unwrap_or_default(), Credentials::of(details));
        let said = said.map(|said| *said).unwrap_or_default();
        let same_access = details.access.is_none() || said.access == kept.access;
        (said.secret.is_none() || said.secret == kept.secret)
            && (said.nkey.is_none() || said.nkey == kept.nkey)
            && same_access
    }

    /// With what has changed. A code was given for want of the password that there is now.
    pub(super) fn with(before: Option<&Credentials>, changes: &UserChanges) -> Option<Box<Credentials>> {
        let before = before.cloned().unwrap_or_default();
        let nkey = |nkey: &Option<Nkey>| nkey.as_ref().map(|nkey| stamp(nkey.as_str()));
        Credentials {
            secret: changes.secret.as_deref().map(stamp).or(before.secret),
            nkey: changes.nkey.as_ref().map_or(before.nkey, nkey),
            access: changes.access.or(before.access),
            code: before.code.filter(|_| changes.secret.is_none() || changes.rehashed),
        }
        .kept()
    }

    pub(super) fn with_code(before: Option<&Credentials>, code: Option<Code>) -> Option<Box<Credentials>> {
        let before = before.cloned().unwrap_or_default();
        Credentials { code: code.map(Box::new), ..before }.kept()
    }

    pub(super) fn code(&self) -> Option<&Code> {
        self.code.as_deref()
    }

    /// Whether there is anything to sign in with but a code.
    pub(super) fn signs_in(&self) -> bool {
        self.secret.is_some() || self.nkey.is_some()
    }

    /// The app that somebody serves.
    pub(in crate::rules) fn app(&self) -> Option<AppNumber> {
        match self.access? {
            Access::App(app) => Some(app),
            Access::User | Access::Producer | Access::Viewer | Access::Operator => None,
        }
    }

    pub(in crate::rules) fn nkey(&self) -> Option<Stamp> {
        self.nkey
    }

    pub(super) fn has_secret(credentials: Option<&Credentials>, secret: &str) -> bool {
        credentials.and_then(|credentials| credentials.secret) == Some(stamp(secret))
    }

    /// Most have none: in memory they cost nothing.
    fn kept(mut self) -> Option<Box<Credentials>> {
        self.access = self.access.filter(|access| *access != Access::User);
        (self != Credentials::default()).then(|| Box::new(self))
    }
}

pub(super) fn stamp(text: &str) -> Stamp {
    Stamp::of(&[text.as_bytes()])
}
