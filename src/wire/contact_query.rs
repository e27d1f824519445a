//! The question `contacts`, and its answer: a contact list, or what has changed in it since somebody asked before.

use serde::{Deserialize, Serialize};
use serde_with::skip_serializing_none;

use super::query::Items;
use crate::words::{ImNumber, Party, UserName};

/// `contacts`
#[skip_serializing_none]
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct ContactsOf {
    pub limit: Option<usize>,
    /// The cursor of the last answer; it is asked with the same `since`.
    pub after: Option<String>,
    /// Whose, when an operator asks.
    pub user: Option<UserName>,
    /// The `version` of the list that the asker keeps. One that cannot be read is of another Homing: the answer is the whole list.
    pub since: Option<String>,
}

/// One entry of `contacts`.
#[skip_serializing_none]
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ContactView {
    pub who: Party,
    pub alias: Option<String>,
    pub blocked: bool,
    pub im: Option<ImNumber>,
    pub nickname: Option<String>,
    pub mood: Option<String>,
    pub picture: Option<String>,
}

/// A page of the answer. On the first page stands what is about all of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ContactsPage {
    #[serde(flatten)]
    pub page: Items<ContactView>,
    /// On the first page.
    #[serde(flatten)]
    pub head: Option<ContactsHead>,
}

/// Of which version the list is, and how it comes to that.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ContactsHead {
    /// What to ask with as `since` the next time.
    pub version: String,
    /// The items are the whole list, and not what has changed in one that the asker has.
    pub whole: bool,
    /// Who was on the list at `since`, and is not any more.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub removed: Vec<Party>,
}
