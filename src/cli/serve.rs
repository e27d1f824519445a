//! `homing serve`: some parts of Homing, against any NATS.

use std::path::Path;

use serde_json::json;

use super::output::{Failure, Output};
use super::roles::{self, DeciderArgs, Role, RoleSettings, Running};
use super::settings::Settings;
use super::smsc_settings::{self, SmsArgs};
use super::source;
use super::streams::must_be_as_declared;
use super::up::UNPROTECTED;
use super::which_server;
use crate::gate;
use crate::log::{Log, NatsUrl};
use crate::server::{Folder, Keys};
use crate::wire::subjects;

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
    let data = settings.data()?;
    source::must_be_no_import(&data)?;
    let _folder = Folder::claim(&data, &crate::log::clock::now().to_string())?;
    let (at, gate) = signed_in(settings.address()?, &data, &args.roles)?;
    let (at, of_roles) = (&at, RoleSettings { sms, keep_commands: args.decider.settle(settings), gate });
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
    let gated = args.roles.contains(&Role::Gate);
    output.result(&ready, || match gated {
        true => format!("Homing serves {at}, and lets people in. Ctrl-C stops it."),
        false => format!("Homing serves {at}. {UNPROTECTED}\nCtrl-C stops it."),
    });
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

/// As whom the roles connect. With the gate it is the key that the server's configuration names for Homing, unless somebody says
/// who we are. A role that runs alone has an inbox of its own, so that its credential need not reach further.
fn signed_in(
    address: NatsUrl,
    data: &Path,
    roles: &[Role],
) -> Result<(NatsUrl, Option<gate::Settings>), Failure> {
    let address = match roles {
        [role] => address.with_inbox(&subjects::part_inbox_prefix(&roles::name(*role))),
        _ => address,
    };
    if !roles.contains(&Role::Gate) {
        return Ok((address, None));
    }
    let keys = Keys::at(data)?;
    let system = address.clone().with_nkey(&keys.system()?);
    let gate = gate::Settings { system, issuer: keys.issuer()? };
    let own = if address.says_who() { address } else { address.with_nkey(&keys.homing()?) };
    Ok((own, Some(gate)))
}
