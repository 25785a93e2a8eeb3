//! The stream that hyper reads and writes instead of the socket.
//!
//! Reads pass the [`Framer`] (HTTP/1) or the [`FrameFloodLimiter`] (HTTP/2); a wait for the client, in either direction, has a timer.
//!
//! Invariant: bytes of a head reach hyper when the head is whole and valid, or never; no wait for the client is longer than its
//! [`Timeouts`].

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::{Instant, Sleep};

use super::frame_flood::FrameFloodLimiter;
use super::framer::{Framer, StopReason};
use super::rejection::Rejection;
use super::timeouts::{ActiveRequests, Timeouts, Wait};

/// How a connection in HTTP/2 with prior knowledge begins (RFC 9113 §3.4).
pub const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

/// Bytes read at a time where they cannot go to hyper's own buffer.
const CHUNK_BYTES: usize = 4 << 10;

/// How long a connection still reads and discards what its client sends after the last answer: a socket that is closed with unread bytes
/// resets the connection, and the client may lose the answer.
pub const LINGER: Duration = Duration::from_secs(2);
/// The bytes of it.
pub const LINGER_BYTES_MAX: usize = 16 << 20;
/// HTTP/2 has no uploads that are cut off by the end of their connection.
const LINGER_BYTES_MAX_HTTP2: usize = 64 << 10;

/// The protocol that the client speaks.
enum Protocol {
    /// No byte yet, or the beginning of HTTP/2's preface.
    Unknown,
    Http1(Framer),
    Http2(FrameFloodLimiter),
}

/// What hyper reads next once it has read every cleared byte.
#[derive(Clone, Copy, PartialEq, Eq)]
enum After {
    /// More from the client.
    Stream,
    /// Nothing, but the client has not left: the last answer is still to be written.
    Silence,
    /// The end.
    End,
}

/// A stream that checks its client's bytes and limits the waits for it.
pub struct HttpStream<S> {
    stream: S,
    timeouts: Timeouts,
    active_requests: ActiveRequests,
    protocol: Protocol,
    after: After,
    /// Bytes that are not hyper's yet: `held[..cleared]` may be read, the rest is the beginning of a head.
    held: Vec<u8>,
    cleared: usize,
    /// A head has begun, or the connection's first one is due.
    head_is_due: bool,
    reading: Wait,
    writing: Wait,
    /// Something was written since the wait for the next request began.
    wrote: bool,
    /// The write side is shut down; bytes that the client still sends are discarded. With the number of them.
    lingering: Option<(Pin<Box<Sleep>>, usize)>,
}

impl<S> HttpStream<S> {
    /// Wraps a stream that was accepted just now.
    pub fn new(stream: S, timeouts: Timeouts, active_requests: ActiveRequests) -> Self {
        Self {
            stream,
            timeouts,
            active_requests,
            protocol: Protocol::Unknown,
            after: After::Stream,
            held: Vec::new(),
            cleared: 0,
            head_is_due: true,
            reading: Wait::begun(),
            writing: Wait::default(),
            wrote: false,
            lingering: None,
        }
    }

    /// Takes over a stream of which these bytes were read already.
    ///
    /// # Errors
    /// If the client floods the connection with them.
    pub fn resume(mut self, read: Vec<u8>) -> io::Result<Self> {
        self.cleared = self.inspect(&read).ok_or_else(flood)?;
        self.held = read;
        Ok(self)
    }

    /// Refuses HTTP/2.
    pub fn http1_only(mut self) -> Self {
        self.protocol = Protocol::Http1(Framer::new(self.timeouts.head_bytes));
        self
    }

    /// Decides how many of the bytes that hyper does not have yet may pass; holds the rest. `None`: the client floods the connection.
    fn inspect(&mut self, fresh: &[u8]) -> Option<usize> {
        if matches!(self.protocol, Protocol::Unknown) {
            self.protocol = match fresh.strip_prefix(PREFACE) {
                Some(rest) => {
                    let mut limiter = FrameFloodLimiter::new(Instant::now().into_std());
                    return limiter.read(rest, Instant::now().into_std()).then(|| {
                        self.protocol = Protocol::Http2(limiter);
                        fresh.len()
                    });
                }
                None if PREFACE.starts_with(fresh) => {
                    self.held = fresh.to_vec();
                    return Some(0);
                }
                None => Protocol::Http1(Framer::new(self.timeouts.head_bytes)),
            };
        }
        let (cleared, stop) = match &mut self.protocol {
            Protocol::Http2(limiter) => return limiter.read(fresh, Instant::now().into_std()).then_some(fresh.len()),
            Protocol::Http1(framer) => framer.advance(fresh),
            Protocol::Unknown => return Some(0),
        };
        if cleared > 0 {
            self.head_is_due = false;
            self.reading.since = None;
        }
        match stop {
            StopReason::Nothing => {}
            StopReason::PartialHead => {
                self.held = fresh.get(cleared..).unwrap_or_default().to_vec();
                if !self.head_is_due {
                    self.head_is_due = true;
                    self.reading.since = Some(Instant::now());
                }
            }
            StopReason::Rejected(rejection) => self.reject(rejection),
            StopReason::BrokenBody => self.after = After::End,
        }
        Some(cleared)
    }

    /// Replaces the held bytes by a request that stands for the rejection.
    fn reject(&mut self, rejection: Rejection) {
        self.held = rejection.to_head();
        self.cleared = self.held.len();
        self.after = After::Silence;
    }

    /// Gives hyper the held bytes that are cleared by now.
    fn give(&mut self, out: &mut ReadBuf<'_>) {
        let bytes = self.cleared.min(out.remaining());
        out.put_slice(self.held.get(..bytes).unwrap_or_default());
        self.held.drain(..bytes);
        self.cleared -= bytes;
        if self.held.is_empty() {
            self.held = Vec::new();
        }
    }

    /// The client sends nothing. Ready when its time is over: hyper reads the rejection, or the end of the stream, next.
    fn poll_timeouts(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        let is_begun = !self.held.is_empty();
        let limit = match &self.protocol {
            // Bodies have a timer of their own, where they are read; so has HTTP/2.
            Protocol::Http2(_) => return Poll::Pending,
            Protocol::Http1(framer) if !framer.is_at_head() => return Poll::Pending,
            _ if self.head_is_due => self.timeouts.head,
            _ => self.timeouts.idle,
        };
        // While a request is under way the client may well wait for us. The timer runs all the same: no read is polled when the answer is
        // written.
        if self.active_requests.count() > 0 || self.reading.since.is_none() || (self.wrote && !is_begun) {
            self.reading.since = Some(Instant::now());
            self.wrote = false;
        }
        ready!(self.reading.poll(limit, cx));
        if is_begun {
            self.reject(Rejection::Slow);
        } else {
            self.after = After::End;
        }
        Poll::Ready(())
    }

    /// The client reads nothing. Ready when its time is over.
    fn poll_stalled(&mut self, cx: &mut Context<'_>) -> Poll<io::Error> {
        self.writing.since.get_or_insert_with(Instant::now);
        self.writing.poll(self.timeouts.write, cx).map(|()| io::Error::new(io::ErrorKind::TimedOut, "the client reads nothing"))
    }

    fn note_write(&mut self, polled: Poll<io::Result<usize>>, cx: &mut Context<'_>) -> Poll<io::Result<usize>> {
        match polled {
            Poll::Ready(Ok(bytes)) => {
                self.writing.since = None;
                self.wrote = true;
                if let Protocol::Http2(limiter) = &mut self.protocol {
                    limiter.wrote(bytes);
                }
                polled
            }
            Poll::Ready(Err(_)) => polled,
            Poll::Pending => self.poll_stalled(cx).map(Err),
        }
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> AsyncRead for HttpStream<S> {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, out: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        loop {
            if this.cleared > 0 {
                this.give(out);
                return Poll::Ready(Ok(()));
            }
            match this.after {
                After::Stream => {}
                After::Silence => return Poll::Pending,
                After::End => return Poll::Ready(Ok(())),
            }
            // A whole head in one piece, the usual case, goes to hyper's buffer and is checked there.
            let polled = if this.held.is_empty() { this.poll_read_straight(cx, out) } else { this.poll_read_held(cx) };
            match polled {
                Poll::Ready(Ok(ReadOutcome::Again)) => {}
                Poll::Ready(Ok(ReadOutcome::Given)) => return Poll::Ready(Ok(())),
                Poll::Ready(Err(error)) => return Poll::Ready(Err(error)),
                Poll::Pending => ready!(this.poll_timeouts(cx)),
            }
        }
    }
}

/// The result of a read.
enum ReadOutcome {
    /// Hyper has something, or the end.
    Given,
    /// It has nothing yet.
    Again,
}

impl<S: AsyncRead + AsyncWrite + Unpin> HttpStream<S> {
    fn poll_read_straight(&mut self, cx: &mut Context<'_>, out: &mut ReadBuf<'_>) -> Poll<io::Result<ReadOutcome>> {
        let before = out.filled().len();
        ready!(Pin::new(&mut self.stream).poll_read(cx, out))?;
        let fresh = out.filled().get(before..).unwrap_or_default();
        if fresh.is_empty() {
            return Poll::Ready(Ok(ReadOutcome::Given));
        }
        let passed = self.inspect(fresh).ok_or_else(flood)?;
        out.set_filled(before + passed);
        Poll::Ready(Ok(if passed > 0 { ReadOutcome::Given } else { ReadOutcome::Again }))
    }

    fn poll_read_held(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<ReadOutcome>> {
        let mut chunk = [0; CHUNK_BYTES];
        let mut chunk = ReadBuf::new(&mut chunk);
        ready!(Pin::new(&mut self.stream).poll_read(cx, &mut chunk))?;
        if chunk.filled().is_empty() {
            return Poll::Ready(Ok(ReadOutcome::Given));
        }
        let mut held = std::mem::take(&mut self.held);
        held.extend_from_slice(chunk.filled());
        let passed = self.inspect(&held).ok_or_else(flood)?;
        held.truncate(passed);
        // The bytes that passed go before those that are held, or before the rejection.
        self.cleared += passed;
        held.append(&mut self.held);
        self.held = held;
        Poll::Ready(Ok(ReadOutcome::Again))
    }

    /// Discards what the client still sends, until it closes too.
    fn poll_linger(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        let may_send_more = self.after == After::Silence || matches!(&self.protocol, Protocol::Http1(framer) if !framer.is_at_head());
        let bytes_max = if matches!(self.protocol, Protocol::Http2(_)) { LINGER_BYTES_MAX_HTTP2 } else { LINGER_BYTES_MAX };
        let mut chunk = [0; CHUNK_BYTES];
        loop {
            let mut chunk = ReadBuf::new(&mut chunk);
            let Some((sleep, bytes)) = &mut self.lingering else { return Poll::Ready(()) };
            match Pin::new(&mut self.stream).poll_read(cx, &mut chunk) {
                Poll::Ready(Ok(())) if !chunk.filled().is_empty() && *bytes < bytes_max => *bytes += chunk.filled().len(),
                Poll::Ready(_) => return Poll::Ready(()),
                Poll::Pending if *bytes == 0 && !may_send_more => return Poll::Ready(()),
                Poll::Pending => return std::future::Future::poll(sleep.as_mut(), cx),
            }
        }
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> AsyncWrite for HttpStream<S> {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        let polled = Pin::new(&mut this.stream).poll_write(cx, bytes);
        this.note_write(polled, cx)
    }

    fn poll_write_vectored(self: Pin<&mut Self>, cx: &mut Context<'_>, slices: &[io::IoSlice<'_>]) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        let polled = Pin::new(&mut this.stream).poll_write_vectored(cx, slices);
        this.note_write(polled, cx)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_flush(cx)
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        if this.lingering.is_none() {
            ready!(Pin::new(&mut this.stream).poll_shutdown(cx))?;
            this.lingering = Some((Box::pin(tokio::time::sleep(LINGER)), 0));
        }
        this.poll_linger(cx).map(Ok)
    }
}

fn flood() -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, "the client floods the connection with empty frames")
}
