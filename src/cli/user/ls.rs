//! `homing user ls`: everyone who is registered.

use crate::cli::client::{Client, OPERATOR};
use crate::cli::output::{Failure, Output};
use crate::cli::pages::{Paging, Place};
use crate::cli::settings::Settings;
use crate::cli::table::{or_dash, table};
use crate::wire::query::{Page, SignIn, UserView};

/// List everyone who is registered, by name
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[command(flatten)]
    paging: Paging,
}

pub(super) async fn run(args: Args, settings: &Settings, output: Output) -> Result<(), Failure> {
    let client = Client::connect(settings, OPERATOR).await?;
    let question = |Place { limit, after }| Page { limit, after, user: None };
    args.paging.each(&client, "users", question, async |page| output.page(page, people)).await
}

fn people(users: &[UserView]) -> String {
    let rows: Vec<_> = users.iter().map(row).collect();
    table(&["name", "im", "phone", "zone", "day", "month", "standing", "sms", "access", "signs in by"], &rows)
}

fn row(user: &UserView) -> Vec<String> {
    vec![
        user.name.to_string(),
        user.im.to_string(),
        or_dash(user.phone),
        or_dash(user.zone.as_deref()),
        or_dash(user.day),
        or_dash(user.month),
        if user.suspended { "suspended" } else { "active" }.to_owned(),
        if user.sms { "on" } else { "off" }.to_owned(),
        user.access.to_string(),
        match user.sign_in.as_slice() {
            [] => "none".to_owned(),
            ways => ways.iter().map(|way| SignIn::as_str(*way)).collect::<Vec<_>>().join(", "),
        },
    ]
}
