//! Reads the body of a request from the wire: by its length, or chunk by chunk.
//!
//! `incoming` asks for one piece after the other; what follows the body is left in the input.
//!
//! Invariant: a piece holds no framing, and no more bytes than one read brings.

use std::task::{Context, Poll};

use bytes::Bytes;
use tokio::io::{AsyncRead, AsyncWrite};

use super::socket::ClientSocket;
use crate::ingress::wire::{BodyFraming, ChunkProgress, Chunks};

/// Bytes of the first read of a piece. Each read that fills its buffer doubles the next one.
const PIECE_BYTES_MIN: usize = 8 << 10;
const PIECE_BYTES_MAX: usize = 64 << 10;

/// What is still to come of a body.
pub(super) struct BodyReader {
    left: Left,
    /// Bytes of the next read.
    read_bytes: usize,
    /// A buffer for which there were no bytes.
    spare: Vec<u8>,
}

enum Left {
    Sized(u64),
    Chunked(Chunks),
}

/// A piece of a body.
pub(super) enum Piece {
    /// More follows.
    More(Bytes),
    /// The last one.
    Last(Bytes),
    /// The body breaks off, or its framing is wrong.
    Broken,
}

impl BodyReader {
    /// Reads a body that is delimited like this.
    pub(super) fn new(framing: BodyFraming) -> Self {
        let left = match framing {
            BodyFraming::Length(length) => Left::Sized(length),
            BodyFraming::Chunked => Left::Chunked(Chunks::default()),
        };
        Self { left, read_bytes: PIECE_BYTES_MIN, spare: Vec::new() }
    }

    /// The next bytes of the body: those that are in the input, or else those of one read.
    pub(super) fn poll_piece<S>(&mut self, socket: &mut ClientSocket<S>, cx: &mut Context<'_>) -> Poll<Piece>
    where
        S: AsyncRead + AsyncWrite + Unpin,
    {
        let limit = match self.left {
            Left::Sized(left) => usize::try_from(left).unwrap_or(usize::MAX),
            Left::Chunked(_) => usize::MAX,
        };
        let mut piece = std::mem::take(&mut self.spare);
        if socket.input.is_empty() {
            let size = self.read_bytes.min(limit);
            piece.reserve(size);
            match socket.poll_read_into(&mut piece, size, cx) {
                Poll::Ready(Ok(read)) if read > 0 => {}
                Poll::Ready(_) => return Poll::Ready(Piece::Broken),
                Poll::Pending => {
                    self.spare = piece;
                    return Poll::Pending;
                }
            }
            if piece.len() == self.read_bytes {
                self.read_bytes = (self.read_bytes * 2).min(PIECE_BYTES_MAX);
            }
        } else {
            socket.input.take(limit, &mut piece);
        }
        Poll::Ready(self.decode(piece, socket))
    }

    /// Takes the framing out of some bytes of the body. What follows the body is put back.
    fn decode<S>(&mut self, mut bytes: Vec<u8>, socket: &mut ClientSocket<S>) -> Piece {
        let is_last = match &mut self.left {
            Left::Sized(left) => {
                *left = left.saturating_sub(bytes.len() as u64);
                *left == 0
            }
            Left::Chunked(chunks) => {
                let (data, progress) = chunks.compact(&mut bytes);
                let is_last = match progress {
                    ChunkProgress::More => false,
                    ChunkProgress::Ended(taken) => {
                        socket.input.put_back(bytes.get(taken..).unwrap_or_default());
                        true
                    }
                    ChunkProgress::Broken(_) => return Piece::Broken,
                };
                bytes.truncate(data);
                is_last
            }
        };
        if is_last { Piece::Last(bytes.into()) } else { Piece::More(bytes.into()) }
    }
}
