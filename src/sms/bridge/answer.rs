//! Answers to operators: what the bridge knows of a message, and how its links are. The NATS service `homing-sms`.

use std::sync::Arc;

use async_nats::service::ServiceExt;
use futures_util::StreamExt;
use tokio_util::sync::CancellationToken;

use super::connector::Connector;
use super::shared::Shared;
use crate::log::{Fault, Log, host};
use crate::smpp::link::Status;
use crate::smpp::pdu::status::Named;
use crate::sms::state::Delivery;
use crate::wire::query::{self, Answer, ErrorAnswer};
use crate::wire::sms_query::{ConnectorView, SmsDeliveryView, SmsOf, SmsState};
use crate::wire::{subjects, to_payload};
use crate::words::{MessageId, Party};

pub(super) async fn run(
    log: &Log,
    shared: &Arc<Shared>,
    connectors: &[Connector],
    ends: &CancellationToken,
) -> Result<(), Fault> {
    let failed = |error: async_nats::Error| Fault::later("offer the state of the SMS bridge").because(error);
    let service = log.client().service_builder().description("What the SMS bridge knows of its messages");
    // Each bridge answers for itself: together they have all connections.
    let service = service.queue_group(log.fresh_identity());
    let service = service.start("homing-sms", env!("CARGO_PKG_VERSION")).await.map_err(failed)?;
    let mut questions = service.endpoint(subjects::query("_admin", "sms")).await.map_err(failed)?;
    while let Some(Some(question)) = ends.run_until_cancelled(questions.next()).await {
        let encoding = query::encoding(&question.message.payload);
        let answer = match query::parse(&question.message.payload) {
            Ok(SmsOf { message }) => to_payload(&answer(shared, connectors, message)?, encoding),
            Err(error) => to_payload(&ErrorAnswer::from(error), encoding),
        };
        // Who asked may have gone.
        let _ = question.respond(Ok(answer.into())).await;
    }
    let _ = service.stop().await;
    Ok(())
}

fn answer(
    shared: &Shared,
    connectors: &[Connector],
    message: Option<MessageId>,
) -> Result<Answer<SmsState>, Fault> {
    let as_of = Some(shared.state.position());
    let deliveries = message.map(|message| shared.state.deliveries(message)).transpose()?.unwrap_or_default();
    let answer = SmsState {
        position: shared.state.position(),
        connectors: connectors.iter().map(connector).collect(),
        deliveries: deliveries.into_iter().map(delivery).collect(),
    };
    Ok(Answer { answer, as_of })
}

fn delivery((to, row): (Party, Delivery)) -> SmsDeliveryView {
    let Delivery { stage, attempts, connector, ids, receipts, reason, at, .. } = row;
    let receipts = receipts.into_iter().map(|state| state.map(|state| state.as_str().to_owned()));
    SmsDeliveryView {
        to,
        stage: stage.as_str().to_owned(),
        attempts,
        connector,
        ids,
        receipts: receipts.collect(),
        reason,
        at: at.to_string(),
    }
}

fn connector(connector: &Connector) -> ConnectorView {
    let (state, why) = match &*connector.link.status().borrow() {
        Status::Connecting => ("connecting", None),
        Status::Bound { .. } => ("bound", None),
        Status::Refused { status, .. } => ("refused", Some(Named(*status).to_string())),
        Status::Down { why, .. } => ("down", Some(why.clone())),
    };
    let (name, in_flight) = (connector.name().to_owned(), connector.link.in_flight());
    let bridge = Some(format!("{} {}", host(), std::process::id()));
    ConnectorView { name, state: state.to_owned(), why, in_flight, bridge }
}
