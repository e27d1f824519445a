//! Answers to operators: what the bridge knows of a message, and how its links are. The NATS service `homing-sms`.

use std::sync::Arc;

use async_nats::service::ServiceExt;
use futures_util::StreamExt;
use serde::Deserialize;
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;

use super::Door;
use super::lane::Shared;
use crate::log::{Fault, Log};
use crate::sms::link::Status;
use crate::wire::subjects;
use crate::words::MessageId;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Asked {
    message: Option<MessageId>,
}

pub(super) async fn run(
    log: &Log,
    shared: &Arc<Shared>,
    doors: &[Door],
    ends: &CancellationToken,
) -> Result<(), Fault> {
    let failed = |error: async_nats::Error| Fault::later("offer the state of the SMS bridge").because(error);
    let service = log.client().service_builder().description("What the SMS bridge knows of its messages");
    let service = service.start("homing-sms", env!("CARGO_PKG_VERSION")).await.map_err(failed)?;
    let mut questions = service.endpoint(subjects::query("_admin", "sms")).await.map_err(failed)?;
    while let Some(Some(question)) = ends.run_until_cancelled(questions.next()).await {
        let answer = match serde_json::from_slice(&question.message.payload) {
            Ok(Asked { message }) => answer(shared, doors, message)?,
            Err(error) => json!({ "error": { "code": "command.malformed", "text": error.to_string() } }),
        };
        // Who asked may have gone.
        let _ = question.respond(Ok(answer.to_string().into())).await;
    }
    let _ = service.stop().await;
    Ok(())
}

fn answer(shared: &Shared, doors: &[Door], message: Option<MessageId>) -> Result<Value, Fault> {
    let connectors: Vec<Value> = doors.iter().map(connector).collect();
    let Some(message) = message else {
        return Ok(json!({ "connectors": connectors, "position": shared.state.position() }));
    };
    let deliveries = shared.state.deliveries(message)?.into_iter().map(|(to, row)| {
        json!({
            "to": to, "stage": row.stage, "attempts": row.attempts, "connector": row.connector, "ids": row.ids,
            "receipts": row.receipts, "reason": row.reason, "at": row.at.to_string(),
        })
    });
    Ok(json!({ "message": message, "deliveries": deliveries.collect::<Vec<_>>() }))
}

fn connector(door: &Door) -> Value {
    let status = door.link.status();
    let (state, why) = match &*status.borrow() {
        Status::Connecting => ("connecting", None),
        Status::Bound { .. } => ("bound", None),
        Status::Refused { status, .. } => {
            ("refused", Some(crate::sms::pdu::status::Named(*status).to_string()))
        }
        Status::Down { why, .. } => ("down", Some(why.clone())),
    };
    json!({ "name": door.name, "state": state, "why": why, "in_flight": door.link.in_flight() })
}
