//! The texts of short messages: alphabets, segments, and what comes in (3GPP TS 23.038, TS 23.040).
//!
//! Invariant: pure, and knows no other room; nothing here fails but a text that takes too many segments.
//! Invariant: what [`segment`] makes, [`fragment`] and [`join`] read back.

mod charset;
mod count;
mod data_coding;
mod encoding;
mod fragment;
mod gsm;
mod language;
mod locking;
mod packed;
mod plan;
mod segment;
mod single;
mod smart;
mod style;
mod table;
#[cfg(test)]
mod tests;
mod udh;

pub use charset::Charset;
pub use count::{Count, Mapped, count};
pub use data_coding::Reading;
pub use fragment::{Fragment, fragment, join};
pub use language::Language;
pub use segment::{Segment, TooLong, segment};
pub use style::{Alphabet, Long, Style};
pub use udh::{Ports, Sar};
