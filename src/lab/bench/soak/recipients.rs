//! The clients of a soak: what comes live is confirmed, and outcomes are counted.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use futures_util::StreamExt;
use tokio::task::JoinHandle;

use super::people;
use crate::cli::output::Failure;
use crate::lab::bench::load::IN_FLIGHT_MAX;
use crate::lab::bench::world::World;
use crate::log::Pipeline;
use crate::rules::Command;
use crate::rules::message::{Confirm, Received};
use crate::rules::presence::Encoding;
use crate::wire::{command, subjects};

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
            told.for_each(|_| async { _ = counted.fetch_add(1, Ordering::Relaxed) }).await;
        });
        let came = Arc::clone(&arrived);
        let mut pipeline = Pipeline::new(world.connect("confirmations").await?, IN_FLIGHT_MAX);
        let confirms = tokio::spawn(async move {
            while let Some(message) = live.next().await {
                let mut tokens = message.subject.split('.').skip(2);
                let (Some(user), Some(Ok(id))) = (tokens.next(), tokens.next().map(str::parse)) else {
                    continue;
                };
                if !people::is_one(user) {
                    continue;
                }
                came.fetch_add(1, Ordering::Relaxed);
                let confirm = Command::from(Received(Confirm { message: Some(id), messages: None }));
                let subject = subjects::command(user, confirm.verb());
                // One that is not confirmed comes again.
                let _ = pipeline.publish(subject, command::encode(&confirm, Encoding::Msgpack).into()).await;
            }
        });
        Ok(Recipients { outcomes, arrived, tasks: [counts, confirms] })
    }

    /// Outcomes told so far.
    pub(super) fn outcomes(&self) -> u64 {
        self.outcomes.load(Ordering::Relaxed)
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
