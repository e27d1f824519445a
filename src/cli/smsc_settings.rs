//! The settings of SMSC connectors, by flag, environment and configuration file.

use std::sync::Arc;

use super::output::Failure;
use crate::sms::{Account, OnUnknown, Patience, Region, ServiceNumber, Settings};
use crate::words::Span;

/// What `up` and `serve` take for the SMS bridge.
#[derive(Debug, Clone, Default, clap::Args)]
#[command(next_help_heading = "SMS")]
pub(crate) struct SmsArgs {
    /// An SMSC's account, as in smpp://system_id:password@host:2775?window=10&rate=30 (smpps:// for TLS); repeatable.
    /// Its keys are in src/sms/README.md; without an account SMS wait
    #[arg(
        long = "smsc",
        value_name = "URL",
        env = "HOMING_SMSC",
        value_delimiter = ' ',
        hide_env_values = true
    )]
    smsc: Vec<String>,
    /// The number that phones write to [default: 12520]
    #[arg(long, value_name = "DIGITS")]
    service_number: Option<ServiceNumber>,
    /// The region whose national numbers SMSCs send, as in GB (ISO 3166-1)
    #[arg(long, value_name = "REGION")]
    region: Option<Region>,
    /// What to do with an SMS when nobody knows whether the SMSC has it: hold it, or send it once more [default: hold]
    #[arg(long, value_name = "WHAT", value_enum)]
    sms_unknown: Option<OnUnknown>,
    /// How long to wait for a receipt before the SMSC is asked (query_sm) [default: 15m]
    #[arg(long, value_name = "SPAN")]
    query_after: Option<Span>,
}

/// The same in the configuration file.
#[derive(Debug, Default)]
pub(crate) struct SmsFile {
    pub(crate) smsc: Vec<toml::Table>,
    pub(crate) service_number: Option<String>,
    pub(crate) region: Option<String>,
    pub(crate) sms_unknown: Option<OnUnknown>,
    pub(crate) query_after: Option<Span>,
}

/// What was settled.
///
/// # Errors
/// What is wrong with a setting; never a password.
pub(crate) fn settle(args: SmsArgs, file: &SmsFile) -> Result<Settings, Failure> {
    // An empty variable of the environment names nothing.
    let urls: Vec<&String> = args.smsc.iter().filter(|url| !url.is_empty()).collect();
    let where_from = if urls.is_empty() { "[[smsc]] in the configuration file" } else { "--smsc" };
    let usage = |error: &dyn std::fmt::Display| Failure::usage(format!("{where_from}: {error}"));
    let accounts: Result<Vec<Account>, _> = if urls.is_empty() {
        file.smsc.iter().cloned().map(Account::try_from).collect()
    } else {
        urls.into_iter().map(|url| url.parse()).collect()
    };
    let from_file =
        |error: &dyn std::fmt::Display| Failure::usage(format!("the configuration file: {error}"));
    let service =
        file.service_number.as_deref().map(str::parse).transpose().map_err(|error| from_file(&error))?;
    let region = file.region.as_deref().map(str::parse).transpose().map_err(|error| from_file(&error))?;
    let patience = Patience::default();
    let query_after = args.query_after.or(file.query_after).unwrap_or(patience.query_after);
    let settings = Settings {
        accounts: accounts.map_err(|error| usage(&error))?.into_iter().map(Arc::new).collect(),
        service: args.service_number.or(service).unwrap_or_default(),
        region: args.region.or(region),
        on_unknown: args.sms_unknown.or(file.sms_unknown).unwrap_or_default(),
        patience: Patience { query_after, ..patience },
    };
    settings.check().map_err(|error| usage(&error))?;
    Ok(settings)
}
