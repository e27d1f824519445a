//! `homing history`: the conversation with someone.

use super::client::Speaker;
use super::output::{Failure, Output};
use super::pages::{Paging, Place};
use super::settings::Settings;
use super::table::{said, table};
use crate::wire::Shown;
use crate::wire::query::HistoryOf;
use crate::words::Address;

/// Show the conversation with someone, oldest first
///
/// Example: homing history --user alice bob
#[derive(Debug, clap::Args)]
#[command(verbatim_doc_comment)]
pub(super) struct Args {
    #[command(flatten)]
    speaker: Speaker,
    /// Whom it was with: a user name, a phone or an IM number
    with: Address,
    #[command(flatten)]
    paging: Paging,
}

pub(super) async fn run(args: Args, settings: &Settings, output: Output) -> Result<(), Failure> {
    settings.start_log("warn");
    let client = args.speaker.connect(settings).await?;
    let question = |Place { limit, after }| HistoryOf { with: args.with.clone(), limit, after, user: None };
    args.paging.each(&client, "history", question, async |page| output.page(page, messages)).await
}

fn messages(messages: &[Shown]) -> String {
    let row = |shown: &Shown| {
        vec![
            shown.message.to_string(),
            shown.at.clone(),
            shown.from.to_string(),
            shown.to.to_string(),
            shown.state.clone(),
            said(shown),
        ]
    };
    table(&["message", "at", "from", "to", "state", "text"], &messages.iter().map(row).collect::<Vec<_>>())
}
