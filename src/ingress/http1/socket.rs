//! The stream of a connection with its two buffers and its waits.
//!
//! Everything that a connection reads or writes passes here.
//!
//! Invariant: a client that takes nothing of what is written is left after the write timeout.

use std::future::Future as _;
use std::io;
use std::pin::{Pin, pin};
use std::task::{Context, Poll};

use bytes::BufMut as _;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite};
use tokio::time::Instant;

use super::input::InputBuffer;
use super::output::OutputBuffer;
use super::waits::Waits;
use crate::ingress::wire::Timeouts;
use crate::shutdown::Drained;

/// A connection's stream, and what is kept from one request to the next.
pub(super) struct ClientSocket<S> {
    pub(super) stream: S,
    pub(super) input: InputBuffer,
    pub(super) output: OutputBuffer,
    pub(super) waits: Waits,
    pub(super) timeouts: Timeouts,
}

impl<S> ClientSocket<S> {
    /// For a stream that was accepted just now: the first head is due.
    pub(super) fn new(stream: S, timeouts: Timeouts, drained: &Drained) -> Self {
        Self {
            stream,
            input: InputBuffer::default(),
            output: OutputBuffer::default(),
            waits: Waits::new(Instant::now() + timeouts.head, drained),
            timeouts,
        }
    }

    /// The stream, and what was read of it.
    pub(super) fn into_parts(self) -> (S, Vec<u8>) {
        (self.stream, self.input.unread().to_vec())
    }

    /// The client has its answer: the wait for its next request begins.
    pub(super) fn wait_for_next(&mut self) {
        self.output.shrink();
        self.waits.set(Instant::now() + self.timeouts.idle);
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> ClientSocket<S> {
    /// Reads more into the input. 0: the client sends nothing more.
    pub(super) fn poll_fill(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<usize>> {
        self.input.poll_fill(&mut self.stream, self.timeouts.head_bytes, cx)
    }

    /// Reads at most `limit` bytes behind those that `bytes` holds.
    pub(super) fn poll_read_into(&mut self, bytes: &mut Vec<u8>, limit: usize, cx: &mut Context<'_>) -> Poll<io::Result<usize>> {
        let mut limited = bytes.limit(limit);
        pin!(self.stream.read_buf(&mut limited)).poll(cx)
    }

    /// Writes the output.
    pub(super) fn poll_flush(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let before = self.output.left();
        match self.output.poll_write(Pin::new(&mut self.stream), cx) {
            Poll::Ready(written) => {
                self.waits.clear();
                Poll::Ready(written)
            }
            Poll::Pending => {
                if self.output.left() != before || !self.waits.is_set() {
                    self.waits.set(Instant::now() + self.timeouts.write);
                }
                self.waits.poll_due(cx).map(|()| Err(io::Error::new(io::ErrorKind::TimedOut, "the client reads nothing")))
            }
        }
    }
}

/// The client has left before its answer was written.
pub(super) fn client_left() -> io::Error {
    io::Error::new(io::ErrorKind::ConnectionAborted, "the client left")
}
