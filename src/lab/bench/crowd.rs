//! People who come in through the gate, each with a connection of their own.

use std::time::{Duration, Instant};

use tokio::time::sleep;

use super::world::World;
use crate::cli::client::{Client, OPERATOR};
use crate::cli::output::Failure;
use crate::log::Log;
use crate::rules::Happened;
use crate::rules::identity::Registered;
use crate::wire::gate_query::{Sessions, SessionsOf};
use crate::wire::subjects;
use crate::words::UserName;

const LOOK_EVERY: Duration = Duration::from_millis(200);
/// Far more than the gate takes.
const PATIENCE: Duration = Duration::from_secs(300);

/// Connects each of them, once the gate knows them.
pub(super) async fn come(world: &World, names: &[UserName]) -> Result<Vec<(UserName, Log)>, Failure> {
    known(world, names.len()).await?;
    let mut people = Vec::with_capacity(names.len());
    for name in names {
        let client = Client::at(&world.address_of(name), name.as_str()).await?;
        people.push((name.clone(), client.log));
    }
    Ok(people)
}

/// Waits until the gate has read of all who are registered, of whom there are so many at least.
pub(super) async fn known(world: &World, count: usize) -> Result<(), Failure> {
    let log = world.connect("looks").await?;
    let registered = [format!("homing.evt.{}", Registered::NAME)];
    let asks = Client { log: log.clone(), by: OPERATOR.to_owned() };
    let until = Instant::now() + PATIENCE;
    while Instant::now() < until {
        let subject = subjects::query(OPERATOR, "sessions");
        let sessions: Sessions = asks.asked(subject, &SessionsOf::default(), "sessions").await?;
        let last = log.last_seq_of("EVENTS", &registered).await?;
        if sessions.as_of.0 >= last && last >= count as u64 {
            return Ok(());
        }
        sleep(LOOK_EVERY).await;
    }
    Err(Failure::failed("the gate does not come to know them".to_owned()))
}
