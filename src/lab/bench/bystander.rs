//! A bystander: two people who write to each other at a slow, even pace while others do what they do.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use futures_util::StreamExt;
use tokio::task::JoinHandle;
use tokio::time::{Instant, MissedTickBehavior, interval};

use super::world::World;
use crate::cli::client::Client;
use crate::cli::output::Failure;
use crate::rules::Command;
use crate::rules::message::{Confirm, Received, Send};
use crate::rules::presence::Encoding;
use crate::wire::{MessageView, from_msgpack};
use crate::words::{Address, UserName};

/// A hundred a second: enough for a 99th percentile of a second or two, and little beside the load.
const EVERY: Duration = Duration::from_millis(10);

pub(super) struct Bystander {
    late_ms: Arc<Mutex<Vec<f64>>>,
    tasks: [JoinHandle<()>; 2],
}

impl Bystander {
    /// The first of two people writes to the second, who is online and confirms.
    pub(super) async fn start(world: &World, [from, to]: [&UserName; 2]) -> Result<Bystander, Failure> {
        let writer = Client::at(&world.address_of(from), from.as_str()).await?;
        let reader = Client::at(&world.address_of(to), to.as_str()).await?;
        let wrong = |error: &dyn std::fmt::Display| Failure::failed(format!("could not listen: {error}"));
        let mut live = reader
            .log
            .client()
            .subscribe(crate::wire::subjects::live_of(to))
            .await
            .map_err(|error| wrong(&error))?;
        reader.log.flush().await?;
        let start = Instant::now();
        let late_ms = Arc::new(Mutex::new(Vec::new()));
        let (arrived, to) = (Arc::clone(&late_ms), to.clone());
        let reads = tokio::spawn(async move {
            while let Some(message) = live.next().await {
                let Some(shown) = from_msgpack::<MessageView>(&message.payload).ok() else { continue };
                let planned_ms = shown.text.as_ref().and_then(|text| text.parse::<u64>().ok());
                let Some(planned) = planned_ms.map(Duration::from_millis) else { continue };
                let late = Instant::now().duration_since(start + planned).as_secs_f64() * 1_000.0;
                arrived.lock().unwrap_or_else(PoisonError::into_inner).push(late);
                let confirm = Confirm { message: Some(shown.message), messages: None };
                // One that is not confirmed is sent again, and counted again: as late as it is.
                let _ = reader.publish(&Command::from(Received(confirm)), Encoding::Msgpack).await;
            }
        });
        let writes = tokio::spawn(async move {
            let mut pace = interval(EVERY);
            pace.set_missed_tick_behavior(MissedTickBehavior::Delay);
            loop {
                let planned_ms = pace.tick().await.duration_since(start).as_millis();
                let (to, text) = (vec![Address::User(to.clone())], Some(planned_ms.to_string().into()));
                let send = Command::from(Send { to, text, ..Send::default() });
                let _ = writer.publish(&send, Encoding::Msgpack).await;
            }
        });
        Ok(Bystander { late_ms, tasks: [reads, writes] })
    }

    /// How late the last one was that arrived; none since the others were told.
    pub(super) fn last_late_ms(&self) -> Option<f64> {
        self.late_ms.lock().unwrap_or_else(PoisonError::into_inner).last().copied()
    }

    /// Milliseconds from the moment each message should have left to its live delivery, sorted: of those that arrived since
    /// this was asked last.
    pub(super) fn late_ms(&self) -> Vec<f64> {
        let mut late = std::mem::take(&mut *self.late_ms.lock().unwrap_or_else(PoisonError::into_inner));
        late.sort_by(f64::total_cmp);
        late
    }
}

impl Drop for Bystander {
    fn drop(&mut self) {
        self.tasks.iter().for_each(JoinHandle::abort);
    }
}
