//! Bytes that were read from the client and are not used yet.
//!
//! The socket reads into it; heads are read where they lie.
//!
//! Invariant: one buffer a connection. It is larger than its first size only while a head is, or while what followed a body is unread.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use tokio::io::{AsyncRead, ReadBuf};

/// Bytes of the buffer, and the least room of a read.
const BUFFER_BYTES: usize = 4 << 10;

/// The buffer, of which a part is unread.
#[derive(Default)]
pub(super) struct InputBuffer {
    /// Of its full size from the first read on: what is not unread is room.
    buffer: Vec<u8>,
    start: usize,
    end: usize,
}

impl InputBuffer {
    /// The bytes that are not used yet.
    pub(super) fn unread(&self) -> &[u8] {
        self.buffer.get(self.start..self.end).unwrap_or_default()
    }

    /// Whether there are none.
    pub(super) fn is_empty(&self) -> bool {
        self.start == self.end
    }

    /// Uses the first bytes.
    pub(super) fn consume(&mut self, bytes: usize) {
        self.start = self.end.min(self.start + bytes);
    }

    /// Forgets all bytes.
    pub(super) fn clear(&mut self) {
        self.start = self.end;
    }

    /// Moves at most `limit` bytes to `bytes`.
    pub(super) fn take(&mut self, limit: usize, bytes: &mut Vec<u8>) {
        let taken = limit.min(self.end - self.start);
        bytes.extend_from_slice(self.unread().get(..taken).unwrap_or_default());
        self.consume(taken);
    }

    /// Puts back bytes that were read elsewhere, or taken; it must be empty.
    pub(super) fn put_back(&mut self, bytes: &[u8]) {
        if bytes.is_empty() {
            return;
        }
        self.reset(bytes.len().next_multiple_of(BUFFER_BYTES));
        (self.start, self.end) = (0, bytes.len());
        self.buffer.iter_mut().zip(bytes).for_each(|(to, from)| *to = *from);
    }

    /// Reads more. It grows while less than `head_bytes_max` are unread. 0: the stream ends, or there is no room.
    pub(super) fn poll_fill<S>(&mut self, stream: &mut S, head_bytes_max: usize, cx: &mut Context<'_>) -> Poll<io::Result<usize>>
    where
        S: AsyncRead + Unpin,
    {
        self.make_room(head_bytes_max);
        let mut room = ReadBuf::new(self.buffer.get_mut(self.end..).unwrap_or_default());
        ready!(Pin::new(stream).poll_read(cx, &mut room))?;
        let read = room.filled().len();
        self.end += read;
        Poll::Ready(Ok(read))
    }

    fn make_room(&mut self, head_bytes_max: usize) {
        if self.is_empty() {
            return self.reset(BUFFER_BYTES);
        }
        if self.end < self.buffer.len() {
            return;
        }
        if self.start > 0 {
            self.buffer.copy_within(self.start..self.end, 0);
            (self.start, self.end) = (0, self.end - self.start);
        } else {
            // A head that is too large is refused with the first byte beyond the limit.
            let size = (self.buffer.len() * 2).min(head_bytes_max + BUFFER_BYTES).max(self.buffer.len());
            self.buffer.resize(size, 0);
        }
    }

    /// An empty buffer of this size, at least.
    fn reset(&mut self, size: usize) {
        (self.start, self.end) = (0, 0);
        if self.buffer.len() != size {
            // Not resized in place: what a large head needed is given back.
            self.buffer = vec![0; size.max(BUFFER_BYTES)];
        }
    }
}

#[cfg(test)]
mod tests {
    use futures::task::noop_waker_ref;

    use super::*;

    fn fill(input: &mut InputBuffer, mut from: &[u8]) -> usize {
        let mut cx = Context::from_waker(noop_waker_ref());
        match input.poll_fill(&mut from, 10_000, &mut cx) {
            Poll::Ready(read) => read.unwrap(),
            Poll::Pending => unreachable!("a slice is always ready"),
        }
    }

    #[test]
    fn it_grows_for_a_head_and_shrinks_after_it() {
        let mut input = InputBuffer::default();
        let sent = vec![b'x'; 100_000];
        let mut read = 0;
        while input.unread().len() <= 10_000 {
            read += fill(&mut input, &sent[read..]);
        }
        assert_eq!((input.unread().len(), input.buffer.len()), (10_000 + BUFFER_BYTES, 10_000 + BUFFER_BYTES));
        input.consume(read - 3);
        assert_eq!(input.unread(), b"xxx");
        assert_eq!(fill(&mut input, b"yz"), 2);
        assert_eq!(input.unread(), b"xxxyz");
        input.clear();
        assert_eq!(fill(&mut input, b"a"), 1);
        assert_eq!((input.unread(), input.buffer.len()), (&b"a"[..], BUFFER_BYTES));
    }

    #[test]
    fn what_is_taken_can_be_put_back() {
        let mut input = InputBuffer::default();
        fill(&mut input, b"hello");
        let mut taken = b"> ".to_vec();
        input.take(4, &mut taken);
        assert_eq!((&*taken, input.unread()), (&b"> hell"[..], &b"o"[..]));
        input.clear();
        input.put_back(&[7; 9000]);
        assert_eq!(input.unread(), [7; 9000]);
    }
}
