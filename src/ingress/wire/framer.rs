//! Follows a connection's bytes in HTTP/1: head, body, head, body.
//!
//! The gate shows it everything the client sends, and passes on what it clears.
//!
//! Invariant: a byte is cleared only if it belongs to a whole head that passed, or to the body of one.

use super::chunks::{Chunks, Followed};
use super::head::{self, Framing};
use super::rejection::Rejection;

/// Where the next byte of the client stands.
enum Position {
    Head,
    /// In a body; so many bytes of it are to come.
    Sized(u64),
    Chunked(Chunks),
}

/// Why not everything was cleared.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Stop {
    /// It was.
    Nothing,
    /// A head begins, but does not end yet.
    PartialHead,
    /// What comes next is no head.
    Refused(Rejection),
    /// What comes next cannot stand in a chunked body.
    BrokenBody,
}

/// One connection's place in its messages.
pub(super) struct Framer {
    position: Position,
    head_bytes_max: usize,
    /// Bytes of a partial head that were looked at.
    seen: usize,
}

impl Framer {
    pub(super) fn new(head_bytes_max: usize) -> Self {
        Self { position: Position::Head, head_bytes_max, seen: 0 }
    }

    /// Whether the next byte begins a head, or goes on with one.
    pub(super) fn is_at_head(&self) -> bool {
        matches!(self.position, Position::Head)
    }

    /// Looks at bytes from where the last call stopped clearing, and says how many of them are cleared now.
    pub(super) fn advance(&mut self, bytes: &[u8]) -> (usize, Stop) {
        let mut at = 0;
        while let Some(rest) = bytes.get(at..).filter(|rest| !rest.is_empty()) {
            match &mut self.position {
                Position::Head => match self.read_head(rest) {
                    Ok(Some(bytes)) => at += bytes,
                    Ok(None) => return (at, Stop::PartialHead),
                    Err(refusal) => return (at, Stop::Refused(refusal)),
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
                    Followed::More => at = bytes.len(),
                    Followed::Ended(here) => {
                        at += here;
                        self.position = Position::Head;
                    }
                    Followed::Broken(here) => return (at + here, Stop::BrokenBody),
                },
            }
        }
        (at, Stop::Nothing)
    }

    fn read_head(&mut self, bytes: &[u8]) -> Result<Option<usize>, Rejection> {
        // A head that comes byte by byte is read again only at the end of a line.
        let fresh = bytes.get(self.seen..).unwrap_or_default();
        let head = if self.seen == 0 || fresh.contains(&b'\n') { head::read(bytes)? } else { None };
        match head {
            Some(head) if head.bytes > self.head_bytes_max => Err(Rejection::Large),
            Some(head) => {
                self.seen = 0;
                self.position = match head.framing {
                    Framing::Length(0) => Position::Head,
                    Framing::Length(length) => Position::Sized(length),
                    Framing::Chunked => Position::Chunked(Chunks::new()),
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
                prop_assert!(matches!(stop, Stop::Nothing | Stop::PartialHead), "{stop:?}");
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
        assert_eq!(framer.advance(b"GET / HTTP/1.1\r\nhost:"), (0, Stop::Refused(Rejection::Large)));
    }

    #[test]
    fn what_follows_a_refused_head_is_not_cleared() {
        let mut framer = Framer::new(1000);
        let stream = b"GET /a HTTP/1.1\r\nhost: a\r\n\r\nGET /b HTTP/1.1\r\nhost: a\r\nhost: b\r\n\r\n";
        assert_eq!(framer.advance(stream), (28, Stop::Refused(Rejection::Hosts)));
    }
}
