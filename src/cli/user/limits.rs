//! The limits of a person that an operator sets instead of what holds for everybody.

use std::fmt::Display;
use std::num::NonZeroU32;
use std::str::FromStr;

use crate::rules::identity::LimitChanges;
use crate::rules::quota::Counts;
use crate::words::Span;

#[derive(Debug, Clone, Copy, Default, clap::Args)]
pub(super) struct Limits {
    /// How many messages may wait for them: a number, or `default` (10,000)
    #[arg(long, value_name = "N|default", value_parser = own::<u32>)]
    mailbox: Option<Own<u32>>,
    /// How long what they send is worth delivering where they do not say it, as in 7d, or `default` (30d)
    #[arg(long, value_name = "SPAN|default", value_parser = own::<Span>)]
    expires_in: Option<Own<Span>>,
    /// Recipients that they may send to in a second in the long run, or `default` (1,000); a hundred times as many at once
    #[arg(long, value_name = "N|default", value_parser = rate)]
    recipients_per_s: Option<Own<NonZeroU32>>,
    /// Bytes of text and parts in a second, in the same way, or `default` (1 MiB)
    #[arg(long, value_name = "N|default", value_parser = rate)]
    bytes_per_s: Option<Own<NonZeroU32>>,
    /// What counts for --day and --month: `messages`, `recipients`, or `default`: each recipient by `sms`, else the message
    #[arg(long, value_name = "WHAT|default", value_parser = own::<Counts>)]
    counts: Option<Own<Counts>>,
    /// Bytes that are kept of the ids of their commands over seven days, or `default` (1 GiB)
    #[arg(long, value_name = "N|default", value_parser = own::<NonZeroU32>)]
    ids_bytes: Option<Own<NonZeroU32>>,
}

/// A limit of one's own; none is what everybody has.
#[derive(Debug, Clone, Copy)]
struct Own<T>(Option<T>);

fn own<T: FromStr<Err: Display>>(text: &str) -> Result<Own<T>, String> {
    if text == "default" {
        return Ok(Own(None));
    }
    text.parse().map(|value| Own(Some(value))).map_err(|error| format!("{error}, or `default`"))
}

/// Who is to send nothing at all is suspended.
fn rate(text: &str) -> Result<Own<NonZeroU32>, String> {
    own(text).map_err(|_| format!("a whole number from 1 to {}, or `default`", u32::MAX))
}

impl Limits {
    /// None where none of them is named.
    pub(super) fn changes(self) -> Option<LimitChanges> {
        let changes = LimitChanges {
            mailbox: self.mailbox.map(|Own(own)| own),
            expires_in: self.expires_in.map(|Own(own)| own),
            recipients_per_s: self.recipients_per_s.map(|Own(own)| own),
            bytes_per_s: self.bytes_per_s.map(|Own(own)| own),
            counts: self.counts.map(|Own(own)| own),
            ids_bytes: self.ids_bytes.map(|Own(own)| own),
        };
        Some(changes).filter(|changes| *changes != LimitChanges::default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rate_of_nothing_is_told_what_is_allowed() {
        assert!(rate("1").is_ok() && rate("default").is_ok());
        for wrong in ["0", "-1", "1.5", "4294967296", ""] {
            assert_eq!(rate(wrong).unwrap_err(), "a whole number from 1 to 4294967295, or `default`");
        }
    }
}
