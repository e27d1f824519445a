//! The read models held against the log: each row must be what EVENTS comes to.

use std::path::Path;

use super::keys::{self, FORMAT};
use super::project::project;
use crate::log::{Compared, Fault, FolderState, Log, Pace, Projected, Projection, Record, Shape, Sides};
use crate::words::{CommandSeq, MessageId, ScheduleId};

/// Holds the folder of the read models, `<data>/query`, against EVENTS, which is known to be whole so far. The folder is not
/// touched.
///
/// # Errors
/// When the server does not answer, or a disk does not work.
pub async fn verify_models(
    log: &Log,
    folder: &Path,
    whole_up_to: u64,
    pace: &mut Pace,
) -> Result<FolderState, Fault> {
    let compared = Compared { folder, shape: Shape::from(FORMAT), reads: Vec::new(), whole_up_to };
    compared.with_log(log, pace, Models).await
}

struct Models;

impl Projected for Models {
    fn take(&self, fresh: &Projection, records: &[Record]) -> Result<(), Fault> {
        fresh.take(records, project)
    }

    /// The log tells all of them, byte for byte.
    fn alike(&self, _: &Sides, _: &[u8], _: Option<&[u8]>, _: Option<&[u8]>) -> Result<bool, Fault> {
        Ok(false)
    }

    fn begins_with_position(&self) -> bool {
        false
    }

    fn name(&self, key: &[u8]) -> String {
        let Some((tag, rest)) = key.split_first() else { return "a row without a key".to_owned() };
        let Some((_, what, id)) = KINDS.iter().find(|(kind, ..)| kind == tag) else {
            return "a row of no known kind".to_owned();
        };
        let id = match id {
            Id::None => None,
            Id::Message => number(rest).map(|number| MessageId::of(number).to_string()),
            Id::Schedule => number(rest).map(|number| ScheduleId::of(number).to_string()),
            Id::User => rest.split(|byte| *byte == 0).next().and_then(keys::text).and_then(name),
            Id::Group => rest.get(..9).and_then(keys::text).and_then(keys::group_at).map(|it| it.to_string()),
        };
        id.map_or_else(|| (*what).to_owned(), |id| format!("{what} {id}"))
    }
}

/// What a key begins with behind its letter.
enum Id {
    /// Nothing, or a phone's number, which is not told.
    None,
    Message,
    Schedule,
    User,
    Group,
}

/// Each kind of row in words; see [`keys`].
const KINDS: [(u8, &str, Id); 27] = [
    (b'd', "the deliveries of message", Id::Message),
    (b'i', "the inbox of", Id::User),
    (b'c', "a conversation", Id::None),
    (b'v', "the conversations of", Id::User),
    (b'u', "user", Id::User),
    (b'n', "an IM number", Id::None),
    (b'p', "a phone", Id::None),
    (b'k', "the contacts of", Id::User),
    (b'r', "the removals of", Id::User),
    (b'o', "the devices of", Id::User),
    (b's', "schedule", Id::Schedule),
    (b'w', "the course of schedule", Id::Schedule),
    (b'l', "the schedules of", Id::User),
    (b'e', "the occurrences of schedule", Id::Schedule),
    (b'f', "the names that have fired of schedule", Id::Schedule),
    (b't', "the sums of all schedules", Id::None),
    (b'h', "the lateness of firings", Id::None),
    (b'x', "the messages to group", Id::Group),
    (b'z', "the sums of message", Id::Message),
    (b'g', "group", Id::Group),
    (b'm', "the members of group", Id::Group),
    (b'y', "the groups of", Id::User),
    (b'j', "the settings for SMS", Id::None),
    (b'q', "what is used by", Id::User),
    (b'a', "a trail", Id::None),
    (b'b', "an SMSC's id", Id::None),
    (b'D', "the ledger of a day", Id::None),
];

fn number(rest: &[u8]) -> Option<CommandSeq> {
    rest.first_chunk::<8>().map(|bytes| CommandSeq(u64::from_be_bytes(*bytes)))
}

/// Only where it is one.
fn name(text: &str) -> Option<String> {
    text.parse::<crate::words::UserName>().ok().map(|name| name.to_string())
}
