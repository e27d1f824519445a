//! The settings of the bridge: its accounts at SMSCs, its service number, and how patient it is.

use std::collections::BTreeMap;
use std::sync::Arc;

use toml::Table;

use super::number::Region;
use super::state::Terms;
use crate::channel::OnUnknown;
use crate::smpp::link::{Connector, SettingsError};
use crate::smpp::text::{Reading, Style};
use crate::words::{Called, ReplyTo, Span, WordError};

/// The product's example; every deployment has its own.
const SERVICE_NUMBER: &str = "12520";
/// A short code has 3 digits or more; with nine of an IM number behind it there are 15, as E.164 has at most.
const SERVICE_NUMBER_LEN: std::ops::RangeInclusive<usize> = 3..=6;

/// The number that phones write to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServiceNumber(String);

impl Default for ServiceNumber {
    fn default() -> ServiceNumber {
        ServiceNumber(SERVICE_NUMBER.to_owned())
    }
}

impl std::str::FromStr for ServiceNumber {
    type Err = WordError;
    fn from_str(text: &str) -> Result<Self, WordError> {
        let shaped = SERVICE_NUMBER_LEN.contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit());
        if shaped {
            return Ok(ServiceNumber(text.to_owned()));
        }
        Err(WordError("not a service number: 3 to 6 digits, so that an IM number fits behind it".to_owned()))
    }
}

impl std::fmt::Display for ServiceNumber {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl ServiceNumber {
    /// What an SMS shows as its sender: a person's or a group's number behind ours, or ours alone.
    pub fn sender(&self, from: Option<ReplyTo>) -> String {
        from.map_or_else(|| self.0.clone(), |reply| format!("{}{}", self.0, reply.digits()))
    }

    /// Who was written to.
    pub fn called(&self, number: &str) -> Called {
        let digits = number.trim().trim_start_matches('+');
        digits.strip_prefix(&self.0).map_or(Called::Other, Called::behind_service)
    }
}

/// The bridge's settings.
#[derive(Debug, Clone, Default)]
pub struct Settings {
    pub accounts: Vec<Arc<Account>>,
    pub service: ServiceNumber,
    pub region: Option<Region>,
    pub on_unknown: OnUnknown,
    pub patience: Patience,
}

/// How long the bridge waits for what an SMSC says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Patience {
    /// An SMS without a receipt is asked after (query_sm) when it is this old.
    pub query_after: Span,
    /// No receipt is waited for any more, and what is final is forgotten.
    pub keep: Span,
    /// A long SMS goes on without the parts that have not come (Kannel waits as long).
    pub join_within: Span,
}

impl Default for Patience {
    fn default() -> Patience {
        Patience {
            query_after: Span::from_secs(900),
            // Receipts of phones that are switched off come within a validity period, which is days at most.
            keep: Span::from_secs(7 * 86_400),
            join_within: Span::from_secs(1_800),
        }
    }
}

/// An account at an SMSC: how to reach it, and how it wants its texts.
#[derive(Debug, Clone)]
pub struct Account {
    pub connector: Arc<Connector>,
    pub style: Style,
    pub reading: Reading,
}

impl std::str::FromStr for Account {
    type Err = SettingsError;
    fn from_str(url: &str) -> Result<Account, SettingsError> {
        Account::try_from(url.parse::<Connector>()?)
    }
}

impl TryFrom<Table> for Account {
    type Error = SettingsError;
    fn try_from(table: Table) -> Result<Account, SettingsError> {
        Account::try_from(Connector::try_from(table)?)
    }
}

impl TryFrom<Connector> for Account {
    type Error = SettingsError;
    fn try_from(connector: Connector) -> Result<Account, SettingsError> {
        let (mut style, mut reading) =
            (Style { segments_max: connector.segments_max, ..Style::default() }, Reading::default());
        for (key, value) in &connector.text {
            let wrong = |why: String| SettingsError::of(key, &why);
            match key.as_str() {
                "alphabet" => {
                    style.alphabet = value.parse().map_err(|error| wrong(format!("{error}")))?;
                    reading.alphabet = style.alphabet;
                }
                "long" => style.long = value.parse().map_err(|error| wrong(format!("{error}")))?,
                "smart" => {
                    style.smart = value.parse().map_err(|_| wrong("not true or false".to_owned()))?;
                }
                "national" => {
                    let languages = value.split(',').filter(|name| !name.is_empty()).map(str::parse);
                    style.national =
                        languages.collect::<Result<_, _>>().map_err(|error| wrong(format!("{error}")))?;
                }
                "data_codings" => reading.overrides = data_codings(value).map_err(wrong)?,
                _ => return Err(wrong("no setting of texts".to_owned())),
            }
        }
        Ok(Account { connector: Arc::new(connector), style, reading })
    }
}

impl Account {
    pub fn name(&self) -> &str {
        &self.connector.name
    }

    pub fn asks_for_receipts(&self) -> bool {
        self.connector.receipts.registered_delivery() != 0
    }
}

/// `0:latin1,8:ucs2`
fn data_codings(text: &str) -> Result<BTreeMap<u8, crate::smpp::text::Charset>, String> {
    let pairs = text.split(',').filter(|pair| !pair.is_empty());
    pairs
        .map(|pair| {
            let (coding, charset) =
                pair.split_once(':').ok_or("not like 0:latin1,8:ucs2 (data_coding:character set)")?;
            let coding = coding.trim().parse().map_err(|_| "a data_coding is a number up to 255")?;
            Ok((coding, charset.trim().parse().map_err(|error| format!("{error}"))?))
        })
        .collect()
}

impl Settings {
    /// What the projection has to know of them.
    pub fn terms(&self) -> Terms {
        let ids = self.accounts.iter().map(|account| (account.name().to_owned(), account.connector.ids));
        Terms { query_after: self.patience.query_after, ids: ids.collect() }
    }

    /// Names the first setting that contradicts another.
    ///
    /// # Errors
    /// Two accounts of one name: ids and receipts are told apart by it.
    pub fn check(&self) -> Result<(), SettingsError> {
        let mut names: Vec<_> = self.accounts.iter().map(|account| account.name()).collect();
        names.sort_unstable();
        let twice = names.windows(2).find(|pair| pair.first() == pair.last());
        twice.map_or(Ok(()), |pair| {
            Err(SettingsError::of("name", &format!("used twice: {}", pair.first().unwrap_or(&""))))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_account_is_read_from_its_url() {
        let account: Account =
            "smpp://me:secret@127.0.0.1:2775?alphabet=latin1&long=sar&smart=false&data_codings=0:gsm7&segments_max=3"
                .parse()
                .unwrap();
        assert_eq!(
            (account.style.long.as_str(), account.style.smart, account.style.segments_max),
            ("sar", false, 3)
        );
        assert_eq!(account.reading.charset(0).as_str(), "gsm7");
        for bad in ["alphabet=x", "long=x", "smart=x", "national=x", "data_codings=x", "data_codings=0:x"] {
            let wrong = format!("smpp://me:secret@h?{bad}").parse::<Account>().unwrap_err().to_string();
            assert!(!wrong.contains("secret"), "{wrong}");
        }
    }

    #[test]
    fn the_number_plan_goes_both_ways() {
        let service = ServiceNumber::default();
        let im = "100002".parse().unwrap();
        assert_eq!(
            (service.sender(Some(ReplyTo::Im(im))).as_str(), service.sender(None).as_str()),
            ("12520100002", "12520")
        );
        assert_eq!(service.called("12520100002"), Called::Im(im));
        assert_eq!((service.called("+12520"), service.called("99")), (Called::Service, Called::Other));
        assert!("12".parse::<ServiceNumber>().is_err() && "1252x".parse::<ServiceNumber>().is_err());
    }
}
