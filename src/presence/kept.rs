//! The kept leases: a row for each device that is online, projected from the log, so that a start reads only what came since.
//!
//! | key | value |
//! |---|---|
//! | `!` | format, position, mark (see `log/projection.rs`) |
//! | `o` user 0 device | MessagePack with names: who granted the lease, and for how long |

use std::path::Path;

use serde::{Deserialize, Serialize};

use super::leases::{Device, Grant};
use crate::log::{Fault, Log, Projection, Record, Rows};
use crate::rules::presence::{self, CameOnline, WentOffline};
use crate::rules::{Fact, Happened};
use crate::wire::{from_msgpack, subjects, to_msgpack};
use crate::words::{EventSeq, Span};

/// Rows of another format are rebuilt from the log.
const FORMAT: u32 = 1;
const ONLINE: u8 = b'o';
/// The facts that are read of EVENTS.
const READS: &[&str] = &[CameOnline::NAME, WentOffline::NAME];

/// What the log says of a device's lease: granted, or over.
pub(super) type Change = (Device, Option<Grant>);

#[derive(Serialize, Deserialize)]
struct Row {
    since: EventSeq,
    lease_ms: i64,
}

#[derive(Debug)]
pub(super) struct Kept(Projection);

impl Kept {
    /// Those of this log, as [`Projection::of`] finds them.
    ///
    /// # Errors
    /// Where the folder is in use, or can be neither opened nor set aside; or where the log does not answer.
    pub(super) async fn of(log: &Log, folder: &Path) -> Result<Kept, Fault> {
        Projection::of(log, folder, FORMAT).await.map(Kept)
    }

    /// The subjects of all commits that can hold what is kept.
    pub(super) fn reads() -> Vec<String> {
        subjects::events_with(READS)
    }

    /// The last commit that the rows hold.
    pub(super) fn position(&self) -> EventSeq {
        self.0.position()
    }

    /// Takes in records of EVENTS, in order; gives what they change.
    ///
    /// # Errors
    /// `Retry::Reload` where the folder is torn and must be rebuilt; otherwise the disk failed.
    pub(super) fn take(&self, records: &[Record]) -> Result<Vec<Change>, Fault> {
        let mut changes = Vec::new();
        self.0.take(records, |rows, seq, commit| {
            for fact in &commit.facts {
                if let Fact::Presence(fact) = fact {
                    let change = change(seq, fact);
                    put(rows, &change);
                    changes.push(change);
                }
            }
            Ok(())
        })?;
        Ok(changes)
    }

    /// All leases that stand.
    ///
    /// # Errors
    /// `Retry::Reload` where the folder is torn; otherwise the disk failed.
    pub(super) fn all(&self) -> Result<Vec<(Device, Grant)>, Fault> {
        let rows = self.0.prefix([ONLINE]).map(|row| {
            let (key, value) = row?;
            let row: Row = from_msgpack(&value).map_err(|why| Fault::torn().because(why))?;
            let device = device(&key).ok_or_else(Fault::torn)?;
            Ok((device, grant(row.since, row.lease_ms)))
        });
        rows.collect()
    }

    /// Makes what was taken in survive a power loss.
    ///
    /// # Errors
    /// Where the disk failed.
    pub(super) fn flush(&self) -> Result<(), Fault> {
        self.0.flush()
    }
}

fn change(seq: EventSeq, fact: &presence::Fact) -> Change {
    match fact {
        presence::Fact::CameOnline(CameOnline { user, device, lease_ms, class: _, encoding: _ }) => {
            ((user.clone(), device.clone()), Some(grant(seq, *lease_ms)))
        }
        presence::Fact::WentOffline(WentOffline { user, device, because: _ }) => {
            ((user.clone(), device.clone()), None)
        }
    }
}

fn grant(since: EventSeq, lease_ms: i64) -> Grant {
    Grant { since, length: Span::from_ms(lease_ms).duration() }
}

fn put(rows: &mut Rows, (device, grant): &Change) {
    match grant {
        Some(Grant { since, length }) => {
            let lease_ms = i64::try_from(length.as_millis()).unwrap_or(i64::MAX);
            rows.put(key(device), to_msgpack(&Row { since: *since, lease_ms }));
        }
        None => rows.remove(key(device)),
    }
}

fn key((user, device): &Device) -> Vec<u8> {
    [&[ONLINE], user.as_str().as_bytes(), &[0], device.as_str().as_bytes()].concat()
}

fn device(key: &[u8]) -> Option<Device> {
    let (_, names) = key.split_first()?;
    let (user, device) = str::from_utf8(names).ok()?.split_once('\0')?;
    Some((user.parse().ok()?, device.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::presence::{DeviceClass, Encoding, OfflineReason};
    use crate::rules::{Commit, Sender};
    use crate::wire::commit;
    use crate::words::{CommandSeq, Instant};

    fn device(user: &str) -> Device {
        (user.parse().unwrap(), "pc".parse().unwrap())
    }

    fn online(user: &str, lease_ms: i64) -> Fact {
        let (user, device) = device(user);
        let (class, encoding) = (DeviceClass::Pc, Encoding::Json);
        CameOnline { user, device, class, lease_ms, encoding }.into()
    }

    fn offline(user: &str) -> Fact {
        let (user, device) = device(user);
        WentOffline { user, device, because: OfflineReason::Said }.into()
    }

    fn record(seq: u64, fact: Fact) -> Record {
        let (command, at, by) = (CommandSeq(seq), Instant::default(), Sender::Unknown);
        let commit = Commit { command, at, by, part: 0, parts: 1, intent: None, facts: vec![fact] };
        Record::appended(seq, commit::encode(&commit))
    }

    #[test]
    fn a_row_stands_while_its_device_is_online() {
        let folder = tempfile::tempdir().unwrap();
        let open = || Projection::open(folder.path(), FORMAT).map(Kept).unwrap();
        let kept = open();
        let granted = |user, since, secs: i64| (device(user), grant(EventSeq(since), secs * 1_000));
        let changes = kept.take(&[
            record(3, online("bob", 45_000)),
            record(5, online("carol", 1_000)),
            record(8, online("bob", 3_000)),
            record(9, offline("carol")),
        ]);
        let changed = |(device, grant)| (device, Some(grant));
        assert_eq!(
            changes.unwrap(),
            [
                changed(granted("bob", 3, 45)),
                changed(granted("carol", 5, 1)),
                changed(granted("bob", 8, 3)),
                (device("carol"), None)
            ]
        );
        drop(kept);
        let kept = open();
        assert_eq!((kept.position(), kept.all().unwrap()), (EventSeq(9), vec![granted("bob", 8, 3)]));
        assert_eq!(kept.take(&[record(9, offline("bob"))]).unwrap(), [], "it holds that one already");
        kept.take(&[record(10, offline("bob"))]).unwrap();
        assert_eq!(kept.0.prefix([]).count(), 1, "but for the position nothing is left");
    }
}
