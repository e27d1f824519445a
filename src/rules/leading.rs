//! The first facts of commits, and what may stand behind each: a commit goes by its first fact, so this is where a fact is found.
//!
//! Invariant: a fact that this table does not let stand behind the first one begins a part of its own, so whoever reads the
//! commits that [`leaders_of`] a fact name has read every one of it.

use std::collections::BTreeSet;

use super::Happened;
use super::{attempt, contacts, group, identity, message, phone, presence, schedule, timer};

/// The names of some of an area's facts.
macro_rules! names {
    ($($area:ident: $($fact:ident),+);+) => { &[$($(<$area::$fact as Happened>::NAME),+),+] };
}

/// A commit that begins with one of the left may hold any of the right behind it.
const BEHIND: &[(&[&str], &[&str])] = &[
    // A phone's owner had wished no SMS before they were registered, or was in groups.
    (names![identity: Registered, Changed], names![identity: PreferenceSet; group: Claimed]),
    // Who wants SMS again by their client wants them on the phone that wrote STOP.
    (names![identity: PreferenceSet], names![phone: PhonePreferenceSet; group: SmsSet]),
    (names![group: SmsSet], names![group: SmsSet]),
    (names![presence: CameOnline], names![message: Routed]),
    (names![message: Accepted], names![message: Page, Routed, Filtered]),
    (names![message: Routed, Filtered], names![message: Routed, Filtered]),
    (names![message: Delivered], names![message: Delivered, WasRead]),
    (names![message: WasRead], names![message: WasRead]),
    (names![message: Recalled], names![message: Recalled]),
    (names![message: Expired], names![message: Expired]),
    // A firing sends its message, and plans the next one with its timer.
    (
        names![schedule: Created, Replaced, Cancelled, Ran, Planned, Fired, Skipped, Missed, Ended],
        names![
            schedule: Planned, Fired, Skipped, Missed, OccurrenceCancelled, Ended;
            timer: Set;
            message: Accepted, Page, Routed, Filtered
        ],
    ),
    // A grant, asked for many deliveries at once, and what becomes of one instead.
    (
        names![attempt: Granted, LetGo, Unknown],
        names![attempt: Granted, LetGo, Unknown; message: Routed, Filtered, Expired],
    ),
    // What was reported, of many deliveries at once, and the ends of them.
    (
        names![attempt: Accepted, Failed, Deferred, Unknown, Receipted, Unmatched, Silent],
        names![
            attempt: Accepted, Failed, Deferred, Unknown, Receipted, Unmatched, Silent;
            message: Delivered, Failed
        ],
    ),
    // Who comes in and who is asked, and what they are told; who is removed; who inherits.
    (
        names![group: Created, Joined, Invited],
        names![group: Joined, Invited; message: Accepted, Routed, Filtered],
    ),
    (names![group: Left], names![group: Left, RoleSet, Closed]),
    (names![group: RoleSet], names![group: RoleSet]),
    // Who is invited by SMS, and what they are told.
    (names![contacts: Invited, Added], names![contacts: Added; message: Accepted, Routed, Filtered]),
    // STOP and START; a text to a person or a group; a wish about groups; an answer to an invitation, and the account that is
    // opened for it; Homing's answer.
    (
        names![phone: Heard],
        names![
            identity: PreferenceSet, Registered;
            phone: PhonePreferenceSet;
            contacts: Offered, Answered, Added;
            group: Created, Invited, Joined, Declined, Left, RoleSet, SmsSet, Closed, Claimed;
            message: Accepted, Page, Routed, Filtered
        ],
    ),
    (names![timer: Set], names![timer: Set]),
];

/// Whether a fact may stand behind a first one.
pub fn may_follow(first: &str, fact: &str) -> bool {
    let led = |(leaders, behind): &(&[&str], &[&str])| leaders.contains(&first) && behind.contains(&fact);
    BEHIND.iter().any(led)
}

/// The first facts of all commits that can hold one of these facts.
pub fn leaders_of(facts: &[&'static str]) -> BTreeSet<&'static str> {
    let holds = |behind: &[&str]| facts.iter().any(|fact| behind.contains(fact));
    let leaders = BEHIND.iter().filter(|(_, behind)| holds(behind)).flat_map(|(leaders, _)| leaders.iter());
    leaders.chain(facts).copied().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wish_said_by_sms_is_found_where_the_sms_is() {
        let leaders = leaders_of(names![identity: PreferenceSet]);
        let wanted = ["phone.received", "preference.set", "user.changed", "user.registered"];
        assert_eq!(leaders.into_iter().collect::<Vec<_>>(), wanted);
        assert_eq!(leaders_of(names![presence: WentOffline]), BTreeSet::from(["presence.offline"]));
    }

    #[test]
    fn a_fact_that_leads_others_may_be_followed_by_them_alone() {
        assert!(may_follow("message.accepted", "delivery.routed"));
        assert!(!may_follow("message.accepted", "timer.set"), "who sets timers need not read every message");
        assert!(!may_follow("delivery.routed", "message.accepted"));
    }
}
