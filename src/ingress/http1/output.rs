//! Bytes on their way to the client.
//!
//! Heads, framing and small pieces are copied into one buffer; a larger piece is written from where it is.
//!
//! Invariant: an output with a piece takes nothing more until it is written, so what it holds is bounded.

use std::io::{self, IoSlice, Write as _};
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::{Buf as _, Bytes};
use tokio::io::AsyncWrite;

/// Largest piece that is copied: a second slice costs as much as so many bytes.
const COPY_BYTES_MAX: usize = 4 << 10;

/// Bytes from which on the buffer is written before it takes more.
const FULL_BYTES: usize = 16 << 10;

/// Capacity that the buffer keeps between two answers.
const KEPT_BYTES: usize = 4 << 10;

/// Ends a chunk, and a body in chunks.
const CHUNK_END: &[u8] = b"\r\n";
const LAST_CHUNK: &[u8] = b"0\r\n\r\n";

/// What is still to be written, in this order.
#[derive(Default)]
pub(super) struct OutputBuffer {
    buffer: Vec<u8>,
    /// Bytes of the buffer that are written.
    written: usize,
    piece: Bytes,
    tail: &'static [u8],
}

impl OutputBuffer {
    /// The buffer, to append to; there must be no piece.
    pub(super) fn buffer(&mut self) -> &mut Vec<u8> {
        &mut self.buffer
    }

    /// Whether it takes more before it is written.
    pub(super) fn has_room(&self) -> bool {
        self.piece.is_empty() && self.tail.is_empty() && self.buffer.len() < FULL_BYTES
    }

    /// Appends a piece of a body; there must be room.
    pub(super) fn push(&mut self, piece: Bytes, is_chunk: bool) {
        if is_chunk {
            // Writing to a Vec never fails.
            let _ = write!(self.buffer, "{:X}\r\n", piece.len());
        }
        let end = if is_chunk { CHUNK_END } else { b"" };
        if piece.len() <= COPY_BYTES_MAX {
            self.buffer.extend_from_slice(&piece);
            self.buffer.extend_from_slice(end);
        } else {
            self.piece = piece;
            self.tail = end;
        }
    }

    /// Appends the end of a body in chunks; there must be room.
    pub(super) fn push_end(&mut self) {
        self.buffer.extend_from_slice(LAST_CHUNK);
    }

    /// Number of bytes that are still to be written.
    pub(super) fn left(&self) -> usize {
        self.buffer.len() - self.written + self.piece.len() + self.tail.len()
    }

    /// Writes everything.
    pub(super) fn poll_write<S: AsyncWrite>(&mut self, mut stream: Pin<&mut S>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        while self.left() > 0 {
            let buffered = self.buffer.get(self.written..).unwrap_or_default();
            let written = if self.piece.is_empty() && self.tail.is_empty() {
                ready!(stream.as_mut().poll_write(cx, buffered))?
            } else {
                let slices = [IoSlice::new(buffered), IoSlice::new(&self.piece), IoSlice::new(self.tail)];
                ready!(stream.as_mut().poll_write_vectored(cx, &slices))?
            };
            if written == 0 {
                return Poll::Ready(Err(io::ErrorKind::WriteZero.into()));
            }
            self.advance(written);
        }
        self.written = 0;
        self.buffer.clear();
        Poll::Ready(Ok(()))
    }

    /// Gives back what a large answer needed.
    pub(super) fn shrink(&mut self) {
        self.buffer.shrink_to(KEPT_BYTES);
    }

    fn advance(&mut self, mut bytes: usize) {
        let buffered = bytes.min(self.buffer.len() - self.written);
        self.written += buffered;
        bytes -= buffered;
        let of_piece = bytes.min(self.piece.len());
        self.piece.advance(of_piece);
        if self.piece.is_empty() {
            // Its memory belongs to the function's share.
            self.piece = Bytes::new();
        }
        bytes -= of_piece;
        self.tail = self.tail.get(bytes..).unwrap_or_default();
    }
}

#[cfg(test)]
mod tests {
    use futures::task::noop_waker_ref;

    use super::*;

    /// Takes a few bytes at a time.
    struct Slow(Vec<u8>, usize);

    impl AsyncWrite for Slow {
        fn poll_write(mut self: Pin<&mut Self>, _: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
            let taken = bytes.len().min(self.1);
            self.0.extend_from_slice(&bytes[..taken]);
            Poll::Ready(Ok(taken))
        }

        fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
            Poll::Ready(Ok(()))
        }

        fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
            Poll::Ready(Ok(()))
        }
    }

    #[test]
    fn bytes_leave_in_their_order_however_few_the_client_takes() {
        for taken in [1, 7, 5000, usize::MAX] {
            let mut output = OutputBuffer::default();
            let mut stream = Slow(Vec::new(), taken);
            let mut cx = Context::from_waker(noop_waker_ref());
            output.buffer().extend_from_slice(b"head\r\n\r\n");
            output.push(Bytes::from_static(b"abc"), true);
            output.push(Bytes::from(vec![b'x'; 5000]), true);
            assert!(!output.has_room());
            assert!(matches!(output.poll_write(Pin::new(&mut stream), &mut cx), Poll::Ready(Ok(()))));
            assert!(output.has_room());
            output.push_end();
            assert!(matches!(output.poll_write(Pin::new(&mut stream), &mut cx), Poll::Ready(Ok(()))));
            let expected = format!("head\r\n\r\n3\r\nabc\r\n1388\r\n{}\r\n0\r\n\r\n", "x".repeat(5000));
            assert_eq!(String::from_utf8(stream.0).unwrap(), expected);
            assert_eq!(output.left(), 0);
        }
    }
}
