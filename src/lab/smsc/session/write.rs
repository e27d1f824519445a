//! Writes PDUs to an ESME, each of them whole.

use bytes::BytesMut;
use tokio::io::AsyncWriteExt;
use tokio::net::tcp::OwnedWriteHalf;
use tokio::sync::mpsc;

pub(super) struct Writing {
    writer: OwnedWriteHalf,
    queue: mpsc::Receiver<Vec<u8>>,
    /// Taken from the queue and not written yet.
    buffer: BytesMut,
}

impl Writing {
    pub(super) fn new(writer: OwnedWriteHalf, queue: mpsc::Receiver<Vec<u8>>) -> Writing {
        Writing { writer, queue, buffer: BytesMut::new() }
    }

    /// Writes until it cannot. Dropped, [`Writing::finish`] goes on where it was.
    pub(super) async fn run(&mut self) {
        while self.flush().await.is_ok() {
            let Some(pdu) = self.queue.recv().await else { return };
            self.buffer.extend_from_slice(&pdu);
        }
    }

    /// Writes what is there and closes.
    pub(super) async fn finish(mut self) {
        while let Ok(pdu) = self.queue.try_recv() {
            self.buffer.extend_from_slice(&pdu);
        }
        if self.flush().await.is_ok() {
            let _gone_already = self.writer.shutdown().await;
        }
    }

    async fn flush(&mut self) -> std::io::Result<()> {
        while !self.buffer.is_empty() {
            if self.writer.write_buf(&mut self.buffer).await? == 0 {
                return Err(std::io::ErrorKind::WriteZero.into());
            }
        }
        Ok(())
    }
}
