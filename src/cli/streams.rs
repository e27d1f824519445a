//! `homing streams`: what exists on the server, held against what is declared in `streams/`.

use serde_json::json;

use super::output::{Failure, Output};
use super::settings::Settings;
use crate::decider::{self, Plan};
use crate::log::{Finding, FindingState, Log};

/// Compare the server's streams and consumers with the declared ones, or create what is missing
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[command(subcommand)]
    what: What,
    /// Copies of each stream: 3 on a cluster [default: 1 where it is created, any where it exists]
    #[arg(long, global = true)]
    replicas: Option<usize>,
}

#[derive(Debug, Clone, Copy, clap::Subcommand)]
enum What {
    /// Report what is missing and what differs; change nothing
    Check,
    /// Create what is missing; report what differs
    Apply,
    /// Say what would be done where COMMANDS does not fit to EVENTS, and do it with --yes
    ///
    /// COMMANDS was made anew, restored from another backup than EVENTS, cut by a power loss, or trimmed too far: Homing then
    /// decides nothing. Its numbers go on behind the gap, and commands that were never decided are stored again. Stop every
    /// `homing serve` that decides before this.
    Repair {
        /// Do it
        #[arg(long)]
        yes: bool,
    },
}

pub(super) async fn run(args: Args, settings: &Settings, output: Output) -> Result<(), Failure> {
    settings.start_client_log();
    let log = Log::at(&settings.as_client()?, "streams").await?;
    let create = match args.what {
        What::Check => false,
        What::Apply => true,
        What::Repair { yes } => return repair(&log, yes, output).await,
    };
    let findings = log.provision(create, args.replicas).await?;
    output.result(&findings, || findings.iter().map(line).collect::<Vec<_>>().join("\n"));
    let wrong = |finding: &&Finding| matches!(finding.state, FindingState::Missing | FindingState::Differs);
    match findings.iter().filter(wrong).count() {
        0 => Ok(()),
        count => Err(Failure::failed(format!("{count} of {} are not as declared", findings.len()))),
    }
}

async fn repair(log: &Log, yes: bool, output: Output) -> Result<(), Failure> {
    let plan = Plan::of(log).await?;
    let found = plan.as_ref().map_or_else(|| "COMMANDS fits to EVENTS".to_owned(), ToString::to_string);
    if yes {
        // Where nothing is wrong this opens what a repair that was interrupted may have left closed.
        let again = decider::repair(log).await?;
        let done = json!({ "plan": plan, "done": true, "stored_again": again });
        output.result(&done, || format!("{found}\nDone: {again} commands were stored again."));
        return Ok(());
    }
    output.result(&json!({ "plan": plan, "done": false }), || found);
    match plan {
        None => Ok(()),
        Some(_) => Err(Failure::failed("nothing was done; `homing streams repair --yes` does it".to_owned())),
    }
}

/// Refuses to go on where something differs from its declaration.
pub(super) fn must_be_as_declared(findings: &[Finding]) -> Result<(), Failure> {
    let differing: Vec<String> =
        findings.iter().filter(|finding| finding.state == FindingState::Differs).map(line).collect();
    if differing.is_empty() {
        return Ok(());
    }
    Err(Failure::failed(format!(
        "what exists on the server was changed by hand, or is another version's:\n{}\nPut it right with the nats CLI, \
         as in `nats stream edit EVENTS --config streams/EVENTS.json` or `nats consumer edit EVENTS scheduler --config \
         streams/EVENTS/scheduler.json`, or use another server.",
        differing.join("\n")
    )))
}

fn line(finding: &Finding) -> String {
    let state = match finding.state {
        FindingState::Missing => "missing",
        FindingState::Created => "created",
        FindingState::Updated => "updated",
        FindingState::AsDeclared => "as declared",
        FindingState::Differs => "differs",
    };
    let differences = finding.differences.iter().map(|difference| format!("\n    {difference}"));
    format!("  {:<20} {state}{}", finding.name, differences.collect::<String>())
}
