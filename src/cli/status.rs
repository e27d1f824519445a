//! `homing status`: which processes of Homing run, and how their roles are.

use std::time::Duration;

use futures_util::StreamExt;
use tokio::time::timeout;

use super::client::{Client, OPERATOR, nobody_answers};
use super::output::{Failure, Output};
use super::settings::Settings;
use super::table::{one_line, or_dash, table};
use crate::wire::status::ProcessView;
use crate::wire::subjects;

/// Show the running processes of Homing and their roles; one that failed says why, and is started again by itself
#[derive(Debug, clap::Args)]
pub(super) struct Args {}

/// After the last answer: processes answer at once, also far away.
const SILENCE: Duration = Duration::from_millis(500);
/// More processes than anybody runs.
const PROCESSES_MAX: usize = 1_000;

pub(super) async fn run(_args: Args, settings: &Settings, output: Output) -> Result<(), Failure> {
    let client = Client::connect(settings, OPERATOR).await?;
    let mut processes = asked(&client).await?;
    if processes.is_empty() {
        return Err(Failure::failed(nobody_answers("status").to_owned()));
    }
    processes.sort_by_key(|process| process.pid);
    output.result(&processes, || people(&processes));
    Ok(())
}

async fn asked(client: &Client) -> Result<Vec<ProcessView>, Failure> {
    let failed = |error: &dyn std::fmt::Display| Failure::failed(format!("could not ask: {error}"));
    let nats = client.log.client();
    let inbox = nats.new_inbox();
    let answers = nats.subscribe(inbox.clone()).await.map_err(|error| failed(&error))?;
    let subject = subjects::query(OPERATOR, "status");
    nats.publish_with_reply(subject, inbox, "".into()).await.map_err(|error| failed(&error))?;
    let (mut processes, mut answers) = (Vec::new(), answers.take(PROCESSES_MAX));
    while let Ok(Some(answer)) = timeout(SILENCE, answers.next()).await {
        // Where nobody listens the server says so, without a payload.
        processes.extend(serde_json::from_slice::<ProcessView>(&answer.payload));
    }
    Ok(processes)
}

fn people(processes: &[ProcessView]) -> String {
    let rows: Vec<_> = processes
        .iter()
        .flat_map(|process| {
            process.roles.iter().map(|role| {
                let why = role.why.as_deref().map(one_line);
                let (pid, role, state) = (process.pid.to_string(), role.role.clone(), role.state.clone());
                vec![pid, process.version.clone(), role, state, or_dash(why)]
            })
        })
        .collect();
    table(&["process", "version", "role", "state", "why"], &rows)
}
