//! `homing contact ls`: who is on a contact list, and what they show of themselves.

use serde::Serialize;

use crate::cli::client::Speaker;
use crate::cli::kept_contacts::{ContactList, KeptContacts};
use crate::cli::output::{Failure, Output};
use crate::cli::pages::{Paging, Place};
use crate::cli::settings::Settings;
use crate::cli::table::{one_line, or_dash, table};
use crate::wire::contact_query::{ContactView, ContactsOf};

/// Show the list
///
/// Where the server cannot be reached, the list is shown that `homing listen` has kept on this device, with the time at
/// which it was so, and the exit code is still 1.
#[derive(Debug, clap::Args)]
#[command(verbatim_doc_comment)]
pub(super) struct Args {
    #[command(flatten)]
    speaker: Speaker,
    #[command(flatten)]
    paging: Paging,
}

pub(super) async fn run(args: Args, settings: &Settings, output: Output) -> Result<(), Failure> {
    let user = args.speaker.name(settings)?;
    // Who goes on behind a page has the beginning of another list.
    let begins = args.paging.after().is_none();
    let mut shown = false;
    let asked = async {
        let client = args.speaker.connect(settings).await?;
        let question = |Place { limit, after }| ContactsOf { limit, after, ..ContactsOf::default() };
        let show = async |page: &_| {
            shown = true;
            output.page(page, people)
        };
        args.paging.each(&client, "contacts", question, show).await
    };
    let asked = asked.await;
    if let Err(failure) = &asked
        && failure.is_unreachable()
        && begins
        && !shown
        && let Some(list) = KeptContacts::of(settings, &user)?.list()
    {
        offline(list, output)?;
    }
    asked
}

/// The kept list: all of it, for it is at hand.
#[derive(Serialize)]
struct Kept<'a> {
    items: &'a [ContactView],
    offline: bool,
    at: &'a str,
}

fn offline(list: &ContactList, output: Output) -> Result<(), Failure> {
    output.progress(&list.offline());
    let kept = Kept { items: &list.contacts, offline: true, at: &list.at };
    output.shown(&kept, || people(kept.items))
}

fn people(contacts: &[ContactView]) -> String {
    let rows: Vec<_> = contacts.iter().map(row).collect();
    table(&HEAD, &rows)
}

/// The columns of [`row`].
pub(in crate::cli) const HEAD: [&str; 6] = ["who", "im", "blocked", "alias", "nickname", "mood"];

pub(in crate::cli) fn row(contact: &ContactView) -> Vec<String> {
    vec![
        contact.who.to_string(),
        or_dash(contact.im),
        if contact.blocked { "blocked" } else { "-" }.to_owned(),
        or_dash(contact.alias.as_deref().map(one_line)),
        or_dash(contact.nickname.as_deref().map(one_line)),
        or_dash(contact.mood.as_deref().map(one_line)),
    ]
}
