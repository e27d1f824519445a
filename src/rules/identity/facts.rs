//! The facts of identity: what is written down of a person.

use serde::{Deserialize, Serialize};
use serde_with::skip_serializing_none;

use super::LimitChanges;
use crate::rules::Outcome;
use crate::words::{Access, CommandSeq, ImNumber, Instant, Nkey, Phone, UserName};

/// `user.registered`
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Registered {
    pub user: UserName,
    pub im: ImNumber,
    pub details: UserDetails,
}

impl Registered {
    pub(in crate::rules) fn outcome(&self) -> Outcome {
        Outcome::User(self.user.clone(), self.im)
    }
}

/// `user.changed`: what is absent stays as it was.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Changed {
    pub user: UserName,
    pub details: UserChanges,
}

/// `user.suspended`
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Suspended {
    pub user: UserName,
}

/// `user.resumed`
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Resumed {
    pub user: UserName,
}

/// `user.code_given`: it signs in once, in place of a password; one before has ended.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct CodeGiven {
    pub user: UserName,
    /// The command that gave it, by which it is named.
    pub number: CommandSeq,
    /// A hash of it (PHC string).
    pub secret: String,
    pub until: Instant,
    /// How many wrong ones end it.
    pub tries: u32,
}

impl std::fmt::Debug for CodeGiven {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("CodeGiven").field("user", &self.user).finish_non_exhaustive()
    }
}

/// `user.code_missed`: somebody said a wrong one.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CodeMissed {
    pub user: UserName,
    pub number: CommandSeq,
    /// Tries that are left; with none it has ended.
    pub left: u32,
}

/// `user.code_used`: it has ended, and one connection comes in.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CodeUsed {
    pub user: UserName,
    pub number: CommandSeq,
    /// The gate's name for that connection.
    pub login: u64,
}

/// `profile.set`
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ProfileSet {
    pub user: UserName,
    pub profile: Profile,
}

/// `preference.set`: what is absent stays as it was.
#[skip_serializing_none]
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PreferenceSet {
    pub user: UserName,
    pub sms: Option<bool>,
    pub findable: Option<bool>,
}

impl PreferenceSet {
    /// What somebody wishes of SMS.
    pub(in crate::rules) fn of_sms(user: &UserName, sms: bool) -> PreferenceSet {
        PreferenceSet { user: user.clone(), sms: Some(sms), findable: None }
    }
}

/// What is known of a user beside the name.
#[skip_serializing_none]
#[derive(Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct UserDetails {
    pub phone: Option<Phone>,
    /// A hash of it, never the secret itself.
    pub secret: Option<String>,
    /// With which they sign in instead.
    pub nkey: Option<Nkey>,
    /// Absent, that of a user.
    pub access: Option<Access>,
    /// IANA name.
    pub zone: Option<String>,
    /// Messages per calendar day.
    pub day: Option<u32>,
    /// Messages per calendar month.
    pub month: Option<u32>,
}

impl std::fmt::Debug for UserDetails {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("UserDetails").field("zone", &self.zone).finish_non_exhaustive()
    }
}

/// What has changed of it. What is absent stays as it was.
#[skip_serializing_none]
#[derive(Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct UserChanges {
    /// `null`, no phone any more.
    #[serde(default, deserialize_with = "super::said", skip_serializing_if = "Option::is_none")]
    pub phone: Option<Option<Phone>>,
    pub secret: Option<String>,
    /// It is of the same password as the one before.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub rehashed: bool,
    /// `null`, none any more.
    #[serde(default, deserialize_with = "super::said", skip_serializing_if = "Option::is_none")]
    pub nkey: Option<Option<Nkey>>,
    pub access: Option<Access>,
    pub zone: Option<String>,
    /// Messages per calendar day; `null`, no limit any more.
    #[serde(default, deserialize_with = "super::said", skip_serializing_if = "Option::is_none")]
    pub day: Option<Option<u32>>,
    /// Messages per calendar month; `null`, no limit any more.
    #[serde(default, deserialize_with = "super::said", skip_serializing_if = "Option::is_none")]
    pub month: Option<Option<u32>>,
    pub limits: Option<LimitChanges>,
}

impl std::fmt::Debug for UserChanges {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("UserChanges").field("zone", &self.zone).finish_non_exhaustive()
    }
}

/// What a user shows of themselves. What is absent stays as it was.
#[skip_serializing_none]
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Profile {
    pub nickname: Option<String>,
    pub mood: Option<String>,
    /// An address of it, as in `https://…`.
    pub picture: Option<String>,
}
