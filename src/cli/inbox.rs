//! `homing inbox`: what a person has not confirmed yet.

use super::client::{Client, Speaker};
use super::output::{Failure, Output};
use super::pages::{Paging, Place};
use super::settings::Settings;
use super::table::{said, table};
use crate::rules::message::Confirm;
use crate::rules::{Command, message};
use crate::wire::MessageView;
use crate::wire::query::{Answer, Page};

/// Show the messages that wait to be confirmed, oldest first
///
/// Examples:
///   homing inbox --user bob
///   homing inbox --user bob --all --confirm
#[derive(Debug, clap::Args)]
#[command(verbatim_doc_comment)]
pub(super) struct Args {
    #[command(flatten)]
    speaker: Speaker,
    #[command(flatten)]
    paging: Paging,
    /// Confirm what was shown: it leaves the inbox, and its senders see it delivered
    #[arg(long)]
    confirm: bool,
}

pub(super) async fn run(args: Args, settings: &Settings, output: Output) -> Result<(), Failure> {
    settings.start_client_log();
    let client = args.speaker.connect(settings).await?;
    let question = |Place { limit, after }| Page { limit, after, user: None };
    let show = async |page: &Answer<_>| {
        output.page(page, messages)?;
        if args.confirm { confirm(&client, &page.answer.items).await } else { Ok(()) }
    };
    args.paging.each(&client, "inbox", question, show).await
}

fn messages(messages: &[MessageView]) -> String {
    let row = |shown: &MessageView| {
        vec![
            shown.message.to_string(),
            shown.at.clone(),
            match shown.group {
                Some(group) => format!("{} to #{group}", shown.from),
                None => shown.from.to_string(),
            },
            shown.state.clone(),
            said(shown),
        ]
    };
    table(&["message", "at", "from", "state", "text"], &messages.iter().map(row).collect::<Vec<_>>())
}

/// A page fits one command: both have at most a thousand.
async fn confirm(client: &Client, shown: &[MessageView]) -> Result<(), Failure> {
    if shown.is_empty() {
        return Ok(());
    }
    let messages = shown.iter().map(|shown| shown.message).collect();
    let command = Command::from(message::Received(Confirm { message: None, messages: Some(messages) }));
    client.accepted(&command).await.map(|_| ())
}
