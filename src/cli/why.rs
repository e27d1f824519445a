//! `homing why`: what led to what, for any id.

use super::client::{Client, OPERATOR};
use super::meter::Meter;
use super::output::{Failure, Output};
use super::settings::Settings;
use super::source::Source;
use super::table::table;
use crate::query::why_from_log;
use crate::wire::query::Answer;
use crate::wire::why::{CommandView, Gate, RecipientStory, StepView, Story, WhyOf};
use crate::words::{Party, UserName};

/// Tell why somebody got a message the way they did, or did not get it: what was looked at, what came of it, and what would
/// have to be otherwise
///
/// The id is a message (m42), a schedule (s42), a command (c42), a group ('#3001'), a user, an IM number, a phone, or what the
/// SMSC calls a message. As a user, with --user, you are told about what you have sent or got.
///
/// Examples:
///   homing why m42
///   homing why m42 bob
///   homing why bob
///   homing why m42 --from-log         (where the read models are away: slower)
#[derive(Debug, clap::Args)]
#[command(verbatim_doc_comment)]
pub(super) struct Args {
    /// What it is about
    id: String,
    /// Of a message: the one recipient, a user or a phone
    to: Option<Party>,
    /// Ask as this user [default: as the operator]
    #[arg(long, value_name = "NAME")]
    user: Option<UserName>,
    /// Recipients, or facts of anything else, at most 1000 [default: 100]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1000))]
    limit: Option<u16>,
    /// Continue after this cursor, which the story before printed
    #[arg(long, value_name = "CURSOR")]
    after: Option<String>,
    /// Read the log itself instead of asking, for which it takes an operator's rights on the streams
    #[arg(long, conflicts_with = "user")]
    from_log: bool,
    #[command(flatten)]
    source: Source,
}

pub(super) async fn run(args: Args, settings: &Settings, output: Output) -> Result<(), Failure> {
    settings.start_client_log();
    let Args { id, to, user, limit, after, from_log, source } = args;
    let asked = WhyOf { id, to, limit: limit.map(usize::from), after };
    let recorded = source.recording(settings).is_some();
    if recorded && user.is_some() {
        return Err(Failure::usage(
            "a recording is read whole, as the operator: leave --user out".to_owned(),
        ));
    }
    if from_log || recorded {
        let story = read(asked, &source, settings, output).await?;
        return output.shown(&story, || shown(&story));
    }
    let by = user.as_ref().map_or(OPERATOR, UserName::as_str);
    let client = Client::connect(settings, by).await?;
    let story: Answer<Story> = client.answer("why", &asked).await.map_err(|failure| {
        let is_away = failure.is_unreachable() || failure.is("query.unavailable");
        if is_away {
            failure.and("`homing why --from-log` reads the log itself; it takes longer.")
        } else {
            failure
        }
    })?;
    output.shown(&story, || shown(&story.answer))
}

async fn read(asked: WhyOf, source: &Source, settings: &Settings, output: Output) -> Result<Story, Failure> {
    let log = source.open(settings, "why").await?;
    output.progress("Reading the log, without an index …");
    let meter = Meter::of("commits read", output);
    Ok(why_from_log(&log, asked, |done, all| meter.at(done, all)).await?)
}

fn shown(story: &Story) -> String {
    let mut parts = vec![story.says.clone()];
    parts.extend(story.command.as_ref().map(command));
    if !story.steps.is_empty() {
        parts.push(steps(&story.steps));
    }
    parts.extend(story.recipients.iter().map(recipient));
    parts.extend(story.otherwise.iter().map(|other| format!("  otherwise: {other}")));
    parts.extend(
        story
            .read_until
            .map(|seq| format!("The log was read up to #{}: what came of it later is not told.", seq.0)),
    );
    parts.extend(story.next.as_ref().map(|next| format!("There is more: --after {next} goes on.")));
    parts.join("\n")
}

fn command(view: &CommandView) -> String {
    let CommandView { command, by, at, subject } = view;
    let subject = subject.as_deref().unwrap_or("(COMMANDS does not keep it any more)");
    format!("  c{} by {by} at {at}: {subject}", command.0)
}

fn recipient(story: &RecipientStory) -> String {
    let RecipientStory { to, state, channel, reason, gates, steps: its, otherwise } = story;
    let way = channel.as_ref().map_or_else(String::new, |channel| format!(", {channel}"));
    let why = reason.as_ref().map_or_else(String::new, |reason| format!(" ({reason})"));
    let mut parts = vec![format!("\n{to}: {state}{way}{why}")];
    if !gates.is_empty() {
        parts.push(indented(&table(
            &["looked at", "", "found", "because", "commit", "at"],
            &gates.iter().map(gate).collect::<Vec<_>>(),
        )));
    }
    parts.push(steps(its));
    parts.extend(otherwise.iter().map(|other| format!("  otherwise: {other}")));
    parts.join("\n")
}

fn gate(gate: &Gate) -> Vec<String> {
    let by = gate.seen.map_or_else(String::new, |seq| format!("#{}", seq.0));
    let open = if gate.open { "open" } else { "closed" };
    let since = gate.since.clone().unwrap_or_default();
    let because = gate.because.clone().unwrap_or_default();
    vec![gate.gate.clone(), open.to_owned(), gate.found.clone(), because, by, since]
}

fn steps(steps: &[StepView]) -> String {
    let row = |step: &StepView| {
        let after = step.after_ms.map_or_else(String::new, |ms| format!("+{ms} ms"));
        vec![format!("#{}", step.seq.0), step.at.clone(), after, step.says.clone()]
    };
    let rows: Vec<_> = steps.iter().map(row).collect();
    indented(&table(&["commit", "at", "after", "what happened"], &rows))
}

fn indented(text: &str) -> String {
    text.lines().map(|line| format!("  {line}")).collect::<Vec<_>>().join("\n")
}
