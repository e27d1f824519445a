//! Writes what is in the outbox, as much at a time as there is, and tells it how far it came.

use std::future::poll_fn;
use std::pin::Pin;
use std::task::Poll;

use tokio::io::{AsyncWrite, AsyncWriteExt};

use super::Ended;
use crate::smpp::link::outbox::Outbox;

pub(super) struct Sending<'a> {
    writer: Box<dyn AsyncWrite + Send + Unpin>,
    write_is_exact: bool,
    outbox: &'a Outbox,
    /// What the socket is offered: a copy, for it may take none of it.
    chunk: Vec<u8>,
}

impl<'a> Sending<'a> {
    pub(super) fn new(
        writer: Box<dyn AsyncWrite + Send + Unpin>,
        write_is_exact: bool,
        outbox: &'a Outbox,
    ) -> Sending<'a> {
        Sending { writer, write_is_exact, outbox, chunk: Vec::new() }
    }

    /// Writes until it cannot. Dropped and called again, it goes on where it was.
    pub(super) async fn run(&mut self) -> Ended {
        loop {
            if let Err(error) = self.write_all().await {
                return Ended::Lost(format!("write: {error}"));
            }
            self.outbox.written().await;
        }
    }

    /// Writes what is there and closes.
    pub(super) async fn finish(&mut self) -> std::io::Result<()> {
        self.write_all().await?;
        self.writer.shutdown().await
    }

    async fn write_all(&mut self) -> std::io::Result<()> {
        while poll_fn(|context| self.poll_write(context)).await? > 0 {}
        self.writer.flush().await
    }

    /// Between the question whether something may go and the write there is nothing to wait for: where the socket takes
    /// nothing, all is asked again before the next try. What it took is counted before anything else.
    fn poll_write(&mut self, context: &mut std::task::Context<'_>) -> Poll<std::io::Result<usize>> {
        self.outbox.offer(&mut self.chunk);
        if self.chunk.is_empty() {
            return Poll::Ready(Ok(0));
        }
        match Pin::new(&mut self.writer).poll_write(context, &self.chunk) {
            Poll::Pending => Poll::Pending,
            Poll::Ready(Ok(0)) => Poll::Ready(Err(std::io::ErrorKind::WriteZero.into())),
            Poll::Ready(Ok(written)) => {
                self.outbox.took(written);
                Poll::Ready(Ok(written))
            }
            Poll::Ready(Err(error)) => {
                if !self.write_is_exact {
                    self.outbox.took(self.chunk.len());
                }
                Poll::Ready(Err(error))
            }
        }
    }
}
