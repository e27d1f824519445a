//! What the gate is asked by operators, who is connected and to end somebody's connections.

use serde::{Deserialize, Serialize};

use crate::words::{EventSeq, UserName};

/// Where a gate ends connections when an operator asks it to.
pub const END: &str = "homing.gate.end";

/// The question `sessions`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SessionsOf {
    /// Of everybody, where nobody is named.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user: Option<UserName>,
}

/// A connection.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SessionView {
    pub user: UserName,
    /// The address it comes from.
    pub from: String,
    /// As the client calls itself; it may say anything.
    pub client: String,
    /// RFC 3339.
    pub since: String,
}

/// What `sessions` is answered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sessions {
    pub items: Vec<SessionView>,
    /// How many there are in all.
    pub count: usize,
    /// The last commit about people that the gate knows.
    pub as_of: EventSeq,
}

/// What is answered where connections were ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ended {
    pub ended: usize,
}
