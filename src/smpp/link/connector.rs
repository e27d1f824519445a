//! A connector's settings: an SMSC's URL, or a table with that URL and the same keys beside it.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

use serde::Deserialize;
use toml::{Table, Value};

use super::address::{self, TEXT_KEYS};
use super::setting::{Secret, SettingsError, wrong};
use crate::smpp::pdu::status::Overrides;
use crate::smpp::pdu::{BindKind, IdForm, PDU_BYTES_MAX};
use crate::words::Span;

/// Kannel's guideline. A larger window goes faster over a long way, and leaves more unknown when the connection breaks.
const WINDOW_DEFAULT: usize = 10;
/// No SMSC grants as much; it bounds what waits for a response in memory.
const WINDOW_MAX: usize = 10_000;
/// Above it no pace can be told from none.
const RATE_MAX: f64 = 100_000.0;
/// As often as most SMSCs expect to hear of an ESME.
const ENQUIRE_LINK: Span = Span::from_secs(30);
/// An SMSC that asks others before it answers takes tens of seconds.
const RESPONSE_TIMEOUT: Span = Span::from_secs(60);
const INACTIVITY: Span = Span::from_secs(300);
/// Some providers demand it between binds.
const BIND_AGAIN: Span = Span::from_secs(30);
/// Also a wrong unit leaves a connector that somebody sees working again.
const WAIT_MAX: Span = Span::from_secs(86_400);
/// 3,060 characters of the default alphabet: more than a person reads as one text.
const SEGMENTS_MAX: u8 = 20;
/// An ordinary deliver_sm with all that vendors add.
const PDU_BYTES_LEAST: usize = 1_024;
/// Sixteen times what a message_payload can hold.
const PDU_BYTES_MOST: usize = 16 * PDU_BYTES_MAX;

/// Which way messages go, and over how many sessions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Binding {
    #[default]
    Transceiver,
    /// A transmitter and a receiver.
    Pair,
    Transmitter,
    Receiver,
}

impl Binding {
    pub(super) fn kinds(self) -> &'static [BindKind] {
        match self {
            Binding::Transceiver => &[BindKind::Transceiver],
            Binding::Pair => &[BindKind::Transmitter, BindKind::Receiver],
            Binding::Transmitter => &[BindKind::Transmitter],
            Binding::Receiver => &[BindKind::Receiver],
        }
    }

    pub fn transmits(self) -> bool {
        self.kinds().iter().any(|kind| kind.transmits())
    }
}

/// Which receipts are asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Receipts {
    #[default]
    Final,
    /// Of what was not delivered.
    Failure,
    /// Also of what is still on its way.
    All,
    Off,
}

impl Receipts {
    /// SMPP 3.4, 5.2.17.
    pub fn registered_delivery(self) -> u8 {
        match self {
            Receipts::Final => 0x01,
            Receipts::Failure => 0x02,
            Receipts::All => 0x11,
            Receipts::Off => 0x00,
        }
    }
}

/// An account at an SMSC. Made by parsing, its values are valid.
#[derive(Debug, Clone, PartialEq)]
pub struct Connector {
    pub name: String,
    pub host: String,
    pub port: u16,
    pub tls: bool,
    pub system_id: String,
    pub(super) password: Secret,
    /// Read at each bind, and instead of the password.
    pub(super) password_file: Option<PathBuf>,
    /// The roots to trust, in PEM; else the platform's.
    pub(super) ca_file: Option<PathBuf>,
    pub bind: Binding,
    pub system_type: String,
    /// Requests without a response at any time.
    pub window: usize,
    /// Segments per second.
    pub rate: Option<f64>,
    /// After so long a silence the SMSC is asked whether it is there; zero: never.
    pub(super) enquire_link: Duration,
    pub(super) response_timeout: Duration,
    /// After so long a silence the session is over; zero: never.
    pub(super) inactivity: Duration,
    pub(super) bind_again: Duration,
    pub source_ton: Option<u8>,
    pub source_npi: Option<u8>,
    pub dest_ton: Option<u8>,
    pub dest_npi: Option<u8>,
    pub receipts: Receipts,
    pub ids: IdForm,
    pub service_type: String,
    pub status: Overrides,
    pub segments_max: u8,
    pub pdu_bytes_max: usize,
    /// The settings of its texts, which the link does not read: `alphabet`, `long`, `smart`, `national`, `data_codings`.
    pub text: BTreeMap<String, String>,
}

/// The keys of a connector but for `url` and `password`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Keys {
    name: Option<String>,
    bind: Binding,
    system_type: String,
    window: usize,
    rate: Option<f64>,
    enquire_link: Span,
    response_timeout: Span,
    inactivity: Span,
    bind_again: Span,
    password_file: Option<PathBuf>,
    ca_file: Option<PathBuf>,
    source_ton: Option<u8>,
    source_npi: Option<u8>,
    dest_ton: Option<u8>,
    dest_npi: Option<u8>,
    receipts: Receipts,
    ids: IdForm,
    service_type: String,
    status: BTreeMap<String, String>,
    segments_max: u8,
    pdu_bytes_max: usize,
}

impl Default for Keys {
    fn default() -> Keys {
        Keys {
            name: None,
            bind: Binding::default(),
            system_type: String::new(),
            window: WINDOW_DEFAULT,
            rate: None,
            enquire_link: ENQUIRE_LINK,
            response_timeout: RESPONSE_TIMEOUT,
            inactivity: INACTIVITY,
            bind_again: BIND_AGAIN,
            password_file: None,
            ca_file: None,
            source_ton: None,
            source_npi: None,
            dest_ton: None,
            dest_npi: None,
            receipts: Receipts::default(),
            ids: IdForm::default(),
            service_type: String::new(),
            status: BTreeMap::new(),
            segments_max: SEGMENTS_MAX,
            pdu_bytes_max: PDU_BYTES_MAX,
        }
    }
}

impl TryFrom<Table> for Connector {
    type Error = SettingsError;

    /// A table with `url`, and the keys that a URL can have; what the table says goes before what its URL says.
    /// (Not `Deserialize`: the errors of a TOML file show its line, which may hold a password.)
    fn try_from(mut table: Table) -> Result<Connector, SettingsError> {
        let Some(Value::String(url)) = table.remove("url") else {
            return Err(wrong("url", address::FORM));
        };
        let address = address::parse(&url)?;
        for (key, value) in address.keys {
            table.entry(key).or_insert(value);
        }
        let password = match table.remove("password") {
            None => address.password,
            Some(Value::String(password)) => Secret::new(password),
            Some(_) => return Err(wrong("password", "a string")),
        };
        let text = take_text(&mut table);
        let keys = Keys::deserialize(table).map_err(|error| SettingsError(error.message().to_owned()))?;
        let wait = |key, span: Span| {
            let fits = span.ms() >= 0 && span <= WAIT_MAX;
            if fits { Ok(span.duration()) } else { Err(wrong(key, "at most 1d")) }
        };
        let connector = Connector {
            name: keys.name.unwrap_or_else(|| format!("{}:{}", address.host, address.port)),
            host: address.host,
            port: address.port,
            tls: address.tls,
            system_id: address.system_id,
            password,
            password_file: keys.password_file,
            ca_file: keys.ca_file,
            bind: keys.bind,
            system_type: keys.system_type,
            window: keys.window,
            rate: keys.rate,
            enquire_link: wait("enquire_link", keys.enquire_link)?,
            response_timeout: wait("response_timeout", keys.response_timeout)?,
            inactivity: wait("inactivity", keys.inactivity)?,
            bind_again: wait("bind_again", keys.bind_again)?,
            source_ton: keys.source_ton,
            source_npi: keys.source_npi,
            dest_ton: keys.dest_ton,
            dest_npi: keys.dest_npi,
            receipts: keys.receipts,
            ids: keys.ids,
            service_type: keys.service_type,
            status: overrides(&keys.status)?,
            segments_max: keys.segments_max,
            pdu_bytes_max: keys.pdu_bytes_max,
            text,
        };
        connector.check()
    }
}

impl std::str::FromStr for Connector {
    type Err = SettingsError;

    /// `smpp://system_id:password@host:port?key=value&…`, or `smpps://` for TLS.
    fn from_str(url: &str) -> Result<Connector, SettingsError> {
        Connector::try_from(Table::from_iter([("url".to_owned(), Value::from(url))]))
    }
}

impl Connector {
    fn check(self) -> Result<Connector, SettingsError> {
        let rate_fits = self.rate.is_none_or(|rate| rate > 0.0 && rate <= RATE_MAX);
        let texts =
            [&self.name, &self.system_id, &self.system_type, &self.service_type, self.password.reveal()];
        for (key, fits, allowed) in [
            ("window", (1..=WINDOW_MAX).contains(&self.window), "1 to 10000"),
            ("rate", rate_fits, "above 0, at most 100000 segments per second"),
            ("response_timeout", !self.response_timeout.is_zero(), "more than nothing"),
            ("segments_max", self.segments_max > 0, "1 to 255"),
            (
                "pdu_bytes_max",
                (PDU_BYTES_LEAST..=PDU_BYTES_MOST).contains(&self.pdu_bytes_max),
                "1024 to 1048576",
            ),
            ("name", !self.name.is_empty(), "not empty"),
            ("url", texts.iter().all(|text| !text.contains('\0')), "without NUL"),
        ] {
            if !fits {
                return Err(wrong(key, allowed));
            }
        }
        Ok(self)
    }
}

fn overrides(status: &BTreeMap<String, String>) -> Result<Overrides, SettingsError> {
    let mut overrides = Overrides::default();
    for (status, class) in status {
        overrides.add(status, class).map_err(|why| SettingsError(format!("status: {why}")))?;
    }
    Ok(overrides)
}

fn take_text(table: &mut Table) -> BTreeMap<String, String> {
    let taken = TEXT_KEYS.iter().filter_map(|key| Some(((*key).to_owned(), as_text(&table.remove(*key)?))));
    taken.collect()
}

/// As a URL would say it: a table is `key:value,key:value`.
fn as_text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Array(values) => values.iter().map(as_text).collect::<Vec<_>>().join(","),
        Value::Table(table) => {
            let pairs: Vec<_> =
                table.iter().map(|(key, value)| format!("{key}:{}", as_text(value))).collect();
            pairs.join(",")
        }
        Value::Integer(number) => number.to_string(),
        Value::Float(number) => number.to_string(),
        Value::Boolean(yes) => yes.to_string(),
        Value::Datetime(time) => time.to_string(),
    }
}

#[cfg(test)]
mod tests;
