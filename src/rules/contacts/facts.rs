//! The facts of contacts: who was put on a list, taken off it, or blocked.

use serde::{Deserialize, Serialize};
use serde_with::skip_serializing_none;

use crate::words::{Party, UserName};

/// `contact.added`
#[skip_serializing_none]
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Added {
    pub user: UserName,
    pub who: Party,
    pub alias: Option<String>,
}

/// `contact.removed`
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Removed {
    pub user: UserName,
    pub who: Party,
}

/// `contact.blocked`
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Blocked {
    pub user: UserName,
    pub who: Party,
}
