//! The layout of EVENTS, told by its subjects: a log that an older version wrote is not read, and a start says so.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::{Value, json};

use super::{Fault, Log};
use crate::wire::subjects;

/// A subject with an entity, as earlier layouts had it.
const WITH_ENTITY: &str = "homing.evt.*.*.*";
const WITHOUT_ENTITY: &str = "homing.evt.*.*";

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
        let older = self.last_wrapped_record("EVENTS", WITH_ENTITY).await?;
        let mut odd = older.map(|record| record.subject.to_string());
        if odd.is_none() {
            let subjects = self.subjects("EVENTS", WITHOUT_ENTITY).await?;
            odd = subjects.into_keys().find(|subject| !subjects::is_event(subject));
        }
        match odd {
            None => Ok(()),
            Some(subject) => Err(Fault::never("read EVENTS").because(format!(
                "another version of Homing wrote it (there is {subject}), and this one does not read that; start with an \
                 empty data folder, or go on with the version that wrote it"
            ))),
        }
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
