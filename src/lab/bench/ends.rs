//! The ends of a flow: the connections over which messages are sent, and those over which they and their outcomes come.

use async_nats::Message;
use bytes::Bytes;
use futures_util::stream::{BoxStream, SelectAll};
use futures_util::{StreamExt, stream};

use super::load::IN_FLIGHT_MAX;
use super::world::World;
use crate::cli::output::Failure;
use crate::log::{Fault, Log, Pipeline};
use crate::wire::subjects;
use crate::words::UserName;

/// Who sends: the `number`-th message goes over the connection of its sender.
pub(super) struct Producers(Vec<Pipeline>);

impl Producers {
    /// All together have as many publishes under way as one alone.
    pub(super) fn over(logs: impl ExactSizeIterator<Item = Log>) -> Producers {
        let each = (IN_FLIGHT_MAX / logs.len().max(1)).max(1);
        Producers(logs.map(|log| Pipeline::new(log, each)).collect())
    }

    pub(super) async fn publish(
        &mut self,
        number: usize,
        (subject, payload): (String, Bytes),
    ) -> Result<(), Fault> {
        let place = number % self.0.len().max(1);
        match self.0.get_mut(place) {
            Some(pipeline) => pipeline.publish(subject, payload).await,
            None => Err(Fault::never("publish: nobody sends")),
        }
    }

    pub(super) async fn drain(&mut self) -> Result<(), Fault> {
        for pipeline in &mut self.0 {
            pipeline.drain().await?;
        }
        Ok(())
    }
}

pub(super) type Messages = BoxStream<'static, Message>;

/// Both ends of a flow of messages.
pub(super) struct Ends {
    pub(super) producers: Producers,
    pub(super) live: Messages,
    pub(super) outcomes: Messages,
}

impl Ends {
    /// Of one producer and one listener who stand for everybody, in the account of the streams.
    pub(super) async fn of_all(world: &World) -> Result<Ends, Failure> {
        let (recipients, senders) = (world.connect("recipients").await?, world.connect("senders").await?);
        Ok(Ends {
            producers: Producers::over([world.connect("producer").await?].into_iter()),
            live: hears(&recipients, "homing.to.>".to_owned()).await?,
            outcomes: hears(&senders, "homing.outcome.>".to_owned()).await?,
        })
    }

    /// Of people who have a connection each.
    pub(super) async fn of_each(people: &[(UserName, Log)]) -> Result<Ends, Failure> {
        let (mut live, mut outcomes) = (SelectAll::new(), SelectAll::new());
        for (name, log) in people {
            live.push(hears(log, subjects::live_of(name)).await?);
            outcomes.push(hears(log, subjects::outcome_of(name.as_str())).await?);
        }
        let producers = Producers::over(people.iter().map(|(_, log)| log.clone()));
        Ok(Ends { producers, live: live.boxed(), outcomes: outcomes.boxed() })
    }
}

/// All that comes on a subject from now on. The connection lives as long as what is given.
pub(super) async fn hears(log: &Log, subject: String) -> Result<Messages, Failure> {
    let wrong = |error: &dyn std::fmt::Display| Failure::failed(format!("could not listen: {error}"));
    let heard = log.client().subscribe(subject).await.map_err(|error| wrong(&error))?;
    log.flush().await?;
    let heard = stream::unfold((heard, log.clone()), |(mut heard, log)| async move {
        heard.next().await.map(|message| (message, (heard, log)))
    });
    Ok(heard.boxed())
}
