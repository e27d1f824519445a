//! The outcome of a command, as answered on `homing.outcome.<user>.<command>`.

use serde::{Deserialize, Serialize};
use serde_with::skip_serializing_none;

use crate::rules::Outcome;
use crate::rules::quota::OverQuota;
use crate::words::{CommandSeq, GroupNumber, ImNumber, Instant, MessageId, ScheduleId, UserName};

/// `{"command", "accepted": true, "message"|"user"…}` or `{"command", "accepted": false, "code", "text", "field"?}`.
#[skip_serializing_none]
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OutcomeBody {
    /// The command's stream sequence, as its PubAck told it.
    pub command: CommandSeq,
    pub accepted: bool,
    pub message: Option<MessageId>,
    pub schedule: Option<ScheduleId>,
    /// Of the schedule's next firings, those that would exceed the quota.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub over_quota: Vec<OverQuota>,
    pub group: Option<GroupNumber>,
    pub user: Option<UserName>,
    /// The IM number that a registration gave.
    pub im: Option<ImNumber>,
    pub code: Option<String>,
    pub text: Option<String>,
    pub field: Option<String>,
    /// When the same may be asked again, where waiting helps. RFC 3339.
    pub retry_at: Option<String>,
}

impl OutcomeBody {
    pub fn new(command: CommandSeq, outcome: &Outcome) -> OutcomeBody {
        let accepted = OutcomeBody {
            command,
            accepted: true,
            message: None,
            schedule: None,
            over_quota: Vec::new(),
            group: None,
            user: None,
            im: None,
            code: None,
            text: None,
            field: None,
            retry_at: None,
        };
        match outcome {
            Outcome::Accepted => accepted,
            Outcome::Message(message) => OutcomeBody { message: Some(*message), ..accepted },
            Outcome::Schedule(schedule, over_quota) => {
                OutcomeBody { schedule: Some(*schedule), over_quota: over_quota.clone(), ..accepted }
            }
            Outcome::Group(group) => OutcomeBody { group: Some(*group), ..accepted },
            Outcome::User(user, im) => OutcomeBody { user: Some(user.clone()), im: Some(*im), ..accepted },
            Outcome::Refused(rejection) => OutcomeBody {
                accepted: false,
                code: Some(rejection.code.clone()),
                text: Some(rejection.text.clone()),
                field: rejection.field.clone(),
                retry_at: rejection.retry_at.map(Instant::brief),
                ..accepted
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::Rejection;
    use crate::wire::to_json;

    #[test]
    fn what_was_refused_for_now_says_when_to_try_again() {
        let at = "2026-12-01T09:00:00.250Z".parse().unwrap();
        let refused = Rejection { retry_at: Some(at), ..Rejection::too_fast() };
        let told = OutcomeBody::new(CommandSeq(7), &Outcome::Refused(Box::new(refused)));
        let json = String::from_utf8(to_json(&told)).unwrap();
        assert!(json.starts_with(r#"{"command":7,"accepted":false,"code":"quota.too_fast""#), "{json}");
        assert!(json.ends_with(r#""retry_at":"2026-12-01T09:00:00.250Z"}"#), "{json}");
    }
}
