//! The leases of all devices that are online, by when each was renewed last.

use std::collections::HashMap;
use std::time::Duration;

use tokio::time::Instant;

use crate::rules::presence::{self, CameOnline, Lapsed, WentOffline};
use crate::rules::{Commit, Fact, Happened};
use crate::words::{DeviceName, EventSeq, Span, UserName};

/// The facts that are read of EVENTS.
pub(super) const READS: &[&str] = &[CameOnline::NAME, WentOffline::NAME];

/// A lapse whose report brought no change is reported again after this time.
const REPORT_AGAIN_AFTER: Duration = Duration::from_secs(5);

#[derive(Debug, Default)]
pub(super) struct Leases {
    online: HashMap<(UserName, DeviceName), Lease>,
}

#[derive(Debug)]
struct Lease {
    /// The commit that granted it.
    since: EventSeq,
    length: Duration,
    renewed: Instant,
    reported: Option<Instant>,
}

impl Leases {
    /// Grants and ends leases as the log says.
    pub(super) fn take(&mut self, commit: &Commit, seq: u64, now: Instant) {
        for fact in &commit.facts {
            let Fact::Presence(fact) = fact else { continue };
            match fact {
                presence::Fact::CameOnline(CameOnline { user, device, lease_ms, .. }) => {
                    let length = Span::from_ms(*lease_ms).duration();
                    let lease = Lease { since: EventSeq(seq), length, renewed: now, reported: None };
                    self.online.insert((user.clone(), device.clone()), lease);
                }
                presence::Fact::WentOffline(WentOffline { user, device, because: _ }) => {
                    self.online.remove(&(user.clone(), device.clone()));
                }
            }
        }
    }

    /// Whether there was a lease to renew.
    pub(super) fn renew(&mut self, user: &UserName, device: &DeviceName, now: Instant) -> bool {
        let Some(lease) = self.online.get_mut(&(user.clone(), device.clone())) else { return false };
        lease.renewed = now;
        true
    }

    /// Those that ran out, no lease being older than `connected`.
    pub(super) fn lapsed(&mut self, now: Instant, connected: Instant) -> Vec<Lapsed> {
        let ran_out = |lease: &Lease| now.duration_since(lease.renewed.max(connected)) > lease.length;
        let unreported = |lease: &Lease| {
            lease.reported.is_none_or(|reported| now.duration_since(reported) > REPORT_AGAIN_AFTER)
        };
        let due = self.online.iter_mut().filter(|(_, lease)| ran_out(lease) && unreported(lease));
        let report = |((user, device), lease): (&(UserName, DeviceName), &mut Lease)| {
            lease.reported = Some(now);
            Lapsed { user: user.clone(), device: device.clone(), since: lease.since }
        };
        due.map(report).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::Sender;
    use crate::rules::presence::{DeviceClass, Encoding};
    use crate::words::{CommandSeq, Instant as Moment};

    fn commit(fact: Fact) -> Commit {
        Commit {
            command: CommandSeq(1),
            at: Moment::default(),
            by: Sender::Unknown,
            part: 0,
            parts: 1,
            intent: None,
            facts: vec![fact],
        }
    }

    #[test]
    fn a_lease_lapses_once_it_was_not_renewed_for_its_length() {
        let (user, device): (UserName, DeviceName) = ("bob".parse().unwrap(), "pc".parse().unwrap());
        let start = Instant::now();
        let at = |secs| start + Duration::from_secs(secs);
        let mut leases = Leases::default();
        let online = Fact::from(presence::CameOnline {
            user: user.clone(),
            device: device.clone(),
            class: DeviceClass::Pc,
            lease_ms: 10_000,
            encoding: Encoding::Json,
        });
        leases.take(&commit(online), 7, start);
        assert!(leases.renew(&user, &device, at(5)));
        assert_eq!(leases.lapsed(at(14), start), vec![], "renewed at 5");
        assert_eq!(leases.lapsed(at(16), at(10)), vec![], "connected again at 10");
        let lapse = Lapsed { user: user.clone(), device: device.clone(), since: EventSeq(7) };
        assert_eq!(leases.lapsed(at(16), start), vec![lapse.clone()]);
        assert_eq!(leases.lapsed(at(17), start), vec![], "reported already");
        assert_eq!(leases.lapsed(at(22), start), vec![lapse]);
        let offline = Fact::from(presence::WentOffline {
            user: user.clone(),
            device: device.clone(),
            because: crate::rules::presence::OfflineReason::Lapsed,
        });
        leases.take(&commit(offline), 8, at(23));
        assert_eq!(leases.lapsed(at(99), start), vec![]);
        assert!(!leases.renew(&user, &device, at(99)));
    }
}
