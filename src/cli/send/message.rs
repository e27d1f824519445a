//! A message, as flags and words name it.

use std::path::PathBuf;

use super::{attach, text};
use crate::cli::choice::choice;
use crate::cli::output::Failure;
use crate::rules::message::{AsGroup, Route, Send};
use crate::words::{Address, Span};

/// What is sent, and to whom.
#[derive(Debug, clap::Args)]
pub(in crate::cli) struct MessageArgs {
    /// Recipients, then the text; with --to only the text. A recipient is a user name (bob), a phone
    /// (+8613800138000), an IM number (100002) or a group ('#3001'). Without a text, or with -, the text is standard input
    #[arg(num_args = 0..=2, value_name = "TO TEXT")]
    words: Vec<String>,
    /// A recipient; repeatable
    #[arg(long, value_name = "TO", value_delimiter = ',', value_parser = text::address)]
    to: Vec<Address>,
    /// How it may travel
    #[arg(long, default_value = "auto", value_parser = choice::<Route>(Route::all().map(Route::as_str)))]
    route: Route,
    /// By SMS to all of the group, in its name (administrators)
    #[arg(long)]
    as_group: bool,
    /// Without the group's name before the text
    #[arg(long, requires = "as_group")]
    no_header: bool,
    /// Give up after this time, as in 1h
    #[arg(long, value_name = "TIME")]
    expires_in: Option<Span>,
    /// How long to wait for a live delivery's confirmation before another way is tried, as in 30s
    #[arg(long, value_name = "TIME")]
    escalate_after: Option<Span>,
    /// A file to send along; repeatable
    #[arg(long, value_name = "FILE")]
    attach: Vec<PathBuf>,
}

impl MessageArgs {
    /// The message, with its text read from where it is and its files from the disk.
    pub(in crate::cli) fn read(self) -> Result<Send, Failure> {
        let MessageArgs { words, to, route, as_group, no_header, expires_in, escalate_after, attach } = self;
        let (to, given) = text::recipients_and_text(to, words)?;
        let text = text::read(given, attach.is_empty())?;
        let (text, parts) = match attach.is_empty() {
            true => (text.map(Into::into), None),
            false => (None, Some(attach::parts(text, &attach)?.into())),
        };
        let (as_group, with_header) = (as_group.then_some(AsGroup::Switch(true)), no_header.then_some(false));
        let send = Send { to, text, parts, route, expires_in, escalate_after, ..Send::default() };
        Ok(Send { as_group, with_header, ..send })
    }
}
