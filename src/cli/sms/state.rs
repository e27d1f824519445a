//! `homing sms state`: what the SMS bridge knows of a message, and how its connections to SMSCs are.

use crate::cli::client::{Client, OPERATOR};
use crate::cli::output::{Failure, Output};
use crate::cli::settings::Settings;
use crate::cli::table::{or_dash, table};
use crate::wire::query::Answer;
use crate::wire::sms_query::{ConnectorView, SmsDeliveryView, SmsOf, SmsState};
use crate::words::MessageId;

/// Show a message's SMS: attempts, the SMSC's ids, receipts; without a message, the connections to SMSCs
///
/// Examples: homing sms state m42, homing sms state
#[derive(Debug, clap::Args)]
#[command(verbatim_doc_comment)]
pub(super) struct Args {
    /// The message's id, as `send` printed it
    message: Option<MessageId>,
}

pub(super) async fn run(args: Args, settings: &Settings, output: Output) -> Result<(), Failure> {
    let client = Client::connect(settings, OPERATOR).await?;
    let answer: Answer<SmsState> = client.answer("sms", &SmsOf { message: args.message }).await?;
    let state = &answer.answer;
    output.shown(&answer, || match args.message {
        Some(_) if state.deliveries.is_empty() => "the SMS bridge knows nothing of this message".to_owned(),
        Some(_) => deliveries(&state.deliveries),
        None => connectors(&state.connectors),
    })
}

fn deliveries(deliveries: &[SmsDeliveryView]) -> String {
    let rows: Vec<_> =
        deliveries.iter().flat_map(|one| std::iter::once(whole(one)).chain(segments(one))).collect();
    table(&["to", "stage", "attempts", "connector", "reason", "at"], &rows)
}

fn whole(one: &SmsDeliveryView) -> Vec<String> {
    vec![
        one.to.to_string(),
        one.stage.clone(),
        one.attempts.to_string(),
        one.connector.clone(),
        or_dash(one.reason.as_deref()),
        one.at.clone(),
    ]
}

fn segments(one: &SmsDeliveryView) -> impl Iterator<Item = Vec<String>> {
    let empty = String::new;
    one.ids.iter().enumerate().map(move |(place, id)| {
        let receipt = one.receipts.get(place).cloned().flatten().unwrap_or_else(|| "no receipt".to_owned());
        let id = id.as_ref().map_or_else(|| "no id".to_owned(), |id| format!("id {id}"));
        vec![format!("  segment {}", place + 1), receipt, empty(), id, empty(), empty()]
    })
}

fn connectors(connectors: &[ConnectorView]) -> String {
    let rows: Vec<_> = connectors
        .iter()
        .map(|one| {
            vec![one.name.clone(), one.state.clone(), or_dash(one.why.as_deref()), one.in_flight.to_string()]
        })
        .collect();
    table(&["connector", "state", "why", "in flight"], &rows)
}
