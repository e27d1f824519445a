//! The IANA time-zone database that is compiled in: every zone by its name, read when it is first asked for.
//!
//! The system's own data is never read: the same commands give the same events on every machine.

use std::sync::{LazyLock, OnceLock};

use jiff::tz::TimeZone;

/// As in `2026f`.
pub(super) const VERSION: &str = include_str!("zoneinfo/version");

/// Made by `src/words/zoneinfo/pack.py`, which says what is where.
static PACKED: &[u8] = include_bytes!("zoneinfo/zones.dat");

/// About 600 names, 40 bytes each; a zone that is read takes a few kilobytes more.
static ZONES: LazyLock<Vec<Entry>> = LazyLock::new(|| unpack(PACKED).expect("it was packed by our own tool"));

/// Of `UTC`, which stands before the others.
pub(super) const UTC: u16 = 0;

#[cfg(test)]
thread_local! {
    static ASKED: std::cell::Cell<u64> = const { std::cell::Cell::new(0) };
}

/// How often this thread has asked what a zone's clocks do: what is folded from facts must not depend on it.
#[cfg(test)]
pub(crate) fn asked() -> u64 {
    ASKED.with(std::cell::Cell::get)
}

struct Entry {
    name: &'static str,
    data: &'static [u8],
    read: OnceLock<TimeZone>,
}

/// Which zone bears a name, as it is written in the database.
pub(super) fn named(name: &str) -> Option<u16> {
    let found = ZONES.binary_search_by_key(&order(name), |entry| order(entry.name)).ok()?;
    u16::try_from(found).ok()
}

pub(super) fn len() -> u16 {
    u16::try_from(ZONES.len()).unwrap_or(u16::MAX)
}

pub(super) fn name(zone: u16) -> &'static str {
    entry(zone).name
}

pub(super) fn rules(zone: u16) -> &'static TimeZone {
    #[cfg(test)]
    ASKED.with(|asked| asked.set(asked.get() + 1));
    let Entry { name, data, read } = entry(zone);
    read.get_or_init(|| TimeZone::tzif(name, data).expect("it was packed as it was published"))
}

fn entry(zone: u16) -> &'static Entry {
    ZONES.get(usize::from(zone)).expect("only what was found by its name is asked for")
}

fn order(name: &str) -> (bool, &str) {
    (name != "UTC", name)
}

fn unpack(packed: &'static [u8]) -> Option<Vec<Entry>> {
    let end = packed.windows(2).position(|pair| pair == b"\n\n")?;
    let (index, data) = packed.split_at_checked(end + 2)?;
    let mut zones = Vec::new();
    for line in std::str::from_utf8(index).ok()?.lines().filter(|line| !line.is_empty()) {
        let mut fields = line.split(' ');
        let name = fields.next()?;
        let (begins, len): (usize, usize) = (fields.next()?.parse().ok()?, fields.next()?.parse().ok()?);
        zones.push(Entry { name, data: data.get(begins..begins + len)?, read: OnceLock::new() });
    }
    zones.sort_unstable_by_key(|entry| order(entry.name));
    Some(zones)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_zone_can_be_read_and_found_by_its_name() {
        assert_eq!((name(UTC), named("UTC"), len()), ("UTC", Some(UTC), 598));
        for zone in 0..len() {
            assert_eq!(named(name(zone)), Some(zone));
            assert_eq!(rules(zone).iana_name(), Some(name(zone)));
        }
        assert_eq!((named(""), named("europe/london"), named("Europe/London ")), (None, None, None));
        assert!(VERSION.len() == 5 && VERSION.starts_with("20"), "{VERSION:?}");
    }
}
