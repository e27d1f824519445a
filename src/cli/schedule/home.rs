//! The zone of a schedule: the one that was named, the person's, or this machine's.

use crate::cli::client::Client;
use crate::cli::output::Failure;
use crate::wire::schedule_query::{QuotaOf, QuotaView};
use crate::words::Zone;

/// The zone whose clocks are meant. Where it cannot be asked for, none is guessed: the time would be another one.
pub(in crate::cli) async fn zone(named: Option<Zone>, client: &Client) -> Result<Zone, Failure> {
    if let Some(zone) = named {
        return Ok(zone);
    }
    let quota: QuotaView = client.ask("quota", &QuotaOf::default()).await?;
    let machine = || iana_time_zone::get_timezone().ok().and_then(|name| name.parse().ok());
    // A machine that names no zone has its clock on UTC.
    Ok(quota.zone.or_else(machine).unwrap_or(Zone::UTC))
}
