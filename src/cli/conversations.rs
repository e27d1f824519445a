//! `homing conversations`: whom a person wrote with, and what of it is not read yet.

use super::client::Speaker;
use super::output::{Failure, Output};
use super::pages::{Paging, Place};
use super::settings::Settings;
use super::table::{said, table};
use crate::wire::query::{ConversationView, Page};

/// List the people you wrote with, the newest first, each with the last message and how many are unread
///
/// Example: homing conversations --user alice
///
/// `homing history NAME` shows one of them.
#[derive(Debug, clap::Args)]
#[command(verbatim_doc_comment)]
pub(super) struct Args {
    #[command(flatten)]
    speaker: Speaker,
    #[command(flatten)]
    paging: Paging,
}

pub(super) async fn run(args: Args, settings: &Settings, output: Output) -> Result<(), Failure> {
    settings.start_client_log();
    let client = args.speaker.connect(settings).await?;
    let question = |Place { limit, after }| Page { limit, after, user: None };
    args.paging.each(&client, "conversations", question, async |page| output.page(page, conversations)).await
}

fn conversations(conversations: &[ConversationView]) -> String {
    let row = |ConversationView { with, unread, last }: &ConversationView| {
        let unread = if *unread == 0 { "-".to_owned() } else { unread.to_string() };
        vec![
            with.to_string(),
            unread,
            last.message.to_string(),
            last.at.clone(),
            last.from.to_string(),
            last.state.clone(),
            said(last),
        ]
    };
    let head = ["with", "unread", "last", "at", "from", "state", "text"];
    table(&head, &conversations.iter().map(row).collect::<Vec<_>>())
}
