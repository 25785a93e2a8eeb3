//! Follows a connection's bytes in HTTP/1: head, body, head, body.
//!
//! The stream shows it every byte that the client sends, and passes on the bytes that it clears.
//!
//! Invariant: a byte is cleared only if it belongs to a whole head that passed, or to the body of one.

use super::chunks::{ChunkProgress, Chunks};
use super::head::{BodyFraming, read_head};
use super::rejection::Rejection;

/// The part of a message to which the next byte of the client belongs.
enum Position {
    Head,
    /// A body of which this many bytes are still to come.
    Sized(u64),
    Chunked(Chunks),
}

/// Why the framer cleared no further bytes.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum StopReason {
    /// Every byte is cleared.
    Nothing,
    /// A head begins, but does not end yet.
    PartialHead,
    /// The next bytes are not a valid head.
    Rejected(Rejection),
    /// The next byte cannot stand in a chunked body.
    BrokenBody,
}

/// One connection's place in its messages.
pub(super) struct Framer {
    position: Position,
    head_bytes_max: usize,
    /// Bytes of a partial head that were checked already.
    seen: usize,
}

impl Framer {
    pub(super) fn new(head_bytes_max: usize) -> Self {
        Self { position: Position::Head, head_bytes_max, seen: 0 }
    }

    /// Whether the next byte begins a head, or continues one.
    pub(super) fn is_at_head(&self) -> bool {
        matches!(self.position, Position::Head)
    }

    /// Checks bytes from where the last call stopped clearing, and returns how many of them are cleared now.
    pub(super) fn advance(&mut self, bytes: &[u8]) -> (usize, StopReason) {
        let mut at = 0;
        while let Some(rest) = bytes.get(at..).filter(|rest| !rest.is_empty()) {
            match &mut self.position {
                Position::Head => match self.read_head(rest) {
                    Ok(Some(bytes)) => at += bytes,
                    Ok(None) => return (at, StopReason::PartialHead),
                    Err(rejection) => return (at, StopReason::Rejected(rejection)),
                },
                Position::Sized(left) => {
                    let here = usize::try_from(*left).unwrap_or(usize::MAX).min(rest.len());
                    at += here;
                    *left -= here as u64;
                    if *left == 0 {
                        self.position = Position::Head;
                    }
                }
                Position::Chunked(chunks) => match chunks.follow(rest) {
                    ChunkProgress::More => at = bytes.len(),
                    ChunkProgress::Ended(here) => {
                        at += here;
                        self.position = Position::Head;
                    }
                    ChunkProgress::Broken(here) => return (at + here, StopReason::BrokenBody),
                },
            }
        }
        (at, StopReason::Nothing)
    }

    fn read_head(&mut self, bytes: &[u8]) -> Result<Option<usize>, Rejection> {
        // A head that comes byte by byte is read again only at the end of a line.
        let fresh = bytes.get(self.seen..).unwrap_or_default();
        let head = if self.seen == 0 || fresh.contains(&b'\n') { read_head(bytes)? } else { None };
        match head {
            Some(head) if head.bytes > self.head_bytes_max => Err(Rejection::Large),
            Some(head) => {
                self.seen = 0;
                self.position = match head.framing {
                    BodyFraming::Length(0) => Position::Head,
                    BodyFraming::Length(length) => Position::Sized(length),
                    BodyFraming::Chunked => Position::Chunked(Chunks::default()),
                };
                Ok(Some(head.bytes))
            }
            None if bytes.len() > self.head_bytes_max => Err(Rejection::Large),
            None => {
                self.seen = bytes.len();
                Ok(None)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const STREAM: &[u8] = b"GET /a HTTP/1.1\r\nhost: a\r\n\r\nPOST /b HTTP/1.1\r\nhost: a\r\ncontent-length: 5\r\n\r\nGET /\
        POST /c HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\n5\r\nGET /\r\n0\r\n\r\nGET /d HTTP/1.1\r\nhost: a\r\n\r\n";

    proptest! {
        #[test]
        fn however_the_bytes_arrive_all_are_cleared(mut cuts in proptest::collection::vec(0..STREAM.len(), 0..12)) {
            cuts.sort_unstable();
            cuts.push(STREAM.len());
            let mut framer = Framer::new(1000);
            let mut cleared = 0;
            for cut in cuts {
                let (bytes, stop) = framer.advance(STREAM.get(cleared..cut).unwrap_or_default());
                cleared += bytes;
                prop_assert!(matches!(stop, StopReason::Nothing | StopReason::PartialHead), "{stop:?}");
            }
            prop_assert_eq!(cleared, STREAM.len());
            prop_assert!(framer.is_at_head());
        }

        #[test]
        fn no_bytes_make_it_panic_and_it_never_clears_more_than_there_is(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
            let mut framer = Framer::new(100);
            let (cleared, _) = framer.advance(&bytes);
            prop_assert!(cleared <= bytes.len());
        }
    }

    #[test]
    fn a_head_is_refused_as_soon_as_it_is_too_long() {
        let mut framer = Framer::new(20);
        assert_eq!(framer.advance(b"GET / HTTP/1.1\r\nhost:"), (0, StopReason::Rejected(Rejection::Large)));
    }

    #[test]
    fn what_follows_a_refused_head_is_not_cleared() {
        let mut framer = Framer::new(1000);
        let stream = b"GET /a HTTP/1.1\r\nhost: a\r\n\r\nGET /b HTTP/1.1\r\nhost: a\r\nhost: b\r\n\r\n";
        assert_eq!(framer.advance(stream), (28, StopReason::Rejected(Rejection::Hosts)));
    }
}
