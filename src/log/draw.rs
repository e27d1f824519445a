//! Taking work from a durable consumer on demand: no more than is asked for, so that other processes get the rest.

use std::future::pending;
use std::time::Duration;

use async_nats::jetstream::consumer::Consumer;
use async_nats::jetstream::consumer::pull::{Batch, Config};
use futures_util::{FutureExt, StreamExt};
use tokio_util::task::AbortOnDropHandle;
use tracing::debug;

use super::connection::Losses;
use super::pull::taken;
use super::{Fault, Log, Source, Taken};

/// What comes after one's mind has changed comes within this time, and is given back.
const ASKED_FOR: Duration = Duration::from_secs(1);
const AGAIN_AFTER: Duration = Duration::from_millis(100);

/// An endless reader of a durable consumer that prefetches nothing; make one with [`Log::draw`].
pub struct Draw {
    log: Log,
    source: Source,
    consumer: Consumer<Config>,
    /// The request under way.
    asked: Option<Batch>,
    losses: Losses,
    /// How often it was cut off since something came: what was delivered may be what no client can read.
    cut: u32,
    /// The search for the consumer after a fault: a task of its own, for whoever waits for records may stop waiting at any
    /// moment, and begin anew.
    mending: Option<AbortOnDropHandle<Consumer<Config>>>,
}

impl std::fmt::Debug for Draw {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Draw from {} of {}", self.source.durable, self.source.stream)
    }
}

impl Log {
    /// # Errors
    /// Where the stream is not there, or the server is away.
    pub async fn draw(&self, source: Source) -> Result<Draw, Fault> {
        let consumer = self.drawn_consumer(source).await?;
        Ok(Draw {
            log: self.clone(),
            source,
            consumer,
            asked: None,
            losses: self.losses(),
            cut: 0,
            mending: None,
        })
    }

    async fn drawn_consumer(&self, source: Source) -> Result<Consumer<Config>, Fault> {
        let name = self.have_consumer(source).await?;
        let consumer = self.js().get_consumer_from_stream(name, source.stream).await;
        consumer.map_err(|error| source.doing().because(error))
    }
}

/// The consumer, which is made again where it is lost, and delivers nothing again that no client can read.
async fn mended(log: Log, source: Source, cut: u32) -> Consumer<Config> {
    loop {
        tokio::time::sleep(AGAIN_AFTER).await;
        let mended = async {
            let consumer = log.drawn_consumer(source).await?;
            if cut > 0 {
                log.pass_over_unreadable(source, &consumer.cached_info().name, cut > 1).await?;
            }
            Ok::<_, Fault>(consumer)
        };
        match mended.await {
            Ok(consumer) => return consumer,
            Err(fault) => {
                debug!(stream = source.stream, durable = source.durable, %fault, "the consumer is looked for again");
            }
        }
    }
}

impl Source {
    fn doing(self) -> Fault {
        Fault::later(format!("take work from {} of {}", self.durable, self.stream))
    }
}

impl Draw {
    /// Waits for records, and gives all that are there (never none): at most `len`, and what is left of an earlier request.
    /// With none asked for, it only waits for that. While the server is away it goes on waiting. Dropping the future loses
    /// nothing.
    pub async fn next(&mut self, len: usize) -> Vec<Taken> {
        loop {
            if let Some(mending) = &mut self.mending {
                if let Ok(consumer) = mending.await {
                    self.consumer = consumer;
                }
                self.mending = None;
            }
            match self.some(len).await {
                Ok(Some(taken)) => return taken,
                Ok(None) => {}
                Err(fault) => {
                    let Source { stream, durable, .. } = self.source;
                    debug!(stream, durable, %fault, "asked for again");
                    self.asked = None;
                    let mending = mended(self.log.clone(), self.source, self.cut);
                    self.mending = Some(AbortOnDropHandle::new(tokio::spawn(mending)));
                }
            }
        }
    }

    /// Nothing where the request is over.
    async fn some(&mut self, len: usize) -> Result<Option<Vec<Taken>>, Fault> {
        if self.asked.is_none() {
            if len == 0 {
                pending::<()>().await;
            }
            self.losses = self.log.losses();
            let batch = self.consumer.batch().max_messages(len.min(self.source.batch_len_max));
            let asked = batch.expires(ASKED_FOR).messages().await;
            self.asked = Some(asked.map_err(|error| self.source.doing().because(error))?);
        }
        let lost = || self.source.doing();
        let asked = self.asked.as_mut().expect("it was asked just now");
        let first = tokio::select! {
            biased;
            first = asked.next() => first,
            // The server that comes back does not know the request any more.
            () = self.losses.next() => {
                self.cut += 1;
                return Err(lost().because("the connection was lost"));
            }
        };
        let Some(first) = first else {
            self.asked = None;
            return Ok(None);
        };
        self.cut = 0;
        let mut batch = vec![taken(first.map_err(|error| lost().because(error))?)?];
        while let Some(Some(Ok(message))) = asked.next().now_or_never() {
            batch.push(taken(message)?);
        }
        Ok(Some(batch))
    }
}
