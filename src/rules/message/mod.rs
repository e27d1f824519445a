//! A message and its deliveries, from acceptance to the end of each.
//!
//! Invariant: a delivery is open until it is delivered, filtered, recalled, expired or failed, and then leaves the state.

mod blob;
mod confirm;
mod deadline;
mod facts;
mod in_name;
mod mailbox;
mod news;
mod onward;
mod open;
mod page;
mod part;
mod recall;
mod routing;
mod send;
mod sweep;
mod waiting;

pub use super::areas::message::{Command, Fact};
pub use blob::Blob;
pub use confirm::{Confirm, Read, Received};
pub use facts::*;
pub use in_name::{AsGroup, InName};
pub use page::{FilteredTo, Page, RoutedTo};
pub use part::MessagePart;
pub use recall::Recall;
pub use routing::{Channel, FilterReason, Route, RouteReason};
pub use send::{Content, PARTS_BYTES_MAX, PARTS_LEN_MAX, Send, TEXT_BYTES_MAX};
pub use sweep::Sweep;

pub(super) use deadline::{can_expire, expire};
pub(super) use mailbox::Mailbox;
pub(super) use news::{News, spoken};
pub(super) use onward::{can_escalate, escalate, goes_on_without, may_go};
pub(super) use open::{OpenMessage, Standing, escalates, evolve};
pub(super) use send::{accept, adds_aside, content, counts, has_code, in_bounds, load, own, send};
pub(super) use waiting::what_waits;
