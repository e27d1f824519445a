//! The zone of a schedule: the one that was named, the one that it has, the person's, or this machine's.

use crate::cli::client::Client;
use crate::cli::output::Failure;
use crate::wire::query::Items;
use crate::wire::schedule_query::{QuotaOf, QuotaView, ScheduleView, SchedulesOf};
use crate::words::{ScheduleId, Zone};

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

/// The same for a schedule that has one already.
pub(super) async fn zone_of(
    named: Option<Zone>,
    schedule: ScheduleId,
    client: &Client,
) -> Result<Zone, Failure> {
    let asked = SchedulesOf { schedule: Some(schedule), ..SchedulesOf::default() };
    let its = match named {
        Some(_) => None,
        None => client.ask::<Items<ScheduleView>>("schedules", &asked).await?.items.into_iter().next(),
    };
    let its = its.and_then(|schedule| schedule.when.zone?.parse().ok());
    zone(named.or(its), client).await
}
