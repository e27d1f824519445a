//! `homing contact ls`: who is on a contact list, and what they show of themselves.

use crate::cli::client::Speaker;
use crate::cli::output::{Failure, Output};
use crate::cli::pages::{Paging, Place};
use crate::cli::settings::Settings;
use crate::cli::table::{one_line, or_dash, table};
use crate::wire::contact_query::ContactView;
use crate::wire::query::Page;

/// Show the list
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[command(flatten)]
    speaker: Speaker,
    #[command(flatten)]
    paging: Paging,
}

pub(super) async fn run(args: Args, settings: &Settings, output: Output) -> Result<(), Failure> {
    let client = args.speaker.connect(settings).await?;
    let question = |Place { limit, after }| Page { limit, after, user: None };
    args.paging.each(&client, "contacts", question, async |page| output.page(page, people)).await
}

fn people(contacts: &[ContactView]) -> String {
    let rows: Vec<_> = contacts.iter().map(row).collect();
    table(&["who", "im", "blocked", "alias", "nickname", "mood"], &rows)
}

fn row(contact: &ContactView) -> Vec<String> {
    vec![
        contact.who.to_string(),
        or_dash(contact.im),
        if contact.blocked { "blocked" } else { "-" }.to_owned(),
        or_dash(contact.alias.as_deref().map(one_line)),
        or_dash(contact.nickname.as_deref().map(one_line)),
        or_dash(contact.mood.as_deref().map(one_line)),
    ]
}
