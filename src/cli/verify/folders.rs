//! The folders of a data folder that roles have projected from the log: each held against it by its own room.

use std::num::NonZeroU32;
use std::path::Path;

use serde::Serialize;
use serde_with::skip_serializing_none;

use crate::log::{Fault, FolderState, Log, Pace};
use crate::{query, sms};

/// What they are; absent where they were not looked at.
#[skip_serializing_none]
#[derive(Debug, Default, Serialize)]
pub(super) struct Folders {
    /// `query`, in the data folder.
    read_models: Option<FolderState>,
    /// `sms`, in the data folder.
    sms: Option<FolderState>,
}

impl Folders {
    /// Compares them with EVENTS, which is known to be whole so far.
    pub(super) async fn of(
        log: &Log,
        data: &Path,
        rate: Option<NonZeroU32>,
        whole_up_to: u64,
    ) -> Result<Folders, Fault> {
        let mut pace = Pace::new(rate);
        let read_models = query::verify_models(log, &data.join("query"), whole_up_to, &mut pace).await?;
        let sms = sms::verify_state(log, &data.join("sms"), whole_up_to, &mut pace).await?;
        Ok(Folders { read_models: Some(read_models), sms: Some(sms) })
    }

    fn named(&self) -> impl Iterator<Item = (&'static str, &FolderState)> {
        let named = [("read models (query)", &self.read_models), ("SMS bridge's folder (sms)", &self.sms)];
        named.into_iter().filter_map(|(name, state)| Some((name, state.as_ref()?)))
    }

    pub(super) fn wrong(&self) -> u64 {
        self.named().filter(|(_, state)| state.is_wrong()).count() as u64
    }

    pub(super) fn lines(&self) -> Vec<String> {
        self.named().filter_map(|(name, state)| line(name, state)).collect()
    }
}

fn line(name: &str, state: &FolderState) -> Option<String> {
    let loud = name.to_uppercase();
    Some(match state {
        FolderState::None => return None,
        FolderState::Equal { position, rows } => {
            format!("the {name}: what the log comes to at #{position}, {rows} rows")
        }
        FolderState::Differs { position, rows, differ, first } => format!(
            "THE {loud} DIFFERS from the log at #{position}: {differ} of {rows} rows, first: {first}; delete it, and it is rebuilt"
        ),
        FolderState::Torn => format!("THE {loud} IS TORN: it cannot be read; the next start rebuilds it"),
        FolderState::OtherFormat => {
            format!("the {name}: of another version, and not compared; the next start rebuilds it")
        }
        FolderState::OtherLog => {
            format!("the {name}: of another log, and not compared; the next start rebuilds it")
        }
        FolderState::LogLost { position } => {
            format!("EVENTS HAS LOST #{position}, at which the {name} stands: restore it from a backup")
        }
        FolderState::NotReached { position } => {
            format!("the {name}: stands at #{position}, which was not reached, and was not compared")
        }
        FolderState::InUse => format!("the {name}: in use, not compared: stop that process"),
    })
}
