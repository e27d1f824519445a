//! What a message to a group leaves behind in the streams: messages, bytes, and how many of these are its plan.

use serde_json::Value;

use crate::cli::output::Failure;
use crate::lab::bench::report::{Report, Want};
use crate::log::Log;
use crate::rules::Fact;
use crate::rules::message::Page;
use crate::wire::to_msgpack;
use crate::words::EventSeq;

/// The streams that it is written to, and what stands in each of them.
const STREAMS: [(&str, &str); 3] = [("COMMANDS", "commands"), ("EVENTS", "events"), ("OUTBOX", "outbox")];

/// What a stream holds.
#[derive(Clone, Copy)]
struct Held {
    messages: f64,
    bytes: f64,
}

/// What the streams hold at a time at which nothing is under way.
pub(super) struct Storage {
    held: Vec<Held>,
    last_event: u64,
}

impl Storage {
    pub(super) async fn look(log: &Log) -> Result<Storage, Failure> {
        let mut streams = Vec::with_capacity(STREAMS.len());
        for (stream, _) in STREAMS {
            streams.push(held(log, stream).await?);
        }
        Ok(Storage { held: streams, last_event: log.last_seq("EVENTS").await? })
    }

    /// What one message has added to them since, of whose recipients so many were online.
    pub(super) async fn tell_since(
        log: &Log,
        before: &Storage,
        (online, phones): (usize, usize),
        report: &mut Report,
    ) -> Result<(), Failure> {
        let after = Storage::look(log).await?;
        let mut bytes = 0.0;
        for ((_, key), (before, after)) in STREAMS.iter().zip(before.held.iter().zip(&after.held)) {
            report.figure(format!("stored_{key}_messages"), after.messages - before.messages);
            report.figure(format!("stored_{key}_bytes"), after.bytes - before.bytes);
            bytes += after.bytes - before.bytes;
        }
        let (mut plan, mut live, mut recipients) = (0, 0, 0);
        for seq in before.last_event + 1..=after.last_event {
            let commit = log.commit(EventSeq(seq)).await?;
            let facts = commit.iter().flat_map(|commit| &commit.facts);
            for page in facts.filter_map(Fact::get::<Page>) {
                plan += to_msgpack(page).len();
                recipients += page.recipients_len();
                let to_clients = page.routed.iter().filter(|run| run.encoding.is_some());
                live += to_clients.map(|run| to_msgpack(run).len()).sum::<usize>();
            }
        }
        let outbox = report.value("stored_outbox_bytes").unwrap_or(f64::NAN);
        report.figure("plan_bytes", plan as f64);
        report.figure("plan_recipients", recipients as f64);
        report.figure("plan_bytes_per_online_member", live as f64 / online as f64);
        report.figure("outbox_bytes_per_phone", outbox / phones as f64);
        // The command, the body, and the headers of each part: as many bytes for one member as for all of a page.
        report.figure("beyond_plan_and_outbox_bytes", bytes - plan as f64 - outbox);
        report.goal("stored_commands_messages", Want::AtMost(1.0));
        Ok(())
    }
}

async fn held(log: &Log, stream: &str) -> Result<Held, Failure> {
    let failed = |why: &dyn std::fmt::Display| Failure::failed(format!("could not ask for {stream}: {why}"));
    let answer = log.client().request(format!("$JS.API.STREAM.INFO.{stream}"), "".into()).await;
    let answer = answer.map_err(|error| failed(&error))?;
    let info: Value = serde_json::from_slice(&answer.payload).map_err(|error| failed(&error))?;
    let number = |key: &str| info.pointer(key).and_then(Value::as_f64);
    let held = number("/state/messages").zip(number("/state/bytes"));
    held.map(|(messages, bytes)| Held { messages, bytes }).ok_or_else(|| failed(&info))
}
