//! The rows of a delivery, of a receipt without one, and of a part of a long SMS.

use std::collections::BTreeSet;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::{Terms, keys};
use crate::log::{Fault, Rows};
use crate::rules::attempt::{Receipt, ReceiptState, Stray};
use crate::rules::phone::Part;
use crate::words::{Instant, Phone, ReplyTo, Span, named};

named! {
    /// How far a delivery by SMS has come.
    "stage" Stage {
        /// The bridge had a grant to submit it, and has reported nothing yet.
        Attempted = "attempted",
        /// To be attempted again.
        Deferred = "deferred",
        /// Nobody knows whether the SMSC has it.
        Unknown = "unknown",
        /// The SMSC has it.
        Accepted = "accepted",
        /// Its receipts say that it arrived, or its person has it otherwise.
        Delivered = "delivered",
        /// Refused by the SMSC, or undeliverable by a receipt.
        Failed = "failed",
        /// No receipt is waited for any more.
        Silent = "silent",
        /// It expired before an SMSC was known to have it.
        Expired = "expired",
        /// Its sender took it back before an SMSC was known to have it.
        Recalled = "recalled",
        /// Its recipient opted out, blocks its sender, or one of them is suspended.
        Filtered = "filtered",
    }
}

/// A delivery by SMS.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Delivery {
    pub stage: Stage,
    /// Permissions to submit so far.
    pub attempts: u32,
    /// Of these, how many count as tries: deferred with the class `temporary`.
    pub temporary: u32,
    /// Whether nobody knew of an earlier one.
    pub unknown: u32,
    pub phone: Phone,
    pub from: Option<ReplyTo>,
    pub connector: String,
    /// What the SMSC calls each segment that it has accepted; empty where it gave no name.
    pub ids: Vec<Option<String>>,
    /// Ids that only receipts have told, by segment, in the form that compares.
    pub learned: Vec<(u8, String)>,
    /// Ids of other attempts, with their connectors, in the form that compares.
    #[serde(default)]
    pub former: Vec<(String, String)>,
    /// The receipt of each segment: the first final one, until then the last.
    pub receipts: Vec<Option<ReceiptState>>,
    /// All that receipts have said, by segment.
    pub said: BTreeSet<(u8, ReceiptState)>,
    /// When the last permission was given: no receipt for it is older.
    pub attempted: Instant,
    /// Why it stands there, where there is a reason.
    pub reason: Option<String>,
    /// When it came here.
    pub at: Instant,
    /// When it is looked after, while it is open.
    pub due: Option<Instant>,
}

impl Delivery {
    /// Its first segment that an SMSC has, or may have, under an id that is not known, and whose receipt is waited for.
    /// Of a delivery that is being submitted, the first of all that are not known yet.
    pub fn nameless_segment(&self) -> Option<u8> {
        if self.stage != Stage::Attempted && self.due.is_none() {
            return None;
        }
        let named = |segment: &u8| {
            let id = self.ids.get(usize::from(*segment)).and_then(Option::as_deref);
            id.is_some_and(|id| !id.is_empty()) || self.learned.iter().any(|(of, _)| of == segment)
        };
        (0..self.segments()).find(|segment| !named(segment) && !self.has_ended(*segment))
    }

    /// The keys of all ids that name its segments.
    pub(super) fn names(&self, terms: &Terms) -> Vec<Vec<u8>> {
        let given = self
            .ids
            .iter()
            .flatten()
            .map(|id| keys::id(&self.connector, &terms.of_response(&self.connector, id)));
        let learned = self.learned.iter().map(|(_, id)| keys::id(&self.connector, id));
        let former = self.former.iter().map(|(connector, id)| keys::id(connector, id));
        given.chain(learned).chain(former).collect()
    }

    /// Whether nothing more is waited for: what has ended stays so, unless it is attempted again.
    pub fn is_over(&self) -> bool {
        match self.stage {
            Stage::Delivered
            | Stage::Failed
            | Stage::Silent
            | Stage::Expired
            | Stage::Recalled
            | Stage::Filtered => true,
            Stage::Accepted => self.due.is_none(),
            Stage::Attempted | Stage::Deferred | Stage::Unknown => false,
        }
    }

    /// One where it is not known.
    pub fn segments(&self) -> u8 {
        u8::try_from(self.ids.len().max(1)).unwrap_or(u8::MAX)
    }

    /// Whether a receipt has told a segment's end.
    pub fn has_ended(&self, segment: u8) -> bool {
        self.receipts.get(usize::from(segment)).copied().flatten().is_some_and(ReceiptState::is_final)
    }

    /// Whether a receipt that names a segment by its id can be about it: an SMSC whose counter began anew names another
    /// message so, to another phone, when this one's end is told.
    pub fn may_be_meant(&self, segment: u8, phone: Option<Phone>) -> bool {
        !self.has_ended(segment) || phone.is_none_or(|phone| phone == self.phone)
    }
}

/// Receipts for an id that nobody knew, oldest first.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct UnmatchedRow {
    pub receipts: Vec<(Instant, Stray)>,
}

/// A receipt of those that has found its delivery.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Matched {
    pub at: Instant,
    pub receipt: Receipt,
}

/// A part of a long SMS.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PartRow {
    pub at: Instant,
    pub part: Part,
    /// When the whole last went on as it was, and was not heard since.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub went_on: Option<Instant>,
}

impl PartRow {
    /// When the whole goes on as it is: after `within`, and after as long again as it has waited each time it went on.
    pub(super) fn goes_on(&self, within: Span) -> Instant {
        let since = self.went_on.unwrap_or(self.at);
        since + within.max(since - self.at)
    }
}

/// With field names, so that `homing decode` shows a row.
pub(super) fn write<T: Serialize>(row: &T) -> Vec<u8> {
    rmp_serde::to_vec_named(row).expect("our own types can be written as MessagePack")
}

pub(super) fn read<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Fault> {
    rmp_serde::from_slice(bytes).map_err(|error| Fault::torn().because(error))
}

pub(super) fn get<T: DeserializeOwned>(rows: &Rows, key: &[u8]) -> Result<Option<T>, Fault> {
    rows.get(key)?.map(|row| read(&row)).transpose()
}
