//! The read models at normal priority, in this process: a round is over when they hold it too.

use std::time::Duration;

use serde_json::{Value, json};
use tokio::task::JoinHandle;
use tokio::time::{Instant, sleep};
use tokio_util::sync::CancellationToken;

use super::world::World;
use crate::cli::client::{Client, OPERATOR};
use crate::cli::output::Failure;
use crate::log::Fault;
use crate::query;
use crate::words::EventSeq;

/// A question costs some tenths of a millisecond.
const LOOK_EVERY: Duration = Duration::from_millis(2);

pub(super) struct ReadModels {
    asks: Client,
    stop: CancellationToken,
    running: JoinHandle<Result<(), Fault>>,
}

impl ReadModels {
    pub(super) async fn start(world: &World) -> Result<ReadModels, Failure> {
        let asks = Client::at(world.own(), OPERATOR).await?;
        let (log, data, stop) =
            (world.connect("read-models").await?, world.data().to_owned(), CancellationToken::new());
        let stops = stop.clone();
        let running =
            tokio::spawn(async move { query::run(log, &data, query::Priority::Normal, stops).await });
        Ok(ReadModels { asks, stop, running })
    }

    /// Waits until they hold what the log holds now.
    pub(super) async fn caught_up(&self) -> Result<Instant, Failure> {
        let end = EventSeq(self.asks.log.last_seq("EVENTS").await?);
        loop {
            let answer = self.asks.answer::<Value>("presence", &json!({ "user": "u0" })).await;
            // Those that are far behind say so, and are asked again.
            if answer.is_ok_and(|answer| answer.as_of.is_some_and(|as_of| as_of >= end)) {
                return Ok(Instant::now());
            }
            sleep(LOOK_EVERY).await;
        }
    }

    pub(super) async fn stop(self) -> Result<(), Failure> {
        self.stop.cancel();
        let ended = self.running.await.map_err(|error| Failure::failed(error.to_string()))?;
        Ok(ended?)
    }
}
