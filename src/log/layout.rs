//! The layout of EVENTS, told by its subjects: a log that another version wrote is not read, and a start says so.
//!
//! What nobody of ours has written there says nothing about it.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::{Value, json};

use super::{Fault, Log, Record};
use crate::wire::subjects;

/// A subject with an entity, as earlier layouts had it.
const WITH_ENTITY: &str = "homing.evt.*.*.*";
const WITHOUT_ENTITY: &str = "homing.evt.*.*";
/// Of subjects that this version does not write so many are looked at: each is a question to the server. Another version has
/// some tens of them; who publishes there by mistake may have any number.
const ODD_LEN_MAX: usize = 1_000;

#[derive(Default, Deserialize)]
struct Info {
    #[serde(default)]
    state: State,
}

#[derive(Default, Deserialize)]
struct State {
    #[serde(default)]
    subjects: BTreeMap<String, u64>,
}

impl Log {
    /// Whether EVENTS is there to be read: there is none yet, or this version knows all its commits by name.
    ///
    /// # Errors
    /// Where another version wrote it, or the server does not answer.
    pub async fn must_be_of_this_layout(&self) -> Result<(), Fault> {
        let mut odd = self.ours(WITH_ENTITY).await?;
        if odd.is_none() {
            let subjects = self.subjects("EVENTS", WITHOUT_ENTITY).await?;
            let unknown = subjects.into_keys().filter(|subject| !subjects::is_event(subject));
            for subject in unknown.take(ODD_LEN_MAX) {
                odd = self.ours(&subject).await?;
                if odd.is_some() {
                    break;
                }
            }
        }
        match odd {
            None => Ok(()),
            Some(subject) => Err(Fault::never("read EVENTS").because(format!(
                "another version of Homing wrote it (there is {subject}), and this one does not read that; start with an \
                 empty data folder, or go on with the version that wrote it"
            ))),
        }
    }

    /// The subject of a record there that a writer of ours has appended: the first or the last one is looked at.
    async fn ours(&self, subject: &str) -> Result<Option<String>, Fault> {
        let first = self.wrapped_record("EVENTS", 1, Some(subject)).await?;
        let last = self.last_wrapped_record("EVENTS", subject).await?;
        let ours = [first, last].into_iter().flatten().find(Record::is_fenced);
        Ok(ours.map(|record| record.subject.to_string()))
    }

    /// The distinct subjects of a stream that match a filter, with the number of records on each; none of no stream. One
    /// answer of the server holds a hundred thousand.
    ///
    /// # Errors
    /// When the server does not answer.
    pub async fn subjects(&self, stream: &str, filter: &str) -> Result<BTreeMap<String, u64>, Fault> {
        let info: Value =
            self.api(&format!("STREAM.INFO.{stream}"), &json!({ "subjects_filter": filter })).await?;
        let info: Info = serde_json::from_value(info)
            .map_err(|error| Fault::never(format!("read the subjects of {stream}")).because(error))?;
        Ok(info.state.subjects)
    }
}
