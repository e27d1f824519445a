//! `homing up`: everything, with a nats-server of its own.

use std::path::{Path, PathBuf};
use std::time::Duration;

use serde_json::json;
use tokio::time::sleep;
use tracing::{info, warn};

use super::backoff::Backoff;
use super::output::{Failure, Output};
use super::roles::{self, DeciderArgs, RoleSettings, Running};
use super::settings::{Said, Settings};
use super::smsc_settings::{self, SmsArgs};
use super::streams::must_be_as_declared;
use super::which_server::{self, Server};
use crate::log::{Fault, Log, NatsUrl, clock};
use crate::server::{self, Folder, Managed, ServerOptions, Sync};

/// Run everything, with a managed nats-server (or with the one that --nats names)
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The port for NATS clients on 127.0.0.1; 0 picks a free one [default: 4222]
    #[arg(long, value_name = "PORT")]
    nats_port: Option<u16>,
    /// Where the web console listens, or `off`; this version has none yet
    #[arg(long, value_name = "ADDRESS", default_value = "off")]
    http: String,
    #[command(flatten)]
    decider: DeciderArgs,
    #[command(flatten)]
    sms: SmsArgs,
}

pub(crate) async fn run(args: Args, settings: &Settings, output: Output) -> Result<(), Failure> {
    settings.start_log("info,async_nats=warn");
    let stopping = roles::asked_to_stop();
    tokio::pin!(stopping);
    if args.http != "off" {
        warn!("this version has no web console; nothing listens on {}", args.http);
    }
    let sms = smsc_settings::settle(args.sms, &settings.sms)?;
    let of_roles = RoleSettings { sms, keep_commands: args.decider.settle(settings) };
    let data = settings.data()?;
    let server = which_server::of_up(settings, args.nats_port, &data)?;
    let starting = Whole::start_in(&data, server, settings.sync(), &of_roles, output);
    let mut whole = tokio::select! {
        started = starting => started?,
        () = &mut stopping => return Ok(()),
    };
    let ready = json!({ "ready": true, "nats": whole.address().to_string() });
    output.result(&ready, || whole.greeting(settings));
    tokio::select! {
        () = &mut stopping => whole.stop().await,
        failure = whole.failed() => {
            whole.stop().await?;
            Err(failure)
        }
    }
}

/// Homing with its server, as `up`, the demo and the benches run it.
pub(crate) struct Whole {
    _folder: Folder,
    options: ServerOptions,
    server: Option<Managed>,
    /// Of a managed server.
    backoff: Backoff,
    address: NatsUrl,
    running: Running,
}

impl Whole {
    /// Starts everything on a data folder that nobody else uses.
    pub(crate) async fn start_in(
        data: &Path,
        which: Server<'_>,
        sync: Sync,
        settings: &RoleSettings,
        output: Output,
    ) -> Result<Whole, Failure> {
        let folder = Folder::claim(data, &clock::now().to_string())?;
        let data = folder.path().to_owned();
        let (named, port) = match which {
            Server::Own(port) => (None, port),
            Server::Named(named) => (Some(named), 0),
        };
        let options = ServerOptions { data: data.clone(), port, sync, launcher: launcher()? };
        let (mut server, address) = match named {
            Some(named) => (None, named.value.clone()),
            None => {
                let server = server::start(options.clone(), &|text| output.progress(text)).await?;
                let address = server.url().parse()?;
                (Some(server), address)
            }
        };
        let log = Log::at(&address, "streams").await.map_err(|fault| away(&fault, named))?;
        log.must_be_of_this_layout().await?;
        must_be_as_declared(&log.provision(true, None).await?)?;
        let mut running = Running::start(&address, &data, &roles::ALL, settings).await?;
        match &mut server {
            Some(server) => tokio::select! {
                ready = running.ready(&address, &roles::ALL) => ready?,
                ended = server.exited() => return Err(Failure::failed(ended.to_string())),
            },
            None => running.ready(&address, &roles::ALL).await?,
        }
        let backoff = Backoff::new(Duration::ZERO);
        Ok(Whole { _folder: folder, options, server, backoff, address, running })
    }

    pub(crate) fn address(&self) -> &NatsUrl {
        &self.address
    }

    /// Resolves when a part has failed for good. A managed server that dies is started again.
    pub(crate) async fn failed(&mut self) -> Failure {
        loop {
            let Some(server) = &mut self.server else { return self.running.failed().await.into() };
            let ended = tokio::select! {
                fault = self.running.failed() => return fault.into(),
                ended = server.exited() => ended,
            };
            let pause = self.backoff.pause();
            warn!(%ended, again_in = ?pause, "nats-server has ended; starting it again");
            sleep(pause).await;
            self.backoff.begins();
            let port = server.port();
            let again =
                server::start(ServerOptions { port, ..self.options.clone() }, &|text| info!("{text}")).await;
            match again {
                Ok(server) => self.server = Some(server),
                Err(fault) => {
                    self.server = None;
                    return fault.into();
                }
            }
        }
    }

    pub(crate) async fn stop(self) -> Result<(), Failure> {
        self.running.stop().await;
        match self.server {
            Some(server) => Ok(server.stop().await?),
            None => Ok(()),
        }
    }

    fn greeting(&self, settings: &Settings) -> String {
        let promise = match (settings.named().ok().flatten(), settings.sync()) {
            (Some(named), _) => format!(
                "It uses the server that {} names, and starts none. What an acknowledgement promises is that server's \
                 sync_interval.",
                which_server::by_what(named)
            ),
            (None, Sync::Always) => "What is acknowledged is on disk: it survives power loss.".to_owned(),
            (None, Sync::Off) => {
                "What is acknowledged survives the death of any process; power loss may take the last two minutes.".to_owned()
            }
            (None, every @ Sync::Every(_)) => {
                format!("What is acknowledged survives the death of any process; power loss may take the last {every}.")
            }
        };
        format!(
            "Homing is up: {} (data in {}).\n{promise}\nCtrl-C stops it.",
            self.address,
            self.options.data.display()
        )
    }
}

/// Who did not know that a server is named is told.
fn away(fault: &Fault, named: Option<&Said<NatsUrl>>) -> Failure {
    let told = named.map(|named| {
        format!("\n{} names that server, so none is started here.", which_server::by_what(named))
    });
    Failure::failed(format!("{fault}{}", told.unwrap_or_default()))
}

/// The program that starts the server: ourselves.
fn launcher() -> Result<PathBuf, Failure> {
    std::env::current_exe()
        .map_err(|error| Failure::failed(format!("could not find this program's own file: {error}")))
}
