//! The thread that writes the read models; it yields to the way of a message.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;

use tokio::sync::{mpsc, oneshot};

use super::model::Model;
use crate::log::{Fault, Record};

/// Nice value (POSIX `setpriority`) of a thread that yields: under full load deciding and fan-out get nine parts of ten of a
/// core, and answers wait for the rows instead.
const NICENESS: i32 = 10;
/// Batches read ahead.
const BATCHES_LEN_MAX: usize = 1;

/// How important the read models are beside the way of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Priority {
    /// As important as any other work.
    Normal,
    /// The way of a message comes first.
    Yields,
}

pub(super) struct Projector {
    batches: mpsc::Sender<Vec<Record>>,
    ended: oneshot::Receiver<Result<(), Fault>>,
}

impl Projector {
    pub(super) fn start(model: &Arc<Model>, priority: Priority) -> Projector {
        let (batches, taking) = mpsc::channel(BATCHES_LEN_MAX);
        let (end, ended) = oneshot::channel();
        let model = Arc::clone(model);
        std::thread::spawn(move || {
            let result = std::panic::catch_unwind(AssertUnwindSafe(|| work(&model, priority, taking)));
            // A panic of the store's means that the folder is torn.
            let torn = || Fault::reload("write the read models").because("the store panicked");
            // Whoever waited for the end may be gone with the program.
            let _ = end.send(result.unwrap_or_else(|_| Err(torn())));
        });
        Projector { batches, ended }
    }

    /// Hands over a batch; waits while the one before is being written.
    pub(super) async fn project(&mut self, records: Vec<Record>) -> Result<(), Fault> {
        if self.batches.send(records).await.is_ok() {
            return Ok(());
        }
        Err(self.failed().await)
    }

    /// Waits until something could not be written.
    pub(super) async fn failed(&mut self) -> Fault {
        let ended = (&mut self.ended).await;
        ended.unwrap_or_else(|_| Err(ended_early())).err().unwrap_or_else(ended_early)
    }

    /// Waits until what was handed over is written.
    pub(super) async fn finish(self) -> Result<(), Fault> {
        drop(self.batches);
        self.ended.await.unwrap_or_else(|_| Err(ended_early()))
    }
}

fn ended_early() -> Fault {
    Fault::reload("write the read models")
}

fn work(model: &Model, priority: Priority, mut batches: mpsc::Receiver<Vec<Record>>) -> Result<(), Fault> {
    if priority == Priority::Yields {
        // Where the system does not allow it, the thread is as important as any.
        let _ = rustix::process::setpriority_process(None, NICENESS);
    }
    while let Some(records) = batches.blocking_recv() {
        model.take(&records)?;
    }
    Ok(())
}
