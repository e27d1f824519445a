//! What of a message counts for its sender's quota.

use crate::rules::Fact;
use crate::rules::message::{Channel, Routed};
use crate::words::named;

named! {
    /// What of a message counts; at least one does.
    #[derive(Default)]
    "count" Counts {
        /// The message, to however many it goes.
        Messages = "messages",
        /// Each recipient who gets it by SMS or another channel that costs each time; else the message.
        #[default]
        Sms = "sms",
        /// Each recipient who is sent it.
        Recipients = "recipients",
    }
}

/// As how many messages one with these deliveries counts. One that goes on by SMS later has been counted.
pub(in crate::rules) fn counted(counts: Counts, deliveries: &[Fact]) -> u32 {
    let routed = deliveries.iter().filter_map(Fact::get::<Routed>);
    let counted = match counts {
        Counts::Messages => 1,
        Counts::Sms => routed.filter(|routed| matches!(routed.channel, Channel::By(_))).count(),
        Counts::Recipients => routed.count(),
    };
    u32::try_from(counted.max(1)).unwrap_or(u32::MAX)
}
