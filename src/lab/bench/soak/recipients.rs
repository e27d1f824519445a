//! The clients of a soak: what comes live is confirmed, and outcomes of what they and the senders say are counted.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use futures_util::StreamExt;
use tokio::task::JoinHandle;

use super::people;
use crate::cli::output::Failure;
use crate::lab::bench::flow::confirmation;
use crate::lab::bench::load::IN_FLIGHT_MAX;
use crate::lab::bench::world::World;
use crate::log::Pipeline;

pub(super) struct Recipients {
    outcomes: Arc<AtomicU64>,
    arrived: Arc<AtomicU64>,
    tasks: [JoinHandle<()>; 2],
}

impl Recipients {
    pub(super) async fn listen(world: &World) -> Result<Recipients, Failure> {
        let wrong = |error: &dyn std::fmt::Display| Failure::failed(format!("could not listen: {error}"));
        let (outcomes, arrived) = (Arc::new(AtomicU64::new(0)), Arc::new(AtomicU64::new(0)));
        let senders = world.connect("senders").await?;
        let told = senders.client().subscribe("homing.outcome.>").await.map_err(|error| wrong(&error))?;
        senders.flush().await?;
        let recipients = world.connect("recipients").await?;
        let mut live = recipients.client().subscribe("homing.to.>").await.map_err(|error| wrong(&error))?;
        recipients.flush().await?;
        let counted = Arc::clone(&outcomes);
        let counts = tokio::spawn(async move {
            let ones = told.filter(|told| {
                let by = told.subject.split('.').nth(2);
                std::future::ready(by.is_some_and(people::is_one))
            });
            ones.for_each(|_| async { _ = counted.fetch_add(1, Ordering::Relaxed) }).await;
        });
        let came = Arc::clone(&arrived);
        let mut pipeline = Pipeline::new(world.connect("confirmations").await?, IN_FLIGHT_MAX);
        let confirms = tokio::spawn(async move {
            while let Some(message) = live.next().await {
                let Some((subject, payload)) = confirmation(&message.subject) else { continue };
                if !message.subject.split('.').nth(2).is_some_and(people::is_one) {
                    continue;
                }
                came.fetch_add(1, Ordering::Relaxed);
                // One that is not confirmed comes again.
                let _ = pipeline.publish(subject, payload).await;
            }
        });
        Ok(Recipients { outcomes, arrived, tasks: [counts, confirms] })
    }

    /// Of so many commands sent by people, and of all that was confirmed: how many are not decided.
    pub(super) fn undecided(&self, sent: u64) -> u64 {
        (sent + self.arrived()).saturating_sub(self.outcomes.load(Ordering::Relaxed))
    }

    /// Live messages that arrived so far.
    pub(super) fn arrived(&self) -> u64 {
        self.arrived.load(Ordering::Relaxed)
    }
}

impl Drop for Recipients {
    fn drop(&mut self) {
        self.tasks.iter().for_each(JoinHandle::abort);
    }
}
