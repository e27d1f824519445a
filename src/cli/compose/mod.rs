//! `homing compose`: a message, asked for step by step.

mod ask;
mod rule;
mod speech;

use serde_json::json;

use super::client::{Client, Speaker};
use super::output::{Failure, Output};
use super::schedule;
use super::send::addresses;
use super::settings::Settings;
use super::table::or_dash;
use crate::rules::Command;
use crate::rules::message::Send;
use crate::rules::schedule::{Create, When};
use crate::wire::schedule_query::Preview;
use crate::words::Zone;
use ask::Asking;

/// Occurrences shown before a schedule is sent.
const SHOWN_LEN: usize = 5;

/// Compose a message step by step: to whom, what, now or later, how often, at what time
///
/// Answers are lines on standard input: a number or a word of a list, or just Enter for what is marked.
///
/// Example: homing compose --user alice
#[derive(Debug, clap::Args)]
#[command(verbatim_doc_comment)]
pub(super) struct Args {
    #[command(flatten)]
    speaker: Speaker,
    /// Speak each question too, with this system's speech program (spd-say, espeak-ng, espeak or say)
    #[arg(long)]
    speak: bool,
}

pub(super) async fn run(args: Args, settings: &Settings, output: Output) -> Result<(), Failure> {
    settings.start_client_log();
    let client = args.speaker.connect(settings).await?;
    let mut asking = Asking::new(args.speak);
    let to = asking.until("To whom? (bob, +8613800138000, 100002; several with commas)", |answer| {
        addresses(answer).map_err(|error| format!("{answer:?} is {error}"))
    });
    let to = to.await?;
    let text = asking.until("What is the message?", |answer| match answer {
        "" => Err("a message has a text".to_owned()),
        text => Ok(text.to_owned()),
    });
    let message = Send { to, text: Some(text.await?.into()), ..Send::default() };
    let later = asking.choice("When?", &["now", "scheduled"]).await? == 1;
    if !later {
        asking.yes(&format!("Send it to {} now?", names(&message))).await?;
        let outcome = client.accepted(&Command::from(message)).await?;
        output.result(&outcome, || format!("accepted {}", or_dash(outcome.message)));
        return Ok(());
    }
    let when = planned(&mut asking, &client).await?;
    asking.yes(&format!("Schedule it for {}?", names(&message))).await?;
    let create = Create { message, when, id: None };
    let outcome = client.accepted(&Command::from(create)).await?;
    output.result(&outcome, || schedule::added(&outcome));
    Ok(())
}

fn names(message: &Send) -> String {
    message.to.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}

/// Asks for a rule until Homing takes it, and shows when it fires next.
async fn planned(asking: &mut Asking, client: &Client) -> Result<When, Failure> {
    let home = schedule::zone(None, client).await?;
    loop {
        let when = rule::ask(asking, home).await?;
        let asked = json!({ "when": when, "count": SHOWN_LEN });
        match client.ask::<Preview>("preview", &asked).await {
            Ok(preview) => {
                show(asking, &preview, &when, home);
                return Ok(when);
            }
            Err(refused) => asking.say(&format!("{refused}")),
        }
    }
}

fn show(asking: &mut Asking, preview: &Preview, when: &When, home: Zone) {
    let zone = when.zone.clone().unwrap_or_else(|| home.to_string());
    let lines = schedule::occurrences(&preview.occurrences);
    asking.say(&format!("It fires next, in {zone}:\n{lines}"));
}
