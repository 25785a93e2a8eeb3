//! The wait for the next request: until its head is whole, or cannot become one, or has taken too long.
//!
//! `serve` asks after each answer; the bytes are those of the socket's input.
//!
//! Invariant: a head that has begun is whole within the head timeout; a connection between two requests is closed after the keep-alive, and
//! at once when the process stops.

use std::future::poll_fn;
use std::io;
use std::task::{Context, Poll};

use tokio::io::{AsyncRead, AsyncWrite};
use tokio::time::Instant;

use super::request::{HeadFacts, request_head};
use super::socket::ClientSocket;
use crate::ingress::request::RequestHead;
use crate::ingress::wire::{PREFACE, Rejection, read_head};

/// What a client sends next.
#[expect(clippy::large_enum_variant, reason = "it is taken apart at once")]
pub(super) enum Next {
    /// A request, without its body.
    Head(RequestHead, HeadFacts),
    /// The beginning of HTTP/2, which is still in the input.
    Http2,
    /// Something that is not a request.
    Rejected(Rejection),
    /// Nothing.
    End,
}

/// The progress of one wait.
struct HeadWait {
    is_first: bool,
    /// The timeout of the head runs.
    has_begun: bool,
    /// Bytes of a head that were read in vain.
    seen: usize,
}

/// Waits for the next request of a connection.
pub(super) async fn next_head<S: AsyncRead + AsyncWrite + Unpin>(socket: &mut ClientSocket<S>, is_first: bool) -> io::Result<Next> {
    // The timeout of the first head runs from the start of the connection.
    let mut wait = HeadWait { is_first, has_begun: is_first, seen: 0 };
    poll_fn(|cx| wait.poll(socket, cx)).await
}

impl HeadWait {
    fn poll<S: AsyncRead + AsyncWrite + Unpin>(&mut self, socket: &mut ClientSocket<S>, cx: &mut Context<'_>) -> Poll<io::Result<Next>> {
        loop {
            if let Some(next) = self.read(socket) {
                socket.waits.clear();
                return Poll::Ready(Ok(next));
            }
            match socket.poll_fill(cx)? {
                // Half a head is left without an answer.
                Poll::Ready(0) => return Poll::Ready(Ok(Next::End)),
                Poll::Ready(_) => {}
                Poll::Pending => return self.poll_waits(socket, cx).map(Ok),
            }
        }
    }

    /// The client sends nothing: ready when that has lasted for too long.
    fn poll_waits<S>(&mut self, socket: &mut ClientSocket<S>, cx: &mut Context<'_>) -> Poll<Next> {
        let is_partial = !socket.input.is_empty();
        if is_partial && !self.has_begun {
            self.has_begun = true;
            socket.waits.set(Instant::now() + socket.timeouts.head);
        }
        if socket.waits.poll_stopping(cx).is_ready() {
            return Poll::Ready(Next::End);
        }
        socket.waits.poll_due(cx).map(|()| if is_partial { Next::Rejected(Rejection::Slow) } else { Next::End })
    }

    /// Reads a head from the input; `None`: it is not whole.
    fn read<S>(&mut self, socket: &mut ClientSocket<S>) -> Option<Next> {
        let bytes = socket.input.unread();
        if bytes.is_empty() {
            return None;
        }
        if self.is_first {
            if bytes.starts_with(PREFACE) {
                return Some(Next::Http2);
            }
            if PREFACE.starts_with(bytes) {
                return None;
            }
        }
        // A head that comes byte by byte is read again only at the end of a line.
        let fresh = bytes.get(self.seen..).unwrap_or_default();
        let head = if self.seen == 0 || fresh.contains(&b'\n') { read_head(bytes) } else { Ok(None) };
        let head = match head {
            Ok(Some(head)) if head.bytes <= socket.timeouts.head_bytes => head,
            Ok(None) if bytes.len() <= socket.timeouts.head_bytes => {
                self.seen = bytes.len();
                return None;
            }
            Ok(_) => return Some(Next::Rejected(Rejection::Large)),
            Err(rejection) => return Some(Next::Rejected(rejection)),
        };
        let head_bytes = head.bytes;
        match request_head(bytes, head) {
            Ok((request, facts)) => {
                socket.input.consume(head_bytes);
                Some(Next::Head(request, facts))
            }
            Err(rejection) => Some(Next::Rejected(rejection)),
        }
    }
}
