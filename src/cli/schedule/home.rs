//! Where a schedule is at home: the zone that was named, the person's, or this machine's.

use serde_json::{Value, json};

use crate::cli::client::Client;
use crate::words::Zone;

/// The zone whose clocks are meant.
pub(in crate::cli) async fn zone(named: Option<Zone>, client: &Client) -> Zone {
    if let Some(zone) = named {
        return zone;
    }
    let quota: Option<Value> = client.ask("quota", &json!({})).await.ok();
    let registered = quota.as_ref().and_then(|quota| quota.get("zone")?.as_str()?.parse().ok());
    let machine = || iana_time_zone::get_timezone().ok().and_then(|name| name.parse().ok());
    registered.or_else(machine).unwrap_or(Zone::UTC)
}
