//! The use of quotas: how much each user has sent, counted as the rules count it.

use super::store::Model;
use super::users::User;
use super::{keys, read_row, write_row};
use crate::log::{Fault, Rows};
use crate::rules::message::Accepted;
use crate::rules::quota::{Usage, counted_on};
use crate::words::{Instant, UserName};

pub(super) fn count(rows: &mut Rows, accepted: &Accepted, at: Instant) -> Result<(), Fault> {
    let Some(user) = accepted.charged() else { return Ok(()) };
    let Some(row) = rows.get(&keys::user(user.as_str()))? else { return Ok(()) };
    let home = read_row::<User>(&row)?.home();
    let key = keys::usage(user);
    let mut usage: Usage = rows.get(&key)?.map(|row| read_row(&row)).transpose()?.unwrap_or_default();
    usage.count(counted_on(accepted, home, at), accepted.counts.unwrap_or(1));
    rows.put(key, write_row(&usage));
    Ok(())
}

impl Model {
    pub(in crate::query) fn usage(&self, user: &UserName) -> Result<Usage, Fault> {
        let row = self.projection.get(keys::usage(user))?;
        Ok(row.map(|row| read_row(&row)).transpose()?.unwrap_or_default())
    }
}
