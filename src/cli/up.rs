//! `homing up`: everything, with a nats-server of its own.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use serde_json::json;
use tokio::time::sleep;
use tracing::{info, warn};

use super::backoff::Backoff;
use super::client::OPERATOR;
use super::context;
use super::output::{Failure, Output};
use super::roles::{self, DeciderArgs, Role, RoleSettings, Running};
use super::settings::{Said, Settings};
use super::smsc_settings::{self, SmsArgs};
use super::source;
use super::streams::must_be_as_declared;
use super::which_server::{self, Server};
use crate::gate;
use crate::log::{Fault, Log, NatsUrl, Tls, clock};
use crate::server::{self, Certificate, Folder, Keys, Managed, ServerOptions, Sync};

/// Run everything, with a managed nats-server (or with the one that --nats names)
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The port for NATS clients on 127.0.0.1; 0 picks a free one [default: 4222]
    #[arg(long, value_name = "PORT")]
    nats_port: Option<u16>,
    /// Where the web console listens, or `off`; this version has none yet
    #[arg(long, value_name = "ADDRESS", default_value = "off")]
    http: String,
    /// No gate: whoever reaches the port may do everything (it listens on 127.0.0.1 alone)
    #[arg(long)]
    open: bool,
    /// The managed server's certificate (PEM), which names 127.0.0.1: it speaks TLS then
    #[arg(long, value_name = "FILE", requires = "tls_key")]
    tls_cert: Option<PathBuf>,
    /// The key of that certificate
    #[arg(long, value_name = "FILE", requires = "tls_cert")]
    tls_key: Option<PathBuf>,
    /// Who signs clients' certificates (PEM): the managed server takes no client without one
    #[arg(long, value_name = "FILE", requires = "tls_cert")]
    tls_client_ca: Option<PathBuf>,
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
    let of_roles = RoleSettings { sms, keep_commands: args.decider.settle(settings), gate: None };
    let data = settings.data()?;
    source::must_be_no_import(&data)?;
    let server = which_server::of_up(settings, args.nats_port, &data)?;
    let certificate = args.tls_cert.zip(args.tls_key);
    let certificate = certificate.map(|files| certificate_of(files, args.tls_client_ca)).transpose()?;
    if let (Server::Named(_), Some(_)) = (&server, &certificate) {
        return Err(Failure::usage(
            "--tls-cert is meant for a nats-server that Homing runs itself: leave it out".to_owned(),
        ));
    }
    let door = if args.open { Door::Open } else { Door::Gate };
    let door = (server, door, certificate);
    let starting = Whole::start_in(&data, door, settings.sync(), of_roles, output);
    let mut whole = tokio::select! {
        started = starting => started?,
        () = &mut stopping => return Ok(()),
    };
    let mut ready = json!({ "ready": true, "nats": whole.address().to_string() });
    if let (Some(keys), Some(ready)) = (&whole.options.keys, ready.as_object_mut()) {
        ready.insert("admin_user".to_owned(), json!(OPERATOR));
        ready.insert("admin_password_file".to_owned(), json!(keys.admin_password_file()));
        ready.insert("nats_context".to_owned(), json!(context::file(&whole.options.data)));
    }
    output.result(&ready, || whole.greeting(settings));
    tokio::select! {
        () = &mut stopping => whole.stop().await,
        failure = whole.failed() => {
            whole.stop().await?;
            Err(failure)
        }
    }
}

/// Who may come in to a server of our own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Door {
    /// Whoever is known.
    Gate,
    /// Everybody on this machine.
    Open,
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
        (which, door, mut certificate): (Server<'_>, Door, Option<Certificate>),
        sync: Sync,
        mut settings: RoleSettings,
        output: Output,
    ) -> Result<Whole, Failure> {
        let folder = Folder::claim(data, &clock::now().to_string())?;
        let data = folder.path().to_owned();
        let (named, port) = match which {
            Server::Own(port) => (None, port),
            Server::Named(named) => (Some(named), 0),
        };
        let keys = match (named, door) {
            (None, Door::Gate) => Some(Arc::new(Keys::of(&data)?)),
            (None, Door::Open) | (Some(_), _) => None,
        };
        let shown =
            certificate.as_mut().map(|asked| server::ask_clients(&data, asked)).transpose()?.flatten();
        let tls = Tls {
            ca: certificate.as_ref().map(|certificate| certificate.cert.clone()),
            own: shown.map(|own| (own.cert, own.key)),
        };
        let launcher = launcher()?;
        let options = ServerOptions { data: data.clone(), port, sync, keys, certificate, launcher };
        let (mut server, address) = match named {
            Some(named) => (None, named.value.clone()),
            None => {
                let server = server::start(options.clone(), &|text| output.progress(text)).await?;
                let mut address: NatsUrl = server.url().parse()?;
                context::write(&data, &address, options.keys.as_deref(), &tls)?;
                address = address.with_tls(tls);
                (Some(server), address)
            }
        };
        let mut roles = roles::ALL.to_vec();
        let own = match options.keys.as_deref() {
            Some(keys) => {
                roles.push(Role::Gate);
                let system = address.clone().with_nkey(&keys.system()?);
                settings.gate = Some(gate::Settings { system, issuer: keys.issuer()? });
                address.clone().with_nkey(&keys.homing()?)
            }
            None => address.clone(),
        };
        let log = Log::at(&own, "streams").await.map_err(|fault| away(&fault, named, &options))?;
        log.must_be_of_this_layout().await?;
        must_be_as_declared(&log.provision(true, None).await?)?;
        let mut running = Running::start(&own, &data, &roles, &settings).await?;
        match &mut server {
            Some(server) => tokio::select! {
                ready = running.ready(&own, &roles) => ready?,
                ended = server.exited() => return Err(Failure::failed(ended.to_string())),
            },
            None => running.ready(&own, &roles).await?,
        }
        let backoff = Backoff::new(Duration::ZERO);
        Ok(Whole { _folder: folder, options, server, backoff, address, running })
    }

    /// Where it is, for whoever says who they are.
    pub(crate) fn address(&self) -> &NatsUrl {
        &self.address
    }

    /// The same, as the operator.
    pub(crate) fn as_operator(&self) -> NatsUrl {
        match &self.options.keys {
            Some(keys) => self.address.clone().with_password(OPERATOR, keys.admin_password()),
            None => self.address.clone(),
        }
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
        let door = match (&self.options.keys, &self.server) {
            (Some(keys), _) => format!(
                "Who connects needs a name and a password: `homing user passwd`. You are the operator: `homing` finds the key by itself, nats by\n\
                 --context {}; the password of {OPERATOR} is in {}.",
                context::file(&self.options.data).display(),
                keys.admin_password_file().display()
            ),
            (None, Some(_)) => {
                "It is open (--open): whoever reaches this port of 127.0.0.1 may do everything.".to_owned()
            }
            (None, None) => UNPROTECTED.to_owned(),
        };
        format!(
            "Homing is up: {} (data in {}).\n{promise}\n{door}\nCtrl-C stops it.",
            self.address,
            self.options.data.display()
        )
    }
}

/// Of a server that Homing did not configure.
pub(super) const UNPROTECTED: &str = "No gate runs in this process: who may speak for whom is up to that server's permissions, or to a gate that runs elsewhere.";

/// The server runs in another folder.
fn certificate_of(
    (cert, key): (PathBuf, PathBuf),
    client_ca: Option<PathBuf>,
) -> Result<Certificate, Failure> {
    let whole = |file: &Path| {
        file.canonicalize().map_err(|error| Failure::usage(format!("{}: {error}", file.display())))
    };
    let client_ca = client_ca.as_deref().map(whole).transpose()?;
    Ok(Certificate { cert: whole(&cert)?, key: whole(&key)?, client_ca })
}

/// Who did not know that a server is named is told, and of which file the server's certificate is.
fn away(fault: &Fault, named: Option<&Said<NatsUrl>>, options: &ServerOptions) -> Failure {
    let failure = Failure::failed(fault.to_string());
    match (named, &options.certificate) {
        (Some(named), _) => {
            let by = which_server::by_what(named);
            failure.and(&format!("{by} names that server, so none is started here."))
        }
        (None, Some(Certificate { cert, .. })) => failure.and(&format!(
            "Its certificate is {}, which --tls-cert names: it is to be for 127.0.0.1, no authority's own, and followed in that file by \
             the certificate of who signed it, where it does not sign itself.",
            cert.display()
        )),
        (None, None) => failure,
    }
}

/// The program that starts the server: ourselves.
fn launcher() -> Result<PathBuf, Failure> {
    std::env::current_exe()
        .map_err(|error| Failure::failed(format!("could not find this program's own file: {error}")))
}
