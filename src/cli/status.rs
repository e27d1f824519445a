//! `homing status`: which processes of Homing run, and how their roles are.

use bytes::Bytes;

use super::client::{Client, OPERATOR, nobody_answers};
use super::output::{Failure, Output};
use super::settings::Settings;
use super::table::{one_line, or_dash, table};
use crate::wire::status::ProcessView;

/// Show the running processes of Homing and their roles; one that failed says why, and is started again by itself
#[derive(Debug, clap::Args)]
pub(super) struct Args {}

pub(super) async fn run(_args: Args, settings: &Settings, output: Output) -> Result<(), Failure> {
    let client = Client::connect(settings, OPERATOR).await?;
    let mut processes: Vec<ProcessView> = client.answers("status", Bytes::new()).await?;
    if processes.is_empty() {
        return Err(Failure::failed(nobody_answers("status").to_owned()));
    }
    processes.sort_by(|one, other| (&one.host, one.pid).cmp(&(&other.host, other.pid)));
    output.result(&processes, || people(&processes));
    Ok(())
}

fn people(processes: &[ProcessView]) -> String {
    let rows: Vec<_> = processes
        .iter()
        .flat_map(|process| {
            process.roles.iter().map(|role| {
                let why = role.why.as_deref().map(one_line);
                let (host, pid) = (process.host.clone(), process.pid.to_string());
                let (role, state) = (role.role.clone(), role.state.clone());
                vec![host, pid, process.version.clone(), role, state, or_dash(why)]
            })
        })
        .collect();
    table(&["host", "process", "version", "role", "state", "why"], &rows)
}
