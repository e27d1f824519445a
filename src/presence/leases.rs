//! The leases of all devices that are online: when each was renewed last, and which one is to be looked at next.
//!
//! Times here are the [clock](super::clock)'s. A heartbeat only notes the time; each lease is looked at when it would have run
//! out, and put off if it was renewed: once in its length, however many there are.

use std::collections::{BTreeSet, HashMap};
use std::time::Duration;

use crate::rules::presence::Lapsed;
use crate::words::{DeviceName, EventSeq, UserName};

pub(super) type Device = (UserName, DeviceName);

/// A lapse whose report has brought no change is reported again after this time, then after twice as long, and so on: while
/// nobody decides, reports do not pile up.
const REPORT_AGAIN_AFTER: Duration = Duration::from_secs(5);
/// About 43 minutes between two reports.
const DOUBLINGS_MAX: u32 = 9;
/// Leases looked at before something else has its turn: far below a millisecond.
const LOOKS_LEN_MAX: usize = 64;

/// What the log says of a device.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Grant {
    /// The commit that granted the lease.
    pub(super) since: EventSeq,
    pub(super) length: Duration,
}

/// How a lease stands when a heartbeat comes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Standing {
    Renewed,
    /// It had run out, and that is reported: only the log grants another one.
    Lapsed,
    /// No such device is online, as far as the log has been read.
    Unknown,
}

#[derive(Debug)]
struct Lease {
    grant: Grant,
    renewed: Duration,
    /// It stands in `looks` under this time.
    look_at: Duration,
    reports: u32,
}

/// As many as devices are online: the rules allow a user sixteen.
#[derive(Debug, Default)]
pub(super) struct Leases {
    online: HashMap<Device, Lease>,
    /// One entry for each lease.
    looks: BTreeSet<(Duration, Device)>,
    /// No lease is older: what was sent before may not have been heard.
    anew: Duration,
}

impl Leases {
    pub(super) fn grant(&mut self, device: Device, grant: Grant, now: Duration) {
        self.end(&device);
        let look_at = now + grant.length;
        self.looks.insert((look_at, device.clone()));
        self.online.insert(device, Lease { grant, renewed: now, look_at, reports: 0 });
    }

    pub(super) fn end(&mut self, device: &Device) {
        if let Some(lease) = self.online.remove(device) {
            self.looks.remove(&(lease.look_at, device.clone()));
        }
    }

    /// A heartbeat has come.
    pub(super) fn renew(&mut self, device: &Device, now: Duration) -> Standing {
        match self.online.get_mut(device) {
            Some(lease) if lease.reports == 0 => {
                lease.renewed = now;
                Standing::Renewed
            }
            Some(_) => Standing::Lapsed,
            None => Standing::Unknown,
        }
    }

    /// All begin anew: heartbeats may have been lost.
    pub(super) fn begin_anew(&mut self, now: Duration) {
        self.anew = now;
    }

    /// Whether there is a lease to look at.
    pub(super) fn is_due(&self, proven: Duration) -> bool {
        self.looks.first().is_some_and(|(look_at, _)| *look_at < proven)
    }

    /// Looks at some of those that are due. Gives the first one that has run out; it is to be reported.
    pub(super) fn lapsed(&mut self, proven: Duration) -> Option<Lapsed> {
        for _ in 0..LOOKS_LEN_MAX {
            if !self.is_due(proven) {
                break;
            }
            let (_, device) = self.looks.pop_first()?;
            let Some(lease) = self.online.get_mut(&device) else { continue };
            let runs_out = lease.renewed.max(self.anew) + lease.grant.length;
            let has_run_out = lease.reports > 0 || runs_out < proven;
            lease.look_at = runs_out;
            if has_run_out {
                lease.look_at = proven + REPORT_AGAIN_AFTER * 2_u32.pow(lease.reports.min(DOUBLINGS_MAX));
                lease.reports = lease.reports.saturating_add(1);
            }
            let since = lease.grant.since;
            self.looks.insert((lease.look_at, device.clone()));
            if has_run_out {
                let (user, device) = device;
                return Some(Lapsed { user, device, since });
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn secs(secs: u64) -> Duration {
        Duration::from_secs(secs)
    }

    fn device(user: &str) -> Device {
        (user.parse().unwrap(), "pc".parse().unwrap())
    }

    fn ten_seconds(since: u64) -> Grant {
        Grant { since: EventSeq(since), length: secs(10) }
    }

    /// Who lapses at this time, each by name and commit.
    fn lapsed(leases: &mut Leases, at: u64) -> Vec<(String, u64)> {
        let mut lapsed = Vec::new();
        while leases.is_due(secs(at)) {
            lapsed.extend(leases.lapsed(secs(at)).map(|lapsed| (lapsed.user.to_string(), lapsed.since.0)));
        }
        lapsed
    }

    fn bob(since: u64) -> Vec<(String, u64)> {
        vec![("bob".to_owned(), since)]
    }

    #[test]
    fn a_lease_lapses_once_it_was_not_renewed_for_its_length() {
        let mut leases = Leases::default();
        leases.grant(device("bob"), ten_seconds(7), secs(0));
        assert_eq!(leases.renew(&device("bob"), secs(5)), Standing::Renewed);
        assert_eq!(lapsed(&mut leases, 15), [], "renewed at 5");
        assert_eq!(lapsed(&mut leases, 16), bob(7));
        assert_eq!(leases.renew(&device("bob"), secs(16)), Standing::Lapsed, "it is reported");
        leases.end(&device("bob"));
        assert_eq!(leases.renew(&device("bob"), secs(17)), Standing::Unknown);
        assert_eq!(lapsed(&mut leases, 1_000), []);
        assert!(leases.looks.is_empty());
    }

    #[test]
    fn a_lapse_that_nobody_decides_is_reported_again_more_and_more_rarely() {
        let mut leases = Leases::default();
        leases.grant(device("bob"), ten_seconds(7), secs(0));
        let reports = (0..86_400).filter(|at| !lapsed(&mut leases, *at).is_empty()).collect::<Vec<_>>();
        assert_eq!(reports.get(..5), Some(&[11, 17, 28, 49, 90][..]));
        assert!(reports.len() < 50, "{} in a day", reports.len());
    }

    #[test]
    fn a_device_that_comes_online_again_has_a_new_lease_of_another_length() {
        let mut leases = Leases::default();
        leases.grant(device("bob"), ten_seconds(7), secs(0));
        assert_eq!(lapsed(&mut leases, 11), bob(7));
        leases.grant(device("bob"), Grant { since: EventSeq(9), length: secs(3) }, secs(12));
        assert_eq!(leases.renew(&device("bob"), secs(12)), Standing::Renewed);
        assert_eq!(lapsed(&mut leases, 15), []);
        assert_eq!(lapsed(&mut leases, 16), bob(9), "nothing waits for the longer one");
        leases.grant(device("bob"), ten_seconds(11), secs(16));
        assert_eq!(leases.looks.len(), 1);
    }

    #[test]
    fn after_a_loss_every_lease_begins_anew() {
        let mut leases = Leases::default();
        leases.grant(device("bob"), ten_seconds(7), secs(0));
        leases.begin_anew(secs(8));
        assert_eq!(lapsed(&mut leases, 18), []);
        assert_eq!(lapsed(&mut leases, 19), bob(7));
    }

    #[test]
    fn many_that_are_due_are_looked_at_in_small_pieces() {
        let mut leases = Leases::default();
        for number in 0..1_000 {
            leases.grant(device(&format!("u{number}")), ten_seconds(number), secs(0));
        }
        leases.begin_anew(secs(100));
        let mut pieces = 0;
        while leases.is_due(secs(50)) {
            assert_eq!(leases.lapsed(secs(50)), None);
            pieces += 1;
        }
        assert_eq!(pieces, 1_000_usize.div_ceil(LOOKS_LEN_MAX));
        assert_eq!(lapsed(&mut leases, 111).len(), 1_000);
    }
}
