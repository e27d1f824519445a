//! A page of a list: which one was asked for, and how much of it fits into one answer.

use std::str::FromStr;

use serde::Serialize;

use super::form::Form;
use super::model::{Listed, Place};
use super::refusal::{Unanswered, bad_cursor, bad_limit, too_large};
use crate::wire::query::{Items, LATEST, LIMIT_DEFAULT, LIMIT_MAX};
use crate::wire::to_payload;

/// What stands around the items: a cursor, `as_of`, and in the ledger the total, seven numbers of up to 20 digits.
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
    form: Form,
    /// What is taken last is shown first.
    backwards: bool,
    bytes_left: usize,
    items: Vec<T>,
    /// That of the item which was taken last.
    cursor: Option<String>,
}

impl<T: Serialize> Filling<T> {
    pub(super) fn new(form: Form) -> Filling<T> {
        let bytes_left = form.bytes_max.saturating_sub(FRAME_BYTES);
        Filling { form, backwards: false, bytes_left, items: Vec::new(), cursor: None }
    }

    pub(super) fn backwards(self, backwards: bool) -> Filling<T> {
        Filling { backwards, ..self }
    }

    /// Takes one more, if there is room; `cursor` is what goes on behind it.
    pub(super) fn push(&mut self, item: T, cursor: String) -> bool {
        let bytes = to_payload(&item, self.form.encoding).len() + 1;
        let fits = bytes <= self.bytes_left;
        if fits {
            self.bytes_left -= bytes;
            self.items.push(item);
            self.cursor = Some(cursor);
        }
        fits
    }

    /// The answer; with a cursor where something is `left`.
    pub(super) fn close(self, left: bool) -> Result<Vec<u8>, Unanswered> {
        let form = self.form;
        Ok(form.write(&self.page(left)?))
    }

    fn page(mut self, left: bool) -> Result<Items<T>, Unanswered> {
        // An item that alone is too large would be asked for in vain for ever.
        let next = left.then(|| self.cursor.ok_or_else(too_large)).transpose()?;
        if self.backwards {
            self.items.reverse();
        }
        Ok(Items { items: self.items, next })
    }
}

/// The answer with as many of the items as fit.
pub(super) fn answer<S, T: Serialize>(
    listed: Listed<S>,
    form: Form,
    shown: impl Fn(S) -> T,
    name: impl Fn(&T) -> String,
) -> Result<Vec<u8>, Unanswered> {
    Ok(form.write(&page(listed, form, shown, name)?))
}

/// As many of the items as fit.
pub(super) fn page<S, T: Serialize>(
    listed: Listed<S>,
    form: Form,
    shown: impl Fn(S) -> T,
    name: impl Fn(&T) -> String,
) -> Result<Items<T>, Unanswered> {
    let mut filling = Filling::new(form);
    let all = listed.items.into_iter().all(|item| {
        let shown = shown(item);
        let cursor = name(&shown);
        filling.push(shown, cursor)
    });
    filling.page(listed.more || !all)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::presence::Encoding;
    use crate::words::{EventSeq, MessageId};

    fn form(bytes_max: usize) -> Form {
        Form { encoding: Encoding::Json, bytes_max, as_of: EventSeq(u64::MAX) }
    }

    #[test]
    fn a_page_ends_where_the_answer_is_full() {
        let page = |len: usize, bytes_max| {
            let listed = Listed { items: vec!["x".repeat(len); 3], more: false };
            let answer = answer(listed, form(bytes_max), |x| x, |x| x.len().to_string());
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
        let filling = |bytes_max| Filling::new(form(bytes_max)).backwards(true);
        let take = |filling: &mut Filling<_>, item: &str| filling.push(item.to_owned(), item.to_owned());
        let mut short = filling(FRAME_BYTES + 8);
        let fits = ["m9", "m7", "m5"].map(|item| take(&mut short, item));
        let page = short.page(true).unwrap();
        assert_eq!((fits, page.next.as_deref()), ([true, false, false], Some("m9")));
        let mut long = filling(1_000);
        assert!(["m9", "m7", "m5"].into_iter().all(|item| take(&mut long, item)));
        let page = long.page(true).unwrap();
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
