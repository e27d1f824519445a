//! An SMSC's URL, taken apart without ever showing its password.

use toml::{Table, Value};
use url::Url;

use super::setting::{Secret, SettingsError, wrong};

pub(super) const FORM: &str =
    "smpp://system_id:password@host:port?key=value&… (smpps:// for TLS; special characters as %40)";
/// Registered for SMPP.
const PORT: u16 = 2775;
/// Registered for SMPP over TLS.
const PORT_TLS: u16 = 3550;

pub(super) struct Address {
    pub(super) tls: bool,
    pub(super) host: String,
    pub(super) port: u16,
    pub(super) system_id: String,
    pub(super) password: Secret,
    pub(super) keys: Table,
}

const NUMBERS: [&str; 7] =
    ["window", "source_ton", "source_npi", "dest_ton", "dest_npi", "segments_max", "pdu_bytes_max"];
const TEXTS: [&str; 13] = [
    "name",
    "bind",
    "system_type",
    "enquire_link",
    "response_timeout",
    "inactivity",
    "bind_again",
    "password_file",
    "ca_file",
    "receipts",
    "ids",
    "service_type",
    "password",
];
/// Passed on to whoever writes the texts.
pub(super) const TEXT_KEYS: [&str; 5] = ["alphabet", "long", "smart", "national", "data_codings"];
/// Of another kind than these.
const OTHERS: [&str; 2] = ["rate", "status"];

pub(super) fn parse(text: &str) -> Result<Address, SettingsError> {
    // The parser's own errors are not told: nor is anything else of a text that may be a password.
    let url = Url::parse(text).map_err(|_| wrong("url", FORM))?;
    let tls = match url.scheme() {
        "smpp" => false,
        "smpps" => true,
        _ => return Err(wrong("url", FORM)),
    };
    let host = url.host_str().unwrap_or_default().trim_start_matches('[').trim_end_matches(']');
    let path_is_empty = matches!(url.path(), "" | "/");
    if host.is_empty() || !path_is_empty || url.fragment().is_some() {
        return Err(wrong("url", FORM));
    }
    Ok(Address {
        tls,
        host: host.to_owned(),
        port: url.port().unwrap_or(if tls { PORT_TLS } else { PORT }),
        system_id: decoded(url.username())?,
        password: Secret::new(decoded(url.password().unwrap_or_default())?),
        keys: keys(&url)?,
    })
}

fn keys(url: &Url) -> Result<Table, SettingsError> {
    let mut table = Table::new();
    for (key, value) in url.query_pairs() {
        let value = match key.as_ref() {
            "rate" => value.parse().map(Value::Float).map_err(|_| wrong(&key, "a number"))?,
            "status" => Value::Table(pairs(&value)?),
            key if NUMBERS.contains(&key) => {
                value.parse().map(Value::Integer).map_err(|_| wrong(key, "a whole number"))?
            }
            key if TEXTS.contains(&key) || TEXT_KEYS.contains(&key) => Value::String(value.into_owned()),
            // Not shown: behind a `?` that was to be written %3F it may be the rest of a password.
            _ => {
                let known = [&NUMBERS[..], &TEXTS, &OTHERS, &TEXT_KEYS].concat().join(", ");
                return Err(SettingsError(format!("url has an unknown key; there are {known}")));
            }
        };
        if table.insert(key.clone().into_owned(), value).is_some() {
            return Err(SettingsError(format!("url says {key} twice")));
        }
    }
    Ok(table)
}

/// `0x45:permanent,0x401:throttle`
fn pairs(text: &str) -> Result<Table, SettingsError> {
    let pair = |part: &str| {
        let (status, class) = part.split_once(':')?;
        Some((status.trim().to_owned(), Value::from(class.trim())))
    };
    let pairs: Option<Table> = text.split(',').map(pair).collect();
    pairs.ok_or_else(|| wrong("status", "as 0x45:permanent,0x401:throttle"))
}

/// Of a part of a URL: `%40` is `@`.
fn decoded(part: &str) -> Result<String, SettingsError> {
    let mut octets = Vec::with_capacity(part.len());
    let mut rest = part.as_bytes();
    while let Some((octet, behind)) = rest.split_first() {
        let escaped = if *octet == b'%' { behind.split_at_checked(2) } else { None };
        let number = escaped.and_then(|(hex, behind)| {
            let hex =
                str::from_utf8(hex).ok().filter(|hex| hex.bytes().all(|digit| digit.is_ascii_hexdigit()))?;
            Some((u8::from_str_radix(hex, 16).ok()?, behind))
        });
        let (octet, behind) = number.unwrap_or((*octet, behind));
        octets.push(octet);
        rest = behind;
    }
    String::from_utf8(octets).map_err(|_| wrong("url", "UTF-8, also behind its %"))
}
