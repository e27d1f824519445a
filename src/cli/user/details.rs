//! What an operator sets about a person.

use crate::rules::command::Register;
use crate::words::{Phone, UserName};

#[derive(Debug, clap::Args)]
pub(super) struct Details {
    /// The person's phone, where SMS reach them, as in +8613800138000
    #[arg(long)]
    phone: Option<Phone>,
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
        let Details { phone, zone, day, month } = self;
        phone.is_none() && zone.is_none() && day.is_none() && month.is_none()
    }

    pub(super) fn of(self, name: UserName) -> Register {
        let Details { phone, zone, day, month } = self;
        Register { name, phone, secret: None, zone, day, month }
    }
}
