//! An IM client in the demo: a real one, on a connection of its own.

use std::time::Duration;

use async_nats::Subscriber;
use futures_util::StreamExt;
use tokio_util::sync::CancellationToken;

use crate::cli::client::Client;
use crate::cli::output::Failure;
use crate::log::NatsUrl;
use crate::rules::message::Confirm;
use crate::rules::presence::{DeviceClass, Offline, Online};
use crate::rules::{Command, message};
use crate::wire::{MessageView, subjects};
use crate::words::{DeviceName, MessageId, Span, UserName};

/// Short, so that the demo need not wait long for it to lapse.
const LEASE: Span = Span::from_secs(2);
const HEARTBEAT_EVERY: Duration = Duration::from_millis(500);
/// Far more than a live message takes.
const PATIENCE: Duration = Duration::from_secs(15);

/// A client that is online until it is dropped, and then simply gone, as when a battery is empty.
pub(super) struct ImClient {
    client: Client,
    device: DeviceName,
    live: Subscriber,
    _beating: tokio_util::sync::DropGuard,
}

impl ImClient {
    /// Listens first and comes online then, so that nothing is missed.
    pub(super) async fn online(
        at: &NatsUrl,
        user: &UserName,
        left: &CancellationToken,
    ) -> Result<ImClient, Failure> {
        let client = Client::at(at, user.as_str()).await?;
        let wrong = |error: &dyn std::fmt::Display| Failure::failed(format!("could not listen: {error}"));
        let live =
            client.log.client().subscribe(subjects::live_of(user)).await.map_err(|error| wrong(&error))?;
        let device: DeviceName = "laptop".parse().map_err(|error| wrong(&error))?;
        let online = Online { device: device.clone(), class: DeviceClass::Pc, lease: LEASE };
        client.accepted(&Command::from(online)).await?;
        let beating = left.child_token();
        let (heart, subject) = (client.log.client().clone(), subjects::heartbeat(user, &device));
        let beat = beating.clone().run_until_cancelled_owned(async move {
            let mut every = tokio::time::interval(HEARTBEAT_EVERY);
            loop {
                every.tick().await;
                // A lost heartbeat is what leases are for.
                let _ = heart.publish(subject.clone(), "".into()).await;
            }
        });
        tokio::spawn(beat);
        Ok(ImClient { client, device, live, _beating: beating.drop_guard() })
    }

    /// The next live message.
    pub(super) async fn next(&mut self) -> Result<MessageView, Failure> {
        let message = tokio::time::timeout(PATIENCE, self.live.next()).await.ok().flatten();
        let message = message.ok_or_else(|| Failure::failed("no live message came".to_owned()))?;
        serde_json::from_slice(&message.payload)
            .map_err(|error| Failure::failed(format!("a live message cannot be read: {error}")))
    }

    pub(super) async fn confirm(&self, message: MessageId) -> Result<(), Failure> {
        self.client
            .accepted(&Command::from(message::Received(Confirm { message: Some(message), messages: None })))
            .await?;
        Ok(())
    }

    /// Says that it is leaving, as a client that is closed does.
    pub(super) async fn leaves(self) -> Result<(), Failure> {
        self.client.accepted(&Command::from(Offline { device: self.device.clone() })).await?;
        Ok(())
    }
}
