//! `homing history`: the conversation with someone.

use super::client::Speaker;
use super::output::{Failure, Output};
use super::pages::{Paging, Place};
use super::settings::Settings;
use super::table::{said, table};
use crate::wire::MessageView;
use crate::wire::query::{HistoryOf, LATEST};
use crate::words::Address;

/// Show the conversation with someone: its latest messages on a terminal, otherwise from its beginning on
///
/// Examples:
///   homing history bob --user alice
///   homing history bob --last 20 --user alice
///   homing history bob --all --user alice
///
/// Each page shows its oldest message first. `homing conversations` lists whom there is one with.
#[derive(Debug, clap::Args)]
#[command(verbatim_doc_comment)]
pub(super) struct Args {
    #[command(flatten)]
    speaker: Speaker,
    /// Whom it was with: a user name, a phone or an IM number
    with: Address,
    #[command(flatten)]
    paging: Paging,
    /// The latest messages, at most 1000 [default: 100, or --limit]
    #[arg(long, value_name = "N", num_args = 0..=1, conflicts_with_all = ["after", "all"],
          value_parser = clap::value_parser!(u16).range(1..=1000))]
    last: Option<Option<u16>>,
    /// The messages before this cursor, which the later page printed; as many as --last says
    #[arg(long, value_name = "CURSOR", conflicts_with_all = ["after", "all"])]
    before: Option<String>,
}

pub(super) async fn run(args: Args, settings: &Settings, output: Output) -> Result<(), Failure> {
    settings.start_client_log();
    let client = args.speaker.connect(settings).await?;
    let Args { with, paging, last, before, .. } = args;
    let latest = last.is_some() || (output.is_for_a_terminal() && paging.is_unsaid());
    if latest || before.is_some() {
        let limit = last.flatten().or(paging.limit).map(usize::from);
        let before = Some(before.unwrap_or_else(|| LATEST.to_owned()));
        let question = HistoryOf { with, limit, after: None, before, user: None };
        let page = client.answer("history", &question).await?;
        return output.page_back(&page, messages);
    }
    let question =
        |Place { limit, after }| HistoryOf { with: with.clone(), limit, after, before: None, user: None };
    paging.each(&client, "history", question, async |page| output.page(page, messages)).await
}

fn messages(messages: &[MessageView]) -> String {
    let row = |shown: &MessageView| {
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
