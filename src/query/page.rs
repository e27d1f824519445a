//! A page of a list: which one was asked for, and how much of it fits into one answer.

use std::str::FromStr;

use serde::Serialize;

use super::model::{Listed, Place};
use super::refusal::{Unanswered, bad_cursor, bad_limit, too_large};
use crate::rules::presence::Encoding;
use crate::wire::query::{Items, LATEST, LIMIT_DEFAULT, LIMIT_MAX};
use crate::wire::to_payload;

/// What stands around the items: a cursor, and in the ledger the total, seven numbers of up to 20 digits.
const FRAME_BYTES: usize = 512;

/// Where a page of messages begins, by one of two cursors at most.
pub(super) fn place(after: Option<&str>, before: Option<&str>) -> Result<Place, Unanswered> {
    match (after, before) {
        (after, None) => Ok(Place::After(cursor(after)?)),
        (None, Some(LATEST)) => Ok(Place::Before(None)),
        (None, before) => Ok(Place::Before(cursor(before)?)),
        (Some(_), Some(_)) => Err(bad_cursor().into()),
    }
}

pub(super) fn limit(asked: Option<usize>) -> Result<usize, Unanswered> {
    match asked {
        None => Ok(LIMIT_DEFAULT),
        Some(limit) if (1..=LIMIT_MAX).contains(&limit) => Ok(limit),
        Some(_) => Err(bad_limit().into()),
    }
}

/// A cursor is the text of the last item's name; clients are not told so.
pub(super) fn cursor<T: FromStr>(after: Option<&str>) -> Result<Option<T>, Unanswered> {
    after.map(str::parse).transpose().map_err(|_| bad_cursor().into())
}

/// Items that are collected as long as they fit.
#[derive(Debug)]
pub(super) struct Filling<T> {
    encoding: Encoding,
    /// What is taken last is shown first.
    backwards: bool,
    bytes_left: usize,
    page: Items<T>,
}

impl<T: Serialize> Filling<T> {
    pub(super) fn new(encoding: Encoding, bytes_max: usize) -> Filling<T> {
        let bytes_left = bytes_max.saturating_sub(FRAME_BYTES);
        Filling { encoding, backwards: false, bytes_left, page: Items { items: Vec::new(), next: None } }
    }

    pub(super) fn backwards(self, backwards: bool) -> Filling<T> {
        Filling { backwards, ..self }
    }

    /// Takes one more, if there is room.
    pub(super) fn push(&mut self, item: T) -> bool {
        let bytes = to_payload(&item, self.encoding).len() + 1;
        let fits = bytes <= self.bytes_left;
        if fits {
            self.bytes_left -= bytes;
            self.page.items.push(item);
        }
        fits
    }

    /// The answer; with a cursor where something is `left`.
    pub(super) fn close(self, left: bool, name: impl Fn(&T) -> String) -> Result<Vec<u8>, Unanswered> {
        let encoding = self.encoding;
        Ok(to_payload(&self.page(left, name)?, encoding))
    }

    fn page(mut self, left: bool, name: impl Fn(&T) -> String) -> Result<Items<T>, Unanswered> {
        if left {
            // An item that alone is too large would be asked for in vain for ever.
            let last = self.page.items.last().ok_or_else(too_large)?;
            self.page.next = Some(name(last));
        }
        if self.backwards {
            self.page.items.reverse();
        }
        Ok(self.page)
    }
}

/// The answer with as many of the items as fit.
pub(super) fn answer<S, T: Serialize>(
    listed: Listed<S>,
    encoding: Encoding,
    bytes_max: usize,
    shown: impl Fn(S) -> T,
    name: impl Fn(&T) -> String,
) -> Result<Vec<u8>, Unanswered> {
    Ok(to_payload(&page(listed, encoding, bytes_max, shown, name)?, encoding))
}

/// As many of the items as fit.
pub(super) fn page<S, T: Serialize>(
    listed: Listed<S>,
    encoding: Encoding,
    bytes_max: usize,
    shown: impl Fn(S) -> T,
    name: impl Fn(&T) -> String,
) -> Result<Items<T>, Unanswered> {
    let mut filling = Filling::new(encoding, bytes_max);
    let all = listed.items.into_iter().all(|item| filling.push(shown(item)));
    filling.page(listed.more || !all, name)
}

/// An answer that is not cut: it fits, or the asker is told that it does not.
pub(super) fn whole<T: Serialize>(
    answer: &T,
    encoding: Encoding,
    bytes_max: usize,
) -> Result<Vec<u8>, Unanswered> {
    let answer = to_payload(answer, encoding);
    if answer.len() <= bytes_max { Ok(answer) } else { Err(too_large().into()) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::words::MessageId;

    #[test]
    fn a_page_ends_where_the_answer_is_full() {
        let page = |len: usize, bytes_max| {
            let listed = Listed { items: vec!["x".repeat(len); 3], more: false };
            let answer = answer(listed, Encoding::Json, bytes_max, |x| x, |x| x.len().to_string());
            answer.map(|bytes| serde_json::from_slice::<Items<String>>(&bytes).unwrap())
        };
        let whole = page(100, 1_000).unwrap();
        assert_eq!((whole.items.len(), whole.next), (3, None));
        let cut = page(100, FRAME_BYTES + 250).unwrap();
        assert_eq!((cut.items.len(), cut.next.as_deref()), (2, Some("100")));
        assert!(page(1_000, 1_000).is_err());
    }

    #[test]
    fn a_page_that_goes_back_is_full_of_the_newest_and_shows_the_oldest_first() {
        let mut filling = Filling::new(Encoding::Json, FRAME_BYTES + 8).backwards(true);
        let fits = ["m9", "m7", "m5"].map(|item| filling.push(item.to_owned()));
        let page = filling.page(true, String::clone).unwrap();
        assert_eq!((fits, page.next.as_deref()), ([true, false, false], Some("m9")));
        let mut filling = Filling::new(Encoding::Json, 1_000).backwards(true);
        assert!(["m9", "m7", "m5"].into_iter().all(|item| filling.push(item.to_owned())));
        let page = filling.page(true, String::clone).unwrap();
        assert_eq!((page.items.join(" ").as_str(), page.next.as_deref()), ("m5 m7 m9", Some("m5")));
    }

    #[test]
    fn a_page_is_asked_for_within_bounds() {
        assert_eq!((limit(None).unwrap(), limit(Some(1_000)).unwrap()), (100, 1_000));
        assert!(limit(Some(0)).is_err() && limit(Some(1_001)).is_err());
        assert_eq!(cursor::<MessageId>(Some("m7")).unwrap(), "m7".parse().ok());
        assert!(cursor::<MessageId>(Some("7")).is_err());
    }
}
