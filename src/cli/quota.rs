//! `homing quota`: how much a person may still send.

use super::client::{Client, OPERATOR, Speaker};
use super::output::{Failure, Output};
use super::settings::Settings;
use super::table::{or_dash, table};
use crate::wire::query::Answer;
use crate::wire::schedule_query::{LimitView, QuotaOf, QuotaView};
use crate::words::UserName;

/// Show how many messages were sent today and this month, how many are left, and when the counts start again
///
/// Examples:
///   homing quota --user alice
///   homing quota --of alice       (as the operator)
#[derive(Debug, clap::Args)]
#[command(verbatim_doc_comment)]
pub(super) struct Args {
    #[command(flatten)]
    speaker: Speaker,
    /// Whose, as the operator
    #[arg(long, value_name = "NAME")]
    of: Option<UserName>,
}

pub(super) async fn run(args: Args, settings: &Settings, output: Output) -> Result<(), Failure> {
    settings.start_client_log();
    let client = match &args.of {
        Some(_) => Client::connect(settings, OPERATOR).await?,
        None => args.speaker.connect(settings).await?,
    };
    let shown: Answer<QuotaView> = client.answer("quota", &QuotaOf { user: args.of }).await?;
    output.shown(&shown, || {
        let rows = [row("day", &shown.answer.day), row("month", &shown.answer.month)];
        table(&["", "used", "left", "of", "resets at"], &rows)
    })
}

fn row(name: &str, limit: &LimitView) -> Vec<String> {
    let LimitView { max, used, left, resets } = limit;
    vec![name.to_owned(), used.to_string(), or_dash(*left), or_dash(*max), resets.clone()]
}
