//! Stores of rows: keys in order, batches that are written whole or not at all. Which engine keeps them is said when one is opened.

mod redb;
mod sled;

use std::ops::Bound;
use std::path::Path;

use super::{Fault, Retry};

/// What keeps the rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Engine {
    /// A B-tree in one file, whose memory is its cache, however many rows there are.
    Redb,
    /// Files and threads of its own. In memory it takes some fifteen bytes for each row, beside its cache.
    Sled,
}

/// Why a folder could not be opened.
pub(super) enum Unopened {
    /// It is of no use: it is rebuilt.
    Useless(String),
    /// Another process has it, or the machine refuses: no reason to throw it away.
    Unavailable(Fault),
}

impl Unopened {
    fn locked() -> Unopened {
        Unopened::Unavailable(
            Fault::later("open the projection").because("another process has it open; stop that one first"),
        )
    }

    /// There is nothing wrong with a folder on a full disk.
    fn io(error: std::io::Error) -> Unopened {
        use std::io::ErrorKind::{QuotaExceeded, StorageFull};
        if matches!(error.kind(), StorageFull | QuotaExceeded) {
            Unopened::Unavailable(Fault::later("open a projection").because(error))
        } else {
            Unopened::Useless(error.to_string())
        }
    }
}

impl From<Fault> for Unopened {
    fn from(fault: Fault) -> Unopened {
        if fault.retry == Retry::Reload {
            Unopened::Useless(fault.to_string())
        } else {
            Unopened::Unavailable(fault)
        }
    }
}

/// A key and its value.
pub type Row = (Vec<u8>, Vec<u8>);
/// Rows in the order of their keys.
pub type Scan = Box<dyn DoubleEndedIterator<Item = Result<Row, Fault>>>;

/// Rows on disk. One thread writes at a time; nobody who reads waits for it.
pub(super) trait Store: std::fmt::Debug + Send + Sync {
    /// # Errors
    /// `Retry::Reload` where the folder is torn; otherwise the disk failed.
    fn view(&self) -> Result<Box<dyn View>, Fault>;

    /// Whole or not at all. Until it is flushed, or a write a second later was made, the death of the process undoes it, with all
    /// that was written later.
    ///
    /// # Errors
    /// As [`Store::view`]; nothing was written.
    fn write(&self, batch: Batch) -> Result<(), Fault>;

    /// What was written survives a power loss.
    ///
    /// # Errors
    /// As [`Store::view`].
    fn flush(&self) -> Result<(), Fault>;
}

/// The rows, to be read. With redb they are those of one moment.
pub(super) trait View: std::fmt::Debug + Send + Sync {
    /// # Errors
    /// As [`Store::view`].
    fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, Fault>;

    fn range(&self, from: Bound<&[u8]>, to: Bound<&[u8]>) -> Scan;
}

impl Engine {
    /// The file in its folder that a process locks which has it open.
    pub(super) fn locked_file(self) -> &'static str {
        match self {
            Engine::Redb => redb::FILE,
            Engine::Sled => sled::LOCKED,
        }
    }

    pub(super) fn open(
        self,
        folder: &Path,
        cache_bytes: usize,
        checked: bool,
    ) -> Result<Box<dyn Store>, Unopened> {
        Ok(match self {
            Engine::Redb => Box::new(redb::Tree::open(folder, cache_bytes, checked)?),
            Engine::Sled => Box::new(sled::Tree::open(folder, cache_bytes)?),
        })
    }
}

/// Changes of rows. Of two for one key the later one counts.
#[derive(Debug, Default)]
pub struct Batch(Vec<(Vec<u8>, Option<Vec<u8>>)>);

impl Batch {
    pub fn insert(&mut self, key: impl Into<Vec<u8>>, value: impl Into<Vec<u8>>) {
        self.0.push((key.into(), Some(value.into())));
    }

    pub fn remove(&mut self, key: impl Into<Vec<u8>>) {
        self.0.push((key.into(), None));
    }
}

impl Extend<(Vec<u8>, Option<Vec<u8>>)> for Batch {
    fn extend<T: IntoIterator<Item = (Vec<u8>, Option<Vec<u8>>)>>(&mut self, changes: T) {
        self.0.extend(changes);
    }
}

/// Whether there is something in a folder, which need not be there.
fn has_files(folder: &Path) -> Result<bool, Unopened> {
    match folder.read_dir() {
        Ok(mut files) => Ok(files.next().is_some()),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(false),
        Err(error) => Err(Unopened::io(error)),
    }
}

/// The end of the keys with this prefix.
pub(super) fn behind(prefix: &[u8]) -> Bound<Vec<u8>> {
    let Some(last) = prefix.iter().rposition(|byte| *byte < u8::MAX) else { return Bound::Unbounded };
    let mut end = prefix.get(..=last).unwrap_or_default().to_vec();
    if let Some(byte) = end.last_mut() {
        *byte += 1;
    }
    Bound::Excluded(end)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stores(test: impl Fn(&dyn Fn() -> Box<dyn Store>)) {
        for engine in [Engine::Redb, Engine::Sled] {
            let folder = tempfile::tempdir().unwrap();
            test(&|| loop {
                match engine.open(folder.path(), 1 << 20, false) {
                    Ok(store) => break store,
                    // sled's threads hold a folder for a moment after it was dropped.
                    Err(Unopened::Unavailable(_)) => std::thread::yield_now(),
                    Err(Unopened::Useless(why)) => panic!("{engine:?}: {why}"),
                }
            });
        }
    }

    fn keys(scan: Scan) -> Vec<String> {
        scan.map(|row| String::from_utf8(row.unwrap().0).unwrap()).collect()
    }

    #[test]
    fn what_was_written_is_read_in_order_and_after_a_reopening() {
        stores(|open| {
            let store = open();
            let mut batch = Batch::default();
            for key in ["b1", "a", "b", "c", "b2", "gone"] {
                batch.insert(key, key);
            }
            batch.remove("gone");
            batch.insert("a", "later");
            store.write(batch).unwrap();
            drop(store);
            let store = open();
            let view = store.view().unwrap();
            assert_eq!(view.get(b"a").unwrap().as_deref(), Some(b"later".as_slice()));
            assert_eq!(view.get(b"gone").unwrap(), None);
            let end = behind(b"b");
            let prefix = view.range(Bound::Included(b"b"), end.as_ref().map(Vec::as_slice));
            assert_eq!(keys(prefix), ["b", "b1", "b2"]);
            let excluded = view.range(Bound::Excluded(b"b"), Bound::Excluded(b"c"));
            assert_eq!(keys(Box::new(excluded.rev())), ["b2", "b1"]);
            assert_eq!(view.range(Bound::Unbounded, Bound::Unbounded).count(), 5);
        });
    }

    /// Bits at so many places, spread over the file.
    const FLIPPED_LEN: usize = 200;

    #[test]
    fn a_file_in_which_a_bit_was_flipped_is_of_no_use_to_who_checks_it() {
        let folder = tempfile::tempdir().unwrap();
        let open = || Engine::Redb.open(folder.path(), 1 << 20, true);
        let all = |store: &dyn Store| {
            let rows = store.view().unwrap().range(Bound::Unbounded, Bound::Unbounded);
            rows.map(|row| row.unwrap()).collect::<Vec<Row>>()
        };
        let store = open().unwrap_or_else(|_| panic!("it is new"));
        let mut batch = Batch::default();
        (0..2_000_u32).for_each(|key| batch.insert(key.to_be_bytes(), [7; 40]));
        store.write(batch).unwrap();
        store.flush().unwrap();
        drop(store);
        let file = folder.path().join(redb::FILE);
        let (bytes, mut found) = (std::fs::read(&file).unwrap(), 0);
        let whole = all(open().unwrap_or_else(|_| panic!("it is whole")).as_ref());
        for place in (0..FLIPPED_LEN).map(|step| step * bytes.len() / FLIPPED_LEN) {
            let mut flipped = bytes.clone();
            flipped[place] ^= 1;
            std::fs::write(&file, flipped).unwrap();
            // The engine may panic where a projection says that it is torn.
            let opened = std::panic::catch_unwind(open);
            match opened {
                Ok(Ok(store)) => assert!(all(store.as_ref()) == whole, "a bit at {place} means nothing"),
                Ok(Err(Unopened::Useless(_))) | Err(_) => found += 1,
                Ok(Err(Unopened::Unavailable(fault))) => panic!("a bit at {place}: {fault}"),
            }
        }
        assert!(found > FLIPPED_LEN / 20, "{found}");
    }

    #[test]
    fn a_folder_has_one_owner() {
        for engine in [Engine::Redb, Engine::Sled] {
            let folder = tempfile::tempdir().unwrap();
            let _store = engine.open(folder.path(), 1 << 20, false).unwrap_or_else(|_| panic!("{engine:?}"));
            let other = engine.open(folder.path(), 1 << 20, false);
            assert!(matches!(other, Err(Unopened::Unavailable(_))), "{engine:?}");
        }
    }

    #[test]
    fn a_folder_of_another_engine_is_of_no_use() {
        for (one, other) in [(Engine::Sled, Engine::Redb), (Engine::Redb, Engine::Sled)] {
            let folder = tempfile::tempdir().unwrap();
            drop(one.open(folder.path(), 1 << 20, false).unwrap_or_else(|_| panic!("{one:?}")));
            let opened = other.open(folder.path(), 1 << 20, false);
            assert!(matches!(opened, Err(Unopened::Useless(_))), "{other:?}");
        }
    }

    #[test]
    fn the_end_of_a_prefix_is_the_next_text_that_has_it_not() {
        for (prefix, end) in [
            (b"ab".as_slice(), Bound::Excluded(b"ac".to_vec())),
            (b"a\xff", Bound::Excluded(b"b".to_vec())),
            (b"\xff\xff", Bound::Unbounded),
            (b"", Bound::Unbounded),
        ] {
            assert_eq!(behind(prefix), end);
        }
    }
}
