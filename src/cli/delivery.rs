//! `homing delivery`: how far a message got, recipient by recipient.

use super::client::Speaker;
use super::output::{Failure, Output};
use super::pages::Paging;
use super::settings::Settings;
use super::table::{or_dash, table};
use crate::wire::query::{Answer, Deliveries, DeliveryOf, RecipientState, StateChange};
use crate::words::MessageId;

/// Show how far a message got, for each recipient, step by step; of a message to a group also in sums, and in pages
///
/// Example: homing delivery --user alice m42
#[derive(Debug, clap::Args)]
#[command(verbatim_doc_comment)]
pub(super) struct Args {
    #[command(flatten)]
    speaker: Speaker,
    /// The message's id, as `send` printed it
    message: MessageId,
    #[command(flatten)]
    paging: Paging,
}

pub(super) async fn run(args: Args, settings: &Settings, output: Output) -> Result<(), Failure> {
    settings.start_client_log();
    let client = args.speaker.connect(settings).await?;
    let (limit, all) = (args.paging.at_once(), args.paging.all());
    let mut asked = DeliveryOf { message: args.message, limit, after: args.paging.after() };
    loop {
        let deliveries: Answer<Deliveries> = client.answer("delivery", &asked).await?;
        let first = asked.after.is_none();
        output.shown(&deliveries, || shown(&deliveries.answer, first))?;
        match deliveries.answer.next {
            Some(next) if all => asked.after = Some(next),
            Some(next) => {
                output.progress(&format!("There is more: --after {next} goes on, --all shows all."));
                return Ok(());
            }
            None => return Ok(()),
        }
    }
}

fn shown(answer: &Deliveries, first: bool) -> String {
    let recipients = recipients(&answer.recipients);
    match (&answer.sums, answer.group) {
        (Some(sums), Some(group)) if first => {
            let sums: Vec<String> = sums.iter().map(|(state, sum)| format!("{sum} {state}")).collect();
            format!("to group {group}: {}\n{recipients}", sums.join(", "))
        }
        (Some(_) | None, _) => recipients,
    }
}

/// The state of each recipient, and below it the steps that led there.
fn recipients(recipients: &[RecipientState]) -> String {
    let rows: Vec<_> =
        recipients.iter().flat_map(|one| std::iter::once(now(one)).chain(steps(one))).collect();
    table(&["to", "state", "channel", "reason", "at"], &rows)
}

fn now(one: &RecipientState) -> Vec<String> {
    vec![
        one.to.to_string(),
        one.state.clone(),
        or_dash(one.channel.as_deref()),
        or_dash(one.reason.as_deref()),
        String::new(),
    ]
}

fn steps(one: &RecipientState) -> impl Iterator<Item = Vec<String>> {
    one.history.iter().map(|StateChange { state, at, seq, channel, reason }| {
        vec![
            format!("  #{}", seq.0),
            state.clone(),
            or_dash(channel.as_deref()),
            or_dash(reason.as_deref()),
            at.clone(),
        ]
    })
}
