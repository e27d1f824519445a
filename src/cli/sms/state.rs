//! `homing sms state`: what the SMS bridge knows of a message, and how its connections to SMSCs are.

use crate::cli::client::{Client, OPERATOR, nobody_answers};
use crate::cli::output::{Failure, Output};
use crate::cli::settings::Settings;
use crate::cli::table::{or_dash, table};
use crate::wire::query::Answer;
use crate::wire::sms_query::{ConnectorView, SmsDeliveryView, SmsOf, SmsState};
use crate::wire::to_json;
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
    let question = to_json(&SmsOf { message: args.message }).into();
    let answer = together(client.answers("sms", question).await?)
        .ok_or_else(|| Failure::failed(nobody_answers("sms").to_owned()))?;
    let state = &answer.answer;
    output.shown(&answer, || match args.message {
        Some(_) if state.deliveries.is_empty() => "the SMS bridge knows nothing of this message".to_owned(),
        Some(_) => deliveries(&state.deliveries),
        None => connectors(&state.connectors),
    })
}

/// Of several bridges the connections of all, and what the one knows that has read most of the log.
fn together(answers: Vec<Answer<SmsState>>) -> Option<Answer<SmsState>> {
    let mut connectors: Vec<ConnectorView> =
        answers.iter().flat_map(|one| one.answer.connectors.iter().cloned()).collect();
    connectors.sort_by(|one, other| (&one.name, &one.bridge).cmp(&(&other.name, &other.bridge)));
    let mut newest = answers.into_iter().max_by_key(|one| one.answer.position)?;
    newest.answer.connectors = connectors;
    Some(newest)
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

/// Where several bridges run, it is said whose each is.
fn connectors(connectors: &[ConnectorView]) -> String {
    let several = connectors.iter().any(|one| connectors.iter().any(|other| other.bridge != one.bridge));
    let shown = if several { 5 } else { 4 };
    let row = |one: &ConnectorView| {
        let (name, state) = (one.name.clone(), one.state.clone());
        let (why, bridge) = (or_dash(one.why.as_deref()), or_dash(one.bridge.as_deref()));
        [name, state, why, one.in_flight.to_string(), bridge].into_iter().take(shown).collect::<Vec<_>>()
    };
    let head: Vec<&str> =
        ["connector", "state", "why", "in flight", "bridge"].into_iter().take(shown).collect();
    table(&head, &connectors.iter().map(row).collect::<Vec<_>>())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::words::EventSeq;

    #[test]
    fn two_bridges_are_both_shown_and_told_apart() {
        let of = |position, bridge: &str| {
            let (name, state, why, in_flight) = ("main".to_owned(), "bound".to_owned(), None, 0);
            let connectors =
                vec![ConnectorView { name, state, why, in_flight, bridge: Some(bridge.to_owned()) }];
            let position = EventSeq(position);
            let answer = SmsState { position, connectors, deliveries: Vec::new() };
            Answer { answer, as_of: Some(position) }
        };
        let one = together(vec![of(9, "a 1")]).unwrap();
        assert!(!connectors(&one.answer.connectors).contains("a 1"));
        let both = together(vec![of(9, "b 2"), of(8, "a 1")]).unwrap();
        assert_eq!(both.as_of, Some(EventSeq(9)));
        let shown = connectors(&both.answer.connectors);
        assert!(shown.contains("a 1") && shown.contains("b 2"), "{shown}");
        assert!(together(Vec::new()).is_none());
    }
}
