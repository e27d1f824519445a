//! The answer to `contacts`: the list, or what has changed in one that the asker keeps.

use std::fmt;
use std::str::FromStr;

use super::answer::Found;
use super::asker::{Asked, Asker};
use super::form::Form;
use super::model::Model;
use super::page::{cursor, limit, page};
use super::refusal::Unanswered;
use super::views;
use crate::log::Fault;
use crate::wire::contact_query::{ContactsHead, ContactsOf, ContactsPage};
use crate::wire::{query, to_payload};
use crate::words::{EventSeq, Instant, Party, UserName};

/// Up to which commit of which log a list is known: `42-1795232684884`. A log is told by the moment when it was created.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Version {
    seq: EventSeq,
    log: Instant,
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.seq.0, self.log.unix_ms())
    }
}

impl FromStr for Version {
    type Err = ();

    fn from_str(text: &str) -> Result<Version, ()> {
        let (seq, log) = text.split_once('-').ok_or(())?;
        let (seq, log) = (seq.parse().map_err(drop)?, log.parse().map_err(drop)?);
        Ok(Version { seq: EventSeq(seq), log: Instant::from_unix_ms(log) })
    }
}

pub(super) fn find(model: &Model, asker: &Asker, asked: Asked<'_>) -> Result<Found, Unanswered> {
    let ContactsOf { limit: asked_limit, after, user, since } = query::parse(asked.payload)?;
    let (limit, after) = (limit(asked_limit)?, cursor::<Party>(after.as_deref())?);
    let user = asker.whose(user, model)?;
    // The rows may hold more by now: what stands behind this commit is answered again next time.
    let version = Version { seq: asked.form.as_of, log: model.log_created().unwrap_or_default() };
    let kept = since.and_then(|since| since.parse().ok());
    let (since, removed) = changes(model, &user, kept, version)?;
    let listed = model.contacts_since(&user, since, after.as_ref(), limit)?;
    let head = after.is_none().then(|| ContactsHead {
        version: version.to_string(),
        whole: removed.is_none(),
        removed: removed.unwrap_or_default(),
    });
    let taken = head.as_ref().map_or(0, |head| to_payload(head, asked.form.encoding).len());
    let form = Form { bytes_max: asked.form.bytes_max.saturating_sub(taken), ..asked.form };
    let page = page(listed, form, views::contact, |shown| shown.who.to_string())?;
    Ok(Found::Answer(asked.form.write(&ContactsPage { page, head })))
}

/// After which commit the asker has not seen changes, and who was taken off the list since; all of it and none where the version
/// is of another log or too old.
fn changes(
    model: &Model,
    user: &UserName,
    kept: Option<Version>,
    now: Version,
) -> Result<(EventSeq, Option<Vec<Party>>), Fault> {
    let whole = (EventSeq(0), None);
    match kept {
        Some(Version { seq, log }) if log == now.log && seq <= now.seq => {
            let removed = model.removed_since(user, seq)?;
            Ok(removed.map_or(whole, |removed| (seq, Some(removed))))
        }
        Some(_) | None => Ok(whole),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::query::model::testing::{commits, contact, party, people, user};
    use crate::rules::{Fact, contacts};

    #[test]
    fn a_list_is_whole_again_for_a_version_that_is_too_old_ahead_or_of_another_log() {
        let folder = tempfile::tempdir().unwrap();
        let model = Model::open(folder.path()).unwrap();
        let phone = |n: u64| format!("+4477009{n:05}");
        let removed = |n| Fact::from(contacts::Removed { user: user("alice"), who: party(&phone(n)) });
        let all = (3..=260).map(|n| contact("alice", &phone(n))).collect();
        let taken_off = (3..=260).map(|n| vec![removed(n)]);
        model.apply(&commits([people(), all].into_iter().chain(taken_off).collect())).unwrap();
        let now: Version = "260-7".parse().unwrap();
        for (since, after, removed) in [
            ("260-7", 260, Some(0)),
            ("4-7", 4, Some(256)),
            ("3-7", 0, None),
            ("261-7", 0, None),
            ("260-8", 0, None),
            ("260", 0, None),
            ("260-7-7", 0, None),
        ] {
            let (seq, gone) = changes(&model, &user("alice"), since.parse().ok(), now).unwrap();
            assert_eq!((seq, gone.map(|gone| gone.len())), (EventSeq(after), removed), "since {since}");
        }
        assert_eq!(now.to_string(), "260-7");
    }
}
