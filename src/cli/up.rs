//! `homing up`: everything, with a nats-server of its own.

use std::path::{Path, PathBuf};

use serde_json::json;
use tracing::{info, warn};

use super::output::{Failure, Output};
use super::roles::{self, Running};
use super::settings::Settings;
use super::smsc_settings::{self, SmsArgs};
use super::streams::must_be_as_declared;
use crate::log::server::{self, Folder, Managed, ServerOptions, Sync};
use crate::log::{Log, clock};
use crate::sms;

/// Run everything, with a managed nats-server (or with the one that --nats names)
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The port for NATS clients on 127.0.0.1; 0 picks a free one [default: 4222]
    #[arg(long, value_name = "PORT")]
    nats_port: Option<u16>,
    /// Where the web console listens, or `off`; this version has none yet
    #[arg(long, value_name = "ADDRESS", default_value = "off")]
    http: String,
    #[command(flatten)]
    sms: SmsArgs,
}

pub(super) async fn run(args: Args, settings: &Settings, output: Output) -> Result<(), Failure> {
    settings.start_log("info,async_nats=warn");
    let stopping = roles::asked_to_stop();
    tokio::pin!(stopping);
    if args.http != "off" {
        warn!("this version has no web console; nothing listens on {}", args.http);
    }
    let sms = smsc_settings::settle(args.sms, &settings.sms)?;
    let data = settings.data()?;
    let starting = Whole::start_in(
        &data,
        settings.nats.as_deref(),
        settings.sync,
        args.nats_port.unwrap_or(settings.nats_port()),
        &sms,
        output,
    );
    let mut whole = tokio::select! {
        started = starting => started?,
        () = &mut stopping => return Ok(()),
    };
    output.result(&json!({ "ready": true, "nats": whole.url() }), || whole.greeting(settings.sync));
    tokio::select! {
        () = &mut stopping => whole.stop().await,
        failure = whole.failed() => {
            whole.stop().await?;
            Err(failure)
        }
    }
}

/// Homing with its server, as `up`, the demo and the benches run it.
pub(super) struct Whole {
    _folder: Folder,
    options: ServerOptions,
    server: Option<Managed>,
    url: String,
    running: Running,
}

impl Whole {
    /// Starts everything on a data folder that nobody else uses.
    pub(super) async fn start_in(
        data: &Path,
        nats: Option<&str>,
        sync: Sync,
        port: u16,
        sms: &sms::Settings,
        output: Output,
    ) -> Result<Whole, Failure> {
        let folder = Folder::claim(data, &clock::now().to_string())?;
        let data = folder.path().to_owned();
        let options = ServerOptions { data: data.clone(), port, sync, launcher: launcher()? };
        let server = match nats {
            Some(_) => None,
            None => Some(server::start(options.clone(), &|text| output.progress(text)).await?),
        };
        let url = nats.map(str::to_owned).or_else(|| server.as_ref().map(Managed::url)).unwrap_or_default();
        must_be_as_declared(&Log::connect(&url, "streams").await?.provision(true, None).await?)?;
        let mut running = Running::start(&url, &data, &roles::ALL, sms).await?;
        running.ready(&url, &roles::ALL).await?;
        Ok(Whole { _folder: folder, options, server, url, running })
    }

    pub(super) fn url(&self) -> &str {
        &self.url
    }

    /// Resolves when a part has failed for good. A managed server that dies is started again.
    pub(super) async fn failed(&mut self) -> Failure {
        loop {
            let Some(server) = &mut self.server else { return self.running.failed().await.into() };
            let ended = tokio::select! {
                fault = self.running.failed() => return fault.into(),
                ended = server.exited() => ended,
            };
            warn!(%ended, "nats-server has ended; starting it again");
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

    pub(super) async fn stop(self) -> Result<(), Failure> {
        self.running.stop().await;
        match self.server {
            Some(server) => Ok(server.stop().await?),
            None => Ok(()),
        }
    }

    fn greeting(&self, sync: Sync) -> String {
        let promise = match (&self.server, sync) {
            (None, _) => "What an acknowledgement promises is your server's sync_interval.".to_owned(),
            (Some(_), Sync::Always) => "What is acknowledged is on disk: it survives power loss.".to_owned(),
            (Some(_), Sync::Off) => {
                "What is acknowledged survives the death of any process; power loss may take the last two minutes.".to_owned()
            }
            (Some(_), every @ Sync::Every(_)) => {
                format!("What is acknowledged survives the death of any process; power loss may take the last {every}.")
            }
        };
        format!(
            "Homing is up: {} (data in {}).\n{promise}\nCtrl-C stops it.",
            self.url,
            self.options.data.display()
        )
    }
}

/// The program that starts the server: ourselves.
fn launcher() -> Result<PathBuf, Failure> {
    std::env::current_exe()
        .map_err(|error| Failure::failed(format!("could not find our own program: {error}")))
}
