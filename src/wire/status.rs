//! The answer to `status`: how the roles of a process stand.

use serde::{Deserialize, Serialize};
use serde_with::skip_serializing_none;

/// A process of Homing; each answers for itself.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ProcessView {
    pub pid: u32,
    /// The machine's name; empty where an earlier version answers.
    #[serde(default)]
    pub host: String,
    pub version: String,
    /// How often one of its roles has failed and was started again.
    pub failures: usize,
    pub roles: Vec<RoleView>,
}

#[skip_serializing_none]
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RoleView {
    pub role: String,
    /// `running`, `standby` (a decider, while another one decides) or `failed`.
    pub state: String,
    /// RFC 3339.
    pub since: String,
    /// What failed.
    pub why: Option<String>,
}
