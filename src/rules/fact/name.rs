//! What each fact is called: the tokens of a commit's subject.

use super::Fact;
use crate::words::{CommandSeq, MessageId, ScheduleId};

/// The entity of what has no name but a phone number, which never stands in a subject.
const NAMELESS: &str = "_phone";

impl Fact {
    /// The first command of the story it belongs to: the one that created the schedule, or sent the message.
    pub fn story(&self) -> Option<CommandSeq> {
        self.schedule().map(ScheduleId::command).or(self.message().map(MessageId::command))
    }

    /// `<area>`, `<entity>` and `<fact>`: the subject that a commit goes by when this fact is its first.
    pub fn name(&self) -> (&'static str, String, &'static str) {
        match self {
            Fact::Refused(_) => ("command", String::new(), "refused"),
            Fact::UserRegistered { user, .. } => ("user", user.to_string(), "registered"),
            Fact::UserChanged { user, .. } => ("user", user.to_string(), "changed"),
            Fact::UserSuspended { user } => ("user", user.to_string(), "suspended"),
            Fact::UserResumed { user } => ("user", user.to_string(), "resumed"),
            Fact::ProfileSet { user, .. } => ("profile", user.to_string(), "set"),
            Fact::PreferenceSet { user, .. } => ("preference", user.to_string(), "set"),
            Fact::ContactAdded { user, .. } => ("contact", user.to_string(), "added"),
            Fact::ContactRemoved { user, .. } => ("contact", user.to_string(), "removed"),
            Fact::ContactBlocked { user, .. } => ("contact", user.to_string(), "blocked"),
            Fact::DeviceOnline { user, .. } => ("presence", user.to_string(), "online"),
            Fact::DeviceOffline { user, .. } => ("presence", user.to_string(), "offline"),
            Fact::MessageAccepted(accepted) => ("message", accepted.message.to_string(), "accepted"),
            Fact::DeliveryRouted(routed) => ("delivery", routed.message.to_string(), "routed"),
            Fact::DeliveryDelivered { message, .. } => ("delivery", message.to_string(), "delivered"),
            Fact::DeliveryRead { message, .. } => ("delivery", message.to_string(), "read"),
            Fact::DeliveryFiltered { message, .. } => ("delivery", message.to_string(), "filtered"),
            Fact::DeliveryRecalled { message, .. } => ("delivery", message.to_string(), "recalled"),
            Fact::DeliveryExpired { message, .. } => ("delivery", message.to_string(), "expired"),
            Fact::DeliveryFailed { message, .. } => ("delivery", message.to_string(), "failed"),
            Fact::SmsAttempted(granted) => ("sms", granted.message.to_string(), "attempted"),
            Fact::SmsLetGo { message, .. } => ("sms", message.to_string(), "let_go"),
            Fact::SmsAccepted { attempt, .. } => ("sms", attempt.message.to_string(), "accepted"),
            Fact::SmsFailed { attempt, .. } => ("sms", attempt.message.to_string(), "failed"),
            Fact::SmsDeferred { attempt, .. } => ("sms", attempt.message.to_string(), "deferred"),
            Fact::SmsUnknown { attempt, .. } => ("sms", attempt.message.to_string(), "unknown"),
            Fact::SmsReceipt(receipt) => ("sms", receipt.message.to_string(), "receipt"),
            Fact::SmsUnmatched(_) => ("sms", NAMELESS.to_owned(), "unmatched"),
            Fact::SmsSilent { message, .. } => ("sms", message.to_string(), "silent"),
            Fact::SmsPart(part) => ("sms", part.called.kind().to_owned(), "part"),
            Fact::SmsReceived(heard) => ("sms", heard.called.kind().to_owned(), "received"),
            Fact::PhonePreferenceSet { .. } => ("preference", NAMELESS.to_owned(), "phone_set"),
            Fact::ScheduleCreated(created) => ("schedule", created.schedule.to_string(), "created"),
            Fact::ScheduleReplaced(replaced) => ("schedule", replaced.schedule.to_string(), "replaced"),
            Fact::SchedulePaused { schedule } => ("schedule", schedule.to_string(), "paused"),
            Fact::ScheduleResumed { schedule } => ("schedule", schedule.to_string(), "resumed"),
            Fact::ScheduleCancelled { schedule } => ("schedule", schedule.to_string(), "cancelled"),
            Fact::ScheduleEnded { schedule } => ("schedule", schedule.to_string(), "ended"),
            Fact::ScheduleRun { schedule, .. } => ("schedule", schedule.to_string(), "run"),
            Fact::SkipSet { schedule, .. } => ("schedule", schedule.to_string(), "skip_set"),
            Fact::OccurrencePlanned(planned) => ("occurrence", planned.schedule.to_string(), "planned"),
            Fact::OccurrenceFired(fired) => ("occurrence", fired.schedule.to_string(), "fired"),
            Fact::OccurrenceSkipped(not) => ("occurrence", not.schedule.to_string(), "skipped"),
            Fact::OccurrenceMissed(not) => ("occurrence", not.schedule.to_string(), "missed"),
            Fact::OccurrenceCancelled(not) => ("occurrence", not.schedule.to_string(), "cancelled"),
            Fact::TimerSet { timer, .. } => ("timer", timer.to_string(), "set"),
        }
    }
}
