//! The details that an operator sets about a person.

use crate::cli::output::Failure;
use crate::rules::identity::{LimitChanges, Register, SetUser};
use crate::sms::{Region, number};
use crate::words::{Access, Nkey, Phone, UserName};

#[derive(Debug, clap::Args)]
pub(super) struct Details {
    /// The person's phone, where SMS reach them, as in +8613800138000, or `none`; with --region also as it is written there
    #[arg(long, value_name = "PHONE|none")]
    phone: Option<String>,
    /// The region of a phone that is written without its country, as in GB (ISO 3166-1)
    #[arg(long, requires = "phone")]
    region: Option<Region>,
    /// Their time zone, in which quotas count days, as in Europe/London
    #[arg(long)]
    zone: Option<String>,
    /// How many messages they may send a day, or `none` for as many as they like
    #[arg(long, value_name = "N|none", value_parser = limit)]
    day: Option<Limit>,
    /// How many messages they may send a month, or `none`
    #[arg(long, value_name = "N|none", value_parser = limit)]
    month: Option<Limit>,
    /// The public nkey with which they sign in instead of saying a password, as `nk -gen user -pubout` prints it, or `none`
    #[arg(long, value_name = "U…|none", value_parser = nkey)]
    public_nkey: Option<Key>,
    /// What they may do: user, producer, viewer, operator, or app: and a number, as in app:07
    #[arg(long, value_name = "KIND")]
    access: Option<Access>,
}

/// An nkey that was named, if only as none.
#[derive(Debug, Clone)]
struct Key(Option<Nkey>);

fn nkey(text: &str) -> Result<Key, String> {
    let key = || {
        text.parse().map(Some).map_err(|error: crate::words::WordError| format!("it is {error}, or `none`"))
    };
    Ok(Key(if text == "none" { None } else { key()? }))
}

/// A quota that was named, if only as none.
#[derive(Debug, Clone, Copy)]
struct Limit(Option<u32>);

fn limit(text: &str) -> Result<Limit, String> {
    let number = || text.parse().map(Some).map_err(|_| "it is a number of messages, or `none`".to_owned());
    let max = if text == "none" { None } else { number()? };
    Ok(Limit(max))
}

impl Details {
    pub(super) fn is_empty(&self) -> bool {
        let Details { phone, region: _, zone, day, month, public_nkey, access } = self;
        let quotas = day.is_some() || month.is_some();
        phone.is_none() && zone.is_none() && !quotas && public_nkey.is_none() && access.is_none()
    }

    pub(super) fn register(self, name: UserName) -> Result<Register, Failure> {
        let phone = self.phone()?.flatten();
        let Details { phone: _, region: _, zone, day, month, public_nkey, access } = self;
        let max = |limit: Option<Limit>| limit.and_then(|Limit(max)| max);
        let (day, month, nkey) = (max(day), max(month), public_nkey.and_then(|Key(nkey)| nkey));
        Ok(Register { phone, nkey, access, zone, day, month, ..Register::named(name) })
    }

    pub(super) fn set(self, name: UserName, limits: Option<LimitChanges>) -> Result<SetUser, Failure> {
        let phone = self.phone()?;
        let Details { phone: _, region: _, zone, day, month, public_nkey, access } = self;
        let said = |limit: Option<Limit>| limit.map(|Limit(max)| max);
        let (day, month, nkey) = (said(day), said(month), public_nkey.map(|Key(nkey)| nkey));
        Ok(SetUser { phone, nkey, access, zone, day, month, limits, ..SetUser::of(name) })
    }

    /// A phone that was named, if only as none.
    fn phone(&self) -> Result<Option<Option<Phone>>, Failure> {
        let read = |phone: &str| match phone {
            "none" => Ok(None),
            phone => number::read(phone, self.region).map(Some),
        };
        let phone = self.phone.as_deref().map(read).transpose();
        phone.map_err(|error| Failure::usage(format!("--phone is {error}, or `none`")))
    }
}
