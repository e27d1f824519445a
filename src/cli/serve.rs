//! `homing serve`: some parts of Homing, against any NATS.

use serde_json::json;

use super::output::{Failure, Output};
use super::roles::{self, DeciderArgs, Role, RoleSettings, Running};
use super::settings::Settings;
use super::smsc_settings::{self, SmsArgs};
use super::streams::must_be_as_declared;
use super::which_server;
use crate::log::Log;
use crate::server::Folder;

/// Run parts of Homing against a NATS server or cluster; any number of processes may
///
/// Of several deciders one writes and the others stand by; of the other roles each process takes a share.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// What to run here
    #[arg(long, value_enum, value_delimiter = ',', default_values_t = roles::ALL)]
    roles: Vec<Role>,
    /// Copies of each stream: 3 on a cluster [default: 1 where it is created, any where it exists]
    #[arg(long)]
    replicas: Option<usize>,
    #[command(flatten)]
    decider: DeciderArgs,
    #[command(flatten)]
    sms: SmsArgs,
}

pub(super) async fn run(args: Args, settings: &Settings, output: Output) -> Result<(), Failure> {
    settings.start_log("info,async_nats=warn");
    let stopping = roles::asked_to_stop();
    tokio::pin!(stopping);
    which_server::must_not_be_tuned(settings)?;
    let sms = smsc_settings::settle(args.sms, &settings.sms)?;
    let of_roles = RoleSettings { sms, keep_commands: args.decider.settle(settings) };
    let data = settings.data()?;
    let _folder = Folder::claim(&data, &crate::log::clock::now().to_string())?;
    let at = &settings.address()?;
    let log = Log::at(at, "streams").await?;
    log.must_be_of_this_layout().await?;
    must_be_as_declared(&log.provision(true, args.replicas).await?)?;
    let mut running = Running::start(at, &data, &args.roles, &of_roles).await?;
    tokio::select! {
        ready = running.ready(at, &args.roles) => ready?,
        () = &mut stopping => {
            running.stop().await;
            return Ok(());
        }
    }
    let ready = json!({ "ready": true, "nats": at.to_string() });
    output.result(&ready, || format!("Homing serves {at}. Ctrl-C stops it."));
    tokio::select! {
        () = &mut stopping => {
            running.stop().await;
            Ok(())
        }
        fault = running.failed() => {
            running.stop().await;
            Err(fault.into())
        }
    }
}
