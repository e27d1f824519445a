//! One connection of an ESME, from its bind to its end.

mod hear;
mod write;

use std::sync::Arc;
use std::time::Duration;

use tokio::net::TcpStream;
use tokio::sync::mpsc;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::esme::UNBIND_SEQUENCE;
use super::shared::Shared;
use crate::smpp::pdu::status::ROK;
use crate::smpp::pdu::{Body, FrameReader, PDU_BYTES_MAX};
use hear::Conversation;
use write::Writing;

/// PDUs for the ESME; more wait in those who send them.
const QUEUE_LEN_MAX: usize = 100;
/// Responses that are put off; above it the ESME is not read.
const LATE_LEN_MAX: usize = 10_000;
/// For the answer to our unbind, and for the last octets.
const PART_WITHIN: Duration = Duration::from_secs(2);

pub(super) async fn run(stream: TcpStream, shared: Arc<Shared>, stop: CancellationToken) {
    // Without it a window of small PDUs waits for acknowledgements; where it cannot be set, that is all.
    let _slower = stream.set_nodelay(true);
    let (reader, writer) = stream.into_split();
    let (queue, to_write) = mpsc::channel(QUEUE_LEN_MAX);
    let (late, put_off) = mpsc::channel(LATE_LEN_MAX);
    let mut writing = Writing::new(writer, to_write);
    let frames = FrameReader::new(PDU_BYTES_MAX);
    let mut conversation = Conversation { reader, frames, shared, queue: queue.clone(), late, bound: None };
    tokio::select! {
        () = conversation.hear() => (),
        () = writing.run() => (),
        () = send_late(put_off, queue.clone()) => (),
        () = part(queue, stop) => (),
    }
    conversation.end().await;
    let _what_is_left_is_lost = tokio::time::timeout(PART_WITHIN, writing.finish()).await;
}

/// All are put off equally long.
async fn send_late(mut put_off: mpsc::Receiver<(Instant, Vec<u8>)>, queue: mpsc::Sender<Vec<u8>>) {
    while let Some((at, pdu)) = put_off.recv().await {
        tokio::time::sleep_until(at).await;
        if queue.send(pdu).await.is_err() {
            return;
        }
    }
}

/// Once stopped, unbinds; the answer ends the session elsewhere.
async fn part(queue: mpsc::Sender<Vec<u8>>, stop: CancellationToken) {
    stop.cancelled().await;
    let unbinding = queue.send(Body::Unbind.to_vec(ROK, UNBIND_SEQUENCE));
    let _it_does_not_read = tokio::time::timeout(PART_WITHIN, unbinding).await;
    tokio::time::sleep(PART_WITHIN).await;
}
