//! What an operator sets about a person.

use crate::cli::output::Failure;
use crate::rules::command::Register;
use crate::sms::{Region, number};
use crate::words::UserName;

#[derive(Debug, clap::Args)]
pub(super) struct Details {
    /// The person's phone, where SMS reach them, as in +8613800138000; with --region also as it is written there
    #[arg(long)]
    phone: Option<String>,
    /// The region of a phone that is written without its country, as in GB (ISO 3166-1)
    #[arg(long, requires = "phone")]
    region: Option<Region>,
    /// Where their days begin, as in Europe/London
    #[arg(long)]
    zone: Option<String>,
    /// How many messages they may send a day
    #[arg(long, value_name = "N")]
    day: Option<u32>,
    /// How many messages they may send a month
    #[arg(long, value_name = "N")]
    month: Option<u32>,
}

impl Details {
    pub(super) fn is_empty(&self) -> bool {
        let Details { phone, region: _, zone, day, month } = self;
        phone.is_none() && zone.is_none() && day.is_none() && month.is_none()
    }

    pub(super) fn of(self, name: UserName) -> Result<Register, Failure> {
        let Details { phone, region, zone, day, month } = self;
        let phone = phone.map(|phone| number::read(&phone, region)).transpose();
        let phone = phone.map_err(|error| Failure::usage(format!("--phone is {error}")))?;
        Ok(Register { name, phone, secret: None, zone, day, month })
    }
}
