//! `homing bench`: the figures that we promise, measured here and now beside raw NATS.

mod apart;
mod behind_gate;
mod bystander;
mod campaign;
mod crowd;
mod debugger;
mod ears;
mod ends;
mod fanout;
mod flow;
mod lags;
mod latency;
mod load;
mod login;
mod memory;
mod noisy;
mod pipeline;
mod raw;
mod read_models;
mod recorded;
mod report;
mod scratch;
mod seed;
mod sms;
mod smsc;
mod snapshot;
mod soak;
mod startup;
mod throughput;
mod timers;
mod world;

use crate::cli::output::{Failure, Output};
use crate::cli::settings::Settings;
use crate::cli::which_server;

/// Measure Homing beside raw NATS, on this machine, in a temporary data folder; or make a long log to try things on
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, clap::Subcommand)]
enum What {
    Campaign(campaign::Args),
    Debugger(debugger::Args),
    Fanout(fanout::Args),
    Login(login::Args),
    Noisy(noisy::Args),
    Pipeline(pipeline::Args),
    Seed(seed::Args),
    Sms(sms::Args),
    Snapshot(snapshot::Args),
    Soak(soak::Args),
    Timers(timers::Args),
}

pub(super) async fn run(args: Args, settings: &Settings, output: Output) -> Result<(), Failure> {
    settings.start_client_log_with("error");
    which_server::must_not_be_named(settings)?;
    match args.what {
        What::Campaign(args) => campaign::run(&args, settings, output).await,
        What::Debugger(args) => debugger::run(&args, settings, output).await,
        What::Fanout(args) => fanout::run(&args, settings, output).await,
        What::Login(args) => login::run(&args, settings, output).await,
        What::Noisy(args) => noisy::run(&args, settings, output).await,
        What::Pipeline(args) => pipeline::run(&args, settings, output).await,
        What::Seed(args) => seed::run(&args, settings, output).await,
        What::Sms(args) => sms::run(&args, settings, output).await,
        What::Snapshot(args) => snapshot::run(&args, settings, output).await,
        What::Soak(args) => soak::run(&args, settings, output).await,
        What::Timers(args) => timers::run(&args, settings, output).await,
    }
}
