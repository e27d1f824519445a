//! Where a schedule is at home: the zone that was named, the person's, or this machine's.

use crate::cli::client::Client;
use crate::wire::schedule_query::{QuotaOf, QuotaShown};
use crate::words::Zone;

/// The zone whose clocks are meant.
pub(in crate::cli) async fn zone(named: Option<Zone>, client: &Client) -> Zone {
    if let Some(zone) = named {
        return zone;
    }
    let quota: Option<QuotaShown> = client.ask("quota", &QuotaOf::default()).await.ok();
    let registered = quota.and_then(|quota| quota.zone);
    let machine = || iana_time_zone::get_timezone().ok().and_then(|name| name.parse().ok());
    registered.or_else(machine).unwrap_or(Zone::UTC)
}
