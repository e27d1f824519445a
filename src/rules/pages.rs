//! Tables in shared pages: a copy of the whole is made in a moment, and what changes in one of two copies is copied by the page.
//!
//! Why: a snapshot is encoded beside the decisions, of a copy that they do not change. Copying a table of a million users would
//! take as long as encoding it; here it takes one counter for each page. The tables keep their order, so nothing is left to chance.

use std::collections::BTreeMap;
use std::fmt;
use std::marker::PhantomData;
use std::ops::Bound;
use std::sync::Arc;

use serde::de::{MapAccess, SeqAccess, Visitor};
use serde::ser::{SerializeMap, SerializeSeq};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Things in one page. What is changed while a snapshot is encoded is copied with so many neighbours, a few microseconds; of a
/// million things a copy of the whole then counts 63,000 pages, about a millisecond.
const PAGE_LEN_MAX: usize = 16;
/// A page that is left with fewer joins its neighbour: one survivor of a thousand messages must not keep the room of many.
const PAGE_LEN_MIN: usize = PAGE_LEN_MAX / 4;

/// Things by their place; none is ever taken away.
#[derive(Clone, PartialEq)]
pub(super) struct Row<T> {
    /// All are full but the last one.
    pages: Vec<Arc<Vec<T>>>,
}

/// Things by their key, in its order.
#[derive(Clone)]
pub(super) struct Table<K, V> {
    /// By a key that is not greater than any in the page, and greater than any in the page before. No page is empty.
    pages: BTreeMap<K, Arc<Page<K, V>>>,
    len: usize,
}

type Page<K, V> = Vec<(K, V)>;

impl<T> Default for Row<T> {
    fn default() -> Row<T> {
        Row { pages: Vec::new() }
    }
}

impl<T: Clone> Row<T> {
    pub(super) fn len(&self) -> usize {
        let full = self.pages.len().saturating_sub(1) * PAGE_LEN_MAX;
        full + self.pages.last().map_or(0, |page| page.len())
    }

    pub(super) fn get(&self, place: usize) -> Option<&T> {
        self.pages.get(place / PAGE_LEN_MAX)?.get(place % PAGE_LEN_MAX)
    }

    pub(super) fn get_mut(&mut self, place: usize) -> Option<&mut T> {
        Arc::make_mut(self.pages.get_mut(place / PAGE_LEN_MAX)?).get_mut(place % PAGE_LEN_MAX)
    }

    pub(super) fn push(&mut self, thing: T) {
        match self.pages.last_mut().filter(|page| page.len() < PAGE_LEN_MAX) {
            Some(page) => Arc::make_mut(page).push(thing),
            None => self.pages.push(Arc::new(vec![thing])),
        }
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &T> {
        self.pages.iter().flat_map(|page| page.iter())
    }
}

impl<K, V> Default for Table<K, V> {
    fn default() -> Table<K, V> {
        Table { pages: BTreeMap::new(), len: 0 }
    }
}

impl<K: Ord + Clone, V: Clone> Table<K, V> {
    pub(super) fn len(&self) -> usize {
        self.len
    }

    pub(super) fn is_empty(&self) -> bool {
        self.len == 0
    }

    pub(super) fn contains_key(&self, key: &K) -> bool {
        self.get(key).is_some()
    }

    pub(super) fn get(&self, key: &K) -> Option<&V> {
        let (_, page) = self.pages.range(..=key).next_back()?;
        page.get(place(page, key).ok()?).map(|(_, value)| value)
    }

    pub(super) fn get_mut(&mut self, key: &K) -> Option<&mut V> {
        let (_, page) = self.pages.range_mut(..=key).next_back()?;
        let place = place(page, key).ok()?;
        Arc::make_mut(page).get_mut(place).map(|(_, value)| value)
    }

    pub(super) fn get_or_insert_with(&mut self, key: K, value: impl FnOnce() -> V) -> &mut V {
        if !self.contains_key(&key) {
            self.insert(key.clone(), value());
        }
        self.get_mut(&key).expect("it is there, or was just put there")
    }

    pub(super) fn insert(&mut self, key: K, value: V) {
        if self.pages.first_key_value().is_some_and(|(first, _)| key < *first)
            && let Some((_, first)) = self.pages.pop_first()
        {
            self.pages.insert(key.clone(), first);
        }
        let last = self.pages.last_key_value().map(|(last, _)| last.clone());
        let Some((bound, page)) = self.pages.range_mut(..=&key).next_back() else {
            self.pages.insert(key.clone(), Arc::new(vec![(key, value)]));
            self.len += 1;
            return;
        };
        let place = match place(page, &key) {
            Ok(place) => {
                if let Some((_, known)) = Arc::make_mut(page).get_mut(place) {
                    *known = value;
                }
                return;
            }
            Err(place) => place,
        };
        self.len += 1;
        if page.len() < PAGE_LEN_MAX {
            return Arc::make_mut(page).insert(place, (key, value));
        }
        // What comes in order fills its pages; else there is to be room on both sides.
        let grows = place == page.len() && last.as_ref() == Some(bound);
        let page = Arc::make_mut(page);
        let mut upper = page.split_off(if grows { place } else { page.len() / 2 });
        match place.checked_sub(page.len()) {
            Some(place) if grows || place > 0 => upper.insert(place, (key, value)),
            Some(_) | None => page.insert(place, (key, value)),
        }
        page.shrink_to_fit();
        if let Some((bound, _)) = upper.first() {
            self.pages.insert(bound.clone(), Arc::new(upper));
        }
    }

    pub(super) fn remove(&mut self, key: &K) -> Option<V> {
        let (bound, page) = self.pages.range_mut(..=key).next_back()?;
        let place = place(page, key).ok()?;
        let page = Arc::make_mut(page);
        let (_, value) = page.remove(place);
        self.len -= 1;
        if page.len() <= page.capacity() / 2 {
            page.shrink_to_fit();
        }
        if page.len() < PAGE_LEN_MIN {
            let bound = bound.clone();
            let before = self.pages.range(..&bound).next_back().map(|(before, _)| before.clone());
            self.join(&bound);
            before.iter().for_each(|before| self.join(before));
        }
        Some(value)
    }

    /// Joins a page with the one behind it where both are small; an empty one is taken out.
    fn join(&mut self, bound: &K) {
        let Some(len) = self.pages.get(bound).map(|page| page.len()) else { return };
        if len == 0 {
            self.pages.remove(bound);
            return;
        }
        let mut behind = self.pages.range((Bound::Excluded(bound), Bound::Unbounded));
        let behind = behind.next().filter(|(_, page)| len + page.len() <= PAGE_LEN_MAX / 2);
        let Some(behind) = behind.map(|(behind, _)| behind.clone()) else { return };
        if let Some(more) = self.pages.remove(&behind)
            && let Some(page) = self.pages.get_mut(bound)
        {
            Arc::make_mut(page).extend(Arc::unwrap_or_clone(more));
        }
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (&K, &V)> {
        self.pages.values().flat_map(|page| page.iter().map(|(key, value)| (key, value)))
    }

    /// Those from a key on, or behind it.
    pub(super) fn from(&self, start: Bound<K>) -> impl Iterator<Item = (&K, &V)> {
        let first = match &start {
            Bound::Included(key) | Bound::Excluded(key) => self.pages.range(..=key).next_back(),
            Bound::Unbounded => None,
        };
        let first = first.map_or(Bound::Unbounded, |(bound, _)| Bound::Included(bound));
        let pages = self.pages.range((first, Bound::Unbounded));
        let all = pages.flat_map(|(_, page)| page.iter().map(|(key, value)| (key, value)));
        all.skip_while(move |(key, _)| match &start {
            Bound::Included(start) => *key < start,
            Bound::Excluded(start) => *key <= start,
            Bound::Unbounded => false,
        })
    }
}

fn place<K: Ord, V>(page: &[(K, V)], key: &K) -> Result<usize, usize> {
    page.binary_search_by(|(known, _)| known.cmp(key))
}

impl<T: fmt::Debug + Clone> fmt::Debug for Row<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.iter()).finish()
    }
}

impl<T: Serialize + Clone> Serialize for Row<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut row = serializer.serialize_seq(Some(self.len()))?;
        self.iter().try_for_each(|thing| row.serialize_element(thing))?;
        row.end()
    }
}

impl<'de, T: Deserialize<'de> + Clone> Deserialize<'de> for Row<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Row<T>, D::Error> {
        struct Things<T>(PhantomData<T>);
        impl<'de, T: Deserialize<'de> + Clone> Visitor<'de> for Things<T> {
            type Value = Row<T>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a list")
            }
            fn visit_seq<A: SeqAccess<'de>>(self, mut things: A) -> Result<Row<T>, A::Error> {
                let mut row = Row::default();
                while let Some(thing) = things.next_element()? {
                    row.push(thing);
                }
                Ok(row)
            }
        }
        deserializer.deserialize_seq(Things(PhantomData))
    }
}

impl<K: Ord + Clone, V: Clone + PartialEq> PartialEq for Table<K, V> {
    /// Where the pages begin is no part of it.
    fn eq(&self, other: &Table<K, V>) -> bool {
        self.len == other.len && self.iter().eq(other.iter())
    }
}

impl<K: Ord + Clone + fmt::Debug, V: Clone + fmt::Debug> fmt::Debug for Table<K, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.iter()).finish()
    }
}

impl<K: Ord + Clone, V: Clone> Extend<(K, V)> for Table<K, V> {
    fn extend<I: IntoIterator<Item = (K, V)>>(&mut self, entries: I) {
        entries.into_iter().for_each(|(key, value)| self.insert(key, value));
    }
}

impl<K: Ord + Clone + Serialize, V: Clone + Serialize> Serialize for Table<K, V> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut table = serializer.serialize_map(Some(self.len))?;
        self.iter().try_for_each(|(key, value)| table.serialize_entry(key, value))?;
        table.end()
    }
}

impl<'de, K, V> Deserialize<'de> for Table<K, V>
where
    K: Ord + Clone + Deserialize<'de>,
    V: Clone + Deserialize<'de>,
{
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Table<K, V>, D::Error> {
        struct Entries<K, V>(PhantomData<(K, V)>);
        impl<'de, K, V> Visitor<'de> for Entries<K, V>
        where
            K: Ord + Clone + Deserialize<'de>,
            V: Clone + Deserialize<'de>,
        {
            type Value = Table<K, V>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a map")
            }
            fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Table<K, V>, A::Error> {
                let mut table = Table::default();
                while let Some((key, value)) = entries.next_entry()? {
                    table.insert(key, value);
                }
                Ok(table)
            }
        }
        deserializer.deserialize_map(Entries(PhantomData))
    }
}

#[cfg(test)]
mod tests {
    use proptest::collection::vec;
    use proptest::prelude::*;

    use super::*;

    type Numbers = Table<u16, u32>;

    /// Whether it is what a plain map is, by every way of asking.
    fn is(table: &Numbers, plain: &BTreeMap<u16, u32>) -> bool {
        let from = |start| table.from(start).eq(plain.range((start, Bound::Unbounded)));
        let starts = [0, 7, 300, 600, u16::MAX];
        let sound = table.pages.iter().all(|(bound, page)| {
            !page.is_empty() && page.len() <= PAGE_LEN_MAX && page.iter().all(|(key, _)| key >= bound)
        });
        sound
            && table.len() == plain.len()
            && table.iter().eq(plain)
            && plain.iter().all(|(key, value)| table.get(key) == Some(value))
            && starts.iter().all(|key| table.contains_key(key) == plain.contains_key(key))
            && starts.iter().all(|key| from(Bound::Included(*key)) && from(Bound::Excluded(*key)))
            && from(Bound::Unbounded)
    }

    proptest! {
        #[test]
        fn a_table_is_a_map_and_its_copy_stays_as_it_was(
            before in vec((0..600_u16, any::<Option<u32>>()), 0..900),
            after in vec((0..600_u16, any::<Option<u32>>()), 0..900),
        ) {
            let (mut table, mut plain) = (Numbers::default(), BTreeMap::new());
            let mut change = |table: &mut Numbers, (key, value): (u16, Option<u32>)| match value {
                Some(value) if value % 2 == 0 => {
                    table.insert(key, value);
                    plain.insert(key, value);
                }
                Some(value) => {
                    let added = table.get_or_insert_with(key, || value);
                    *added = added.wrapping_add(1);
                    let same = plain.entry(key).or_insert(value);
                    *same = same.wrapping_add(1);
                }
                None => assert_eq!(table.remove(&key), plain.remove(&key)),
            };
            before.into_iter().for_each(|wish| change(&mut table, wish));
            let copy = table.clone();
            let stood: Vec<_> = copy.iter().map(|(key, value)| (*key, *value)).collect();
            after.into_iter().for_each(|wish| change(&mut table, wish));
            prop_assert!(is(&table, &plain));
            prop_assert!(copy.iter().map(|(key, value)| (*key, *value)).eq(stood));
            let mut rebuilt = Numbers::default();
            rebuilt.extend(plain);
            prop_assert_eq!(rebuilt, table);
        }
    }

    #[test]
    fn what_comes_in_order_fills_its_pages_and_few_survivors_share_theirs() {
        let mut table = Numbers::default();
        table.extend((0..1_600).map(|key| (key, 0)));
        assert_eq!(table.pages.len(), 1_600 / PAGE_LEN_MAX);
        (0..1_600).filter(|key| key % 100 != 0).for_each(|key| assert_eq!(table.remove(&key), Some(0)));
        assert_eq!(table.len(), 16);
        assert!(table.pages.len() <= 4, "{} pages for 16", table.pages.len());
        assert!(table.pages.values().all(|page| page.capacity() <= PAGE_LEN_MAX));
        (0..16).for_each(|key| assert_eq!(table.remove(&(key * 100)), Some(0)));
        assert!(table.is_empty() && table.pages.is_empty());
    }

    #[test]
    fn a_change_of_one_copy_copies_one_page_and_the_rest_is_shared() {
        let mut row = Row::default();
        (0..100).for_each(|number| row.push(number));
        let copy = row.clone();
        *row.get_mut(40).unwrap() = 7;
        row.push(100);
        let shared = row.pages.iter().zip(&copy.pages).filter(|(ours, theirs)| Arc::ptr_eq(ours, theirs));
        assert_eq!(shared.count(), row.pages.len() - 2);
        assert!(copy.iter().copied().eq(0..100));
        assert_eq!((row.len(), row.get(40), row.get(100), row.get(101)), (101, Some(&7), Some(&100), None));
    }
}
