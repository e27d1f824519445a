//! The facts of contacts: who was put on a list, taken off it, or blocked.

use serde::{Deserialize, Serialize};
use serde_with::skip_serializing_none;

use crate::words::{Instant, Party, Phone, UserName};

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

/// `contact.invited`: a phone is asked by SMS.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Invited {
    pub user: UserName,
    pub phone: Phone,
    /// Until when it may answer.
    pub until: Instant,
}

/// `contact.offered`: it has said yes, and is asked for a name.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Offered {
    /// Who has invited it.
    pub user: UserName,
    pub phone: Phone,
    /// One that it may have.
    pub name: UserName,
}

/// `contact.answered`: what became of an invitation.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Answered {
    /// Who has invited it.
    pub user: UserName,
    pub phone: Phone,
    pub yes: bool,
}
