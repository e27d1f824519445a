//! Writes what is in the outbox, as much at a time as there is, and tells it how far it came.

use tokio::io::{AsyncWrite, AsyncWriteExt};

use super::Ended;
use crate::sms::link::outbox::Outbox;

pub(super) struct Sending<'a> {
    writer: Box<dyn AsyncWrite + Send + Unpin>,
    write_is_exact: bool,
    outbox: &'a Outbox,
    /// Taken from the outbox, written up to `done`.
    chunk: Vec<u8>,
    done: usize,
    /// Where the chunk stands in the stream.
    position: u64,
}

/// A chunk that grew to many times what is usual is given back.
const CHUNK_KEPT_MAX: usize = 256 * 1024;

impl<'a> Sending<'a> {
    pub(super) fn new(
        writer: Box<dyn AsyncWrite + Send + Unpin>,
        write_is_exact: bool,
        outbox: &'a Outbox,
    ) -> Sending<'a> {
        Sending { writer, write_is_exact, outbox, chunk: Vec::new(), done: 0, position: 0 }
    }

    /// Writes until it cannot. Dropped and called again, it goes on where it was.
    pub(super) async fn run(&mut self) -> Ended {
        loop {
            if let Err(error) = self.write_chunk().await {
                return Ended::Lost(format!("write: {error}"));
            }
            self.position = self.outbox.take(&mut self.chunk).await;
        }
    }

    /// Writes what is there and closes.
    pub(super) async fn finish(&mut self) -> std::io::Result<()> {
        loop {
            self.write_chunk().await?;
            match self.outbox.take_now(&mut self.chunk) {
                Some(position) => self.position = position,
                None => return self.writer.shutdown().await,
            }
        }
    }

    /// A write that is dropped before it is done has handed nothing over; one that is done is counted before anything else.
    async fn write_chunk(&mut self) -> std::io::Result<()> {
        while let Some(rest) = self.chunk.get(self.done..).filter(|rest| !rest.is_empty()) {
            match self.writer.write(rest).await {
                Ok(0) => return Err(std::io::ErrorKind::WriteZero.into()),
                Ok(written) => self.done += written,
                Err(error) => {
                    if !self.write_is_exact {
                        self.outbox.handed(self.position + self.chunk.len() as u64);
                    }
                    return Err(error);
                }
            }
            self.outbox.handed(self.position + self.done as u64);
        }
        self.writer.flush().await?;
        (self.done, self.chunk) = (0, std::mem::take(&mut self.chunk));
        if self.chunk.capacity() > CHUNK_KEPT_MAX {
            self.chunk = Vec::new();
        }
        self.chunk.clear();
        Ok(())
    }
}
