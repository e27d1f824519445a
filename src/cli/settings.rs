//! Settings by flag, environment and configuration file, in that order.

use std::path::{Path, PathBuf};

use clap::parser::ValueSource;
use clap::{ArgMatches, Args};
use serde::Deserialize;
use tracing_subscriber::EnvFilter;

use super::context;
use super::credentials::Credentials;
use super::output::Failure;
use super::smsc_settings::SmsFile;
use super::source;
use crate::decider::KeepCommands;
use crate::log::{DENIED_TARGET, Fault, NatsUrl};
use crate::server::Sync;
use crate::sms::OnUnknown;
use crate::words::Span;

/// What every subcommand takes.
#[derive(Debug, Args)]
#[command(next_help_heading = "For every command")]
pub(crate) struct Global {
    /// The NATS server to use [default: that of the data folder, else nats://127.0.0.1:4222; `up` and `demo` run their own]
    // Read in `load`: clap's own errors show the value, which may hold a password.
    #[arg(long, global = true, env = "NATS_URL", value_name = "URL", hide_env_values = true)]
    nats: Option<String>,
    #[command(flatten)]
    credentials: Credentials,
    /// Where Homing keeps its files [default: the platform's data folder]
    #[arg(long, global = true, env = "HOMING_DATA", value_name = "FOLDER")]
    pub(crate) data: Option<PathBuf>,
    /// When the managed server syncs a write to disk: always, off, or an interval as in 500ms [default: always]
    #[arg(long, global = true, env = "HOMING_SYNC", value_name = "WHEN")]
    pub(crate) sync: Option<Sync>,
    /// A TOML file with the keys nats, data, sync, nats_port, keep_commands, log, user, service_number, region, sms_unknown and query_after, and a
    /// table [[smsc]] for each SMSC
    #[arg(long, global = true, env = "HOMING_CONFIG", value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
    /// What to log to standard error, as in `info` or `homing=debug` [default: warn; `up` and `serve`: info]
    #[arg(long, global = true, env = "HOMING_LOG", value_name = "FILTER")]
    pub(crate) log: Option<String>,
    /// Print JSON, for programs
    #[arg(long, global = true)]
    pub(crate) json: bool,
}

/// The keys of the configuration file.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    nats: Option<String>,
    data: Option<PathBuf>,
    sync: Option<String>,
    nats_port: Option<u16>,
    keep_commands: Option<KeepCommands>,
    log: Option<String>,
    user: Option<String>,
    #[serde(default)]
    smsc: Vec<toml::Table>,
    service_number: Option<String>,
    region: Option<String>,
    sms_unknown: Option<OnUnknown>,
    query_after: Option<Span>,
}

/// Where a setting comes from; the first that has one decides.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Origin {
    Flag,
    Environment,
    File,
}

/// A setting, and who made it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Said<T> {
    pub(crate) value: T,
    pub(crate) by: Origin,
}

impl<T> Said<T> {
    fn new(flag: Option<T>, source: Option<ValueSource>, file: Option<T>) -> Option<Said<T>> {
        let by = if source == Some(ValueSource::CommandLine) { Origin::Flag } else { Origin::Environment };
        let flag = flag.map(|value| Said { value, by });
        flag.or(file.map(|value| Said { value, by: Origin::File }))
    }
}

/// What was settled.
#[derive(Debug)]
pub(crate) struct Settings {
    /// The server that was named, where one was. What cannot be read is told to those who need it.
    nats: Result<Option<Said<NatsUrl>>, Failure>,
    credentials: Credentials,
    /// The data folder that was named, where one was.
    data: Option<PathBuf>,
    /// For a managed server, where somebody said so.
    pub(crate) said_sync: Option<Said<Sync>>,
    /// For a managed server, in the file.
    pub(crate) nats_port: Option<u16>,
    /// Of the decider, in the file.
    pub(crate) keep_commands: Option<KeepCommands>,
    /// Who a client is, where no `--user` says so.
    pub(crate) user: Option<String>,
    log: Option<String>,
    /// What the file says of SMS.
    pub(crate) sms: SmsFile,
}

pub(crate) const NATS_PORT_DEFAULT: u16 = 4222;

impl Settings {
    /// `matches` tells flags from the environment.
    pub(crate) fn load(global: Global, matches: &ArgMatches) -> Result<Settings, Failure> {
        let file = match &global.config {
            Some(path) => read(path)?,
            None => File::default(),
        };
        let from_file = file.sync.as_deref().map(str::parse).transpose();
        let from_file =
            from_file.map_err(|error: crate::server::NotASync| Failure::usage(error.to_string()))?;
        let source = matches.value_source("nats");
        // An empty variable of the environment names nothing.
        let named = global.nats.filter(|url| !url.is_empty() || source == Some(ValueSource::CommandLine));
        let log = global.log.or(file.log);
        if let Some(Err(why)) = log.as_deref().map(EnvFilter::try_new) {
            return Err(Failure::usage(format!(
                "--log, HOMING_LOG or `log`: {why}; say `debug` or `homing=debug`"
            )));
        }
        Ok(Settings {
            nats: Said::new(named, source, file.nats)
                .map(address)
                .transpose()
                .and_then(|named| named.map(|named| signed_in(named, &global.credentials)).transpose()),
            credentials: global.credentials,
            data: global.data.or(file.data),
            said_sync: Said::new(global.sync, matches.value_source("sync"), from_file),
            nats_port: file.nats_port,
            keep_commands: file.keep_commands,
            user: file.user,
            log,
            sms: SmsFile {
                smsc: file.smsc,
                service_number: file.service_number,
                region: file.region,
                sms_unknown: file.sms_unknown,
                query_after: file.query_after,
            },
        })
    }

    /// The server that was named, where one was.
    pub(crate) fn named(&self) -> Result<Option<&Said<NatsUrl>>, Failure> {
        self.nats.as_ref().map(Option::as_ref).map_err(Clone::clone)
    }

    /// The server that clients use: where none is named, that of the data folder. Whoever says nothing of who they are is the
    /// operator of the Homing whose data folder this is, where its server is meant.
    pub(crate) fn as_client(&self) -> Result<NatsUrl, Failure> {
        if let Some(data) = self.unnamed_data() {
            source::must_be_no_import(&data)?;
        }
        let address = match self.of_data() {
            Some((_, address)) => self.credentials.sign_in(address)?,
            None => self.address()?,
        };
        Ok(match self.data() {
            Ok(data) => context::sign_in(&data, self.data.is_some(), address),
            Err(_) => address,
        })
    }

    /// What names the server that clients use, where neither a setting does nor the default.
    pub(crate) fn named_by_data(&self) -> Option<PathBuf> {
        self.of_data().map(|(file, _)| file)
    }

    /// The server of the data folder, and the file that says where it is; a port of 0 in the configuration names none.
    fn of_data(&self) -> Option<(PathBuf, NatsUrl)> {
        let data = self.unnamed_data()?;
        Some((context::file(&data), context::address(&data)?))
    }

    /// The data folder, where nothing names a server.
    pub(crate) fn unnamed_data(&self) -> Option<PathBuf> {
        let unnamed = matches!(self.nats, Ok(None)) && matches!(self.nats_port, None | Some(0));
        self.data().ok().filter(|_| unnamed)
    }

    /// The server that `serve` uses.
    pub(crate) fn address(&self) -> Result<NatsUrl, Failure> {
        match self.named()? {
            Some(named) => Ok(named.value.clone()),
            None => {
                let own = format!("nats://127.0.0.1:{}", self.nats_port.unwrap_or(NATS_PORT_DEFAULT));
                self.credentials.sign_in(own.parse()?)
            }
        }
    }

    /// Of the managed server.
    pub(crate) fn sync(&self) -> Sync {
        self.said_sync.as_ref().map(|said| said.value).unwrap_or_default()
    }

    /// The data folder, only where one was named.
    pub(crate) fn named_data(&self) -> Result<PathBuf, Failure> {
        self.data.clone().ok_or_else(|| Failure::usage("name the data folder with --data".to_owned()))
    }

    pub(crate) fn data(&self) -> Result<PathBuf, Failure> {
        if let Some(data) = &self.data {
            return Ok(data.clone());
        }
        let folders = directories::ProjectDirs::from("", "", "homing");
        let data = folders.map(|folders| folders.data_dir().to_owned());
        data.ok_or_else(|| {
            Failure::usage("there is no home folder to keep data in; name one with --data".to_owned())
        })
    }

    /// Of a command that says itself what the server refused: the NATS library's own lines would say it again, in other words.
    pub(crate) fn start_client_log(&self) {
        self.start_client_log_with("warn");
    }

    /// The same, where something else is not told by the log either.
    pub(crate) fn start_client_log_with(&self, default: &str) {
        self.start_log(&format!("{default},async_nats=off,{DENIED_TARGET}=off"));
    }

    /// Starts logging to standard error.
    pub(crate) fn start_log(&self, default: &str) {
        let filter = EnvFilter::new(self.log.as_deref().unwrap_or(default));
        let ansi = std::io::IsTerminal::is_terminal(&std::io::stderr());
        let log =
            tracing_subscriber::fmt().with_writer(std::io::stderr).with_ansi(ansi).with_env_filter(filter);
        // A second start (a bench that runs parts) keeps the first one's settings.
        let _ = log.try_init();
    }
}

fn signed_in(Said { value, by }: Said<NatsUrl>, credentials: &Credentials) -> Result<Said<NatsUrl>, Failure> {
    Ok(Said { value: credentials.sign_in(value)?, by })
}

fn address(Said { value, by }: Said<String>) -> Result<Said<NatsUrl>, Failure> {
    let value = value.parse().map_err(|fault: Fault| {
        Failure::usage(format!("{}: {fault}", by.of("--nats", "NATS_URL", "nats")))
    })?;
    Ok(Said { value, by })
}

impl Origin {
    /// By which of its names a person knows a setting.
    pub(crate) fn of(self, flag: &str, variable: &str, key: &str) -> String {
        match self {
            Origin::Flag => flag.to_owned(),
            Origin::Environment => format!("{variable} in the environment"),
            Origin::File => format!("`{key}` in the configuration file"),
        }
    }
}

/// Of serde's `invalid type: string "…", expected u16` the end.
fn without_value(why: &str) -> &str {
    let is_value = why.starts_with("invalid ") || why.starts_with("unknown variant ");
    let wanted = why.rfind(", expected ").filter(|_| is_value).and_then(|comma| why.get(comma + 2..));
    wanted.unwrap_or(why)
}

fn read(path: &Path) -> Result<File, Failure> {
    let text = std::fs::read_to_string(path).map_err(|error| {
        Failure::usage(format!("the configuration file {} cannot be read: {error}", path.display()))
    })?;
    toml::from_str(&text).map_err(|error| {
        // Neither the line itself nor a value, which may hold a password.
        let before = error.span().and_then(|span| text.get(..span.start)).unwrap_or_default();
        let line = before.matches('\n').count() + 1;
        let why = without_value(error.message());
        Failure::usage(format!("the configuration file {} is wrong near line {line}: {why}", path.display()))
    })
}
