//! The body of the present request, as the connection reads it.
//!
//! What came with the head, or comes at once, is whole and goes with the request; anything longer is sent through `upload`, piece by piece,
//! while the call runs and while its answer is written.
//!
//! Invariant: no byte is read while a piece waits for its reader; a body that is not at its end is followed by no other request.

use std::future::poll_fn;
use std::io;
use std::task::{Context, Poll, ready};

use bytes::{Bytes, BytesMut};
use tokio::io::{AsyncRead, AsyncWrite};

use super::body_reader::{BodyReader, Piece};
use super::request::HeadFacts;
use super::socket::{ClientSocket, client_left};
use crate::ingress::arriving_body::ArrivingBody;
use crate::ingress::upload::{Room, UploadSender, upload};
use crate::ingress::wire::BodyFraming;

/// Bytes read before the call begins, if they are here; a longer body is a stream.
const WHOLE_BYTES_MAX: usize = 64 << 10;

/// The interim answer that a client may wait for (RFC 9110 §15.2.1).
const CONTINUE: &[u8] = b"HTTP/1.1 100 Continue\r\n\r\n";

/// How far the body of a request is read.
pub(super) enum Incoming {
    /// The body was read to its end, or the request has no body.
    Done,
    /// Not to its end, and its reader may want more.
    Coming(Upload),
    /// Not to its end, and nothing more is read.
    Cut,
}

/// A body on its way.
pub(super) struct Upload {
    sender: UploadSender,
    reader: BodyReader,
    /// The client waits for `100 Continue`.
    expects_continue: bool,
}

impl Incoming {
    /// The body that follows a head, as far as it is here.
    pub(super) fn begin<S>(head: &HeadFacts, socket: &mut ClientSocket<S>, cx: &mut Context<'_>) -> (Self, ArrivingBody)
    where
        S: AsyncRead + AsyncWrite + Unpin,
    {
        let length = match head.framing {
            BodyFraming::Length(0) => return (Self::Done, ArrivingBody::Empty),
            BodyFraming::Length(length) => Some(length),
            BodyFraming::Chunked => None,
        };
        let (mut reader, expects_continue) = (BodyReader::new(head.framing), head.expects_continue);
        let mut here = Bytes::new();
        let mut is_broken = false;
        while here.len() < WHOLE_BYTES_MAX && !(expects_continue && socket.input.is_empty()) {
            match reader.poll_piece(socket, cx) {
                Poll::Ready(Piece::More(piece)) => here = joined(here, piece),
                Poll::Ready(Piece::Last(piece)) => return (Self::Done, ArrivingBody::Whole(joined(here, piece))),
                Poll::Ready(Piece::Broken) => {
                    is_broken = true;
                    break;
                }
                Poll::Pending => break,
            }
        }
        let (sender, receiver) = upload(length);
        if !here.is_empty() {
            sender.send(here);
        }
        let incoming = if is_broken { Self::Cut } else { Self::Coming(Upload { sender, reader, expects_continue }) };
        (incoming, ArrivingBody::Upload(receiver))
    }

    /// Whether the body ends before its end.
    pub(super) fn is_cut(&self) -> bool {
        matches!(self, Self::Cut)
    }

    /// Reads what the client sends while the call runs, or while its answer is written. Ready when the client has left.
    pub(super) fn poll_beside<S>(&mut self, socket: &mut ClientSocket<S>, is_answered: bool, cx: &mut Context<'_>) -> Poll<()>
    where
        S: AsyncRead + AsyncWrite + Unpin,
    {
        // `100 Continue`, where the client did not take it at once.
        if !is_answered && socket.output.left() > 0 && matches!(socket.poll_flush(cx), Poll::Ready(Err(_))) {
            return Poll::Ready(());
        }
        while let Self::Coming(upload) = self {
            match upload.sender.poll_room(upload.expects_continue, cx) {
                Poll::Ready(Room::Free) => {}
                // The function does not read the body: whether the connection outlives that is decided when the answer is there.
                Poll::Ready(Room::Gone) | Poll::Pending => return Poll::Pending,
            }
            if std::mem::take(&mut upload.expects_continue) && !is_answered {
                socket.output.buffer().extend_from_slice(CONTINUE);
                if matches!(socket.poll_flush(cx), Poll::Ready(Err(_))) {
                    return Poll::Ready(());
                }
            }
            match ready!(upload.reader.poll_piece(socket, cx)) {
                Piece::More(piece) => upload.send(piece),
                Piece::Last(piece) => {
                    upload.send(piece);
                    if let Self::Coming(upload) = std::mem::replace(self, Self::Done) {
                        upload.sender.finish();
                    }
                }
                Piece::Broken => *self = Self::Cut,
            }
        }
        // A client of whom nothing more is read cannot be seen to leave, nor one whose next request is here.
        if self.is_cut() || !socket.input.is_empty() {
            return Poll::Pending;
        }
        match ready!(socket.poll_fill(cx)) {
            Ok(read) if read > 0 => Poll::Pending,
            _ => Poll::Ready(()),
        }
    }

    /// The function has answered. A body that it no longer reads is skipped if its last byte has arrived; otherwise it is cut off.
    pub(super) fn settle<S>(&mut self, socket: &mut ClientSocket<S>, cx: &mut Context<'_>)
    where
        S: AsyncRead + AsyncWrite + Unpin,
    {
        let Self::Coming(upload) = self else { return };
        if !upload.sender.is_receiver_gone() {
            return;
        }
        let mut is_done = false;
        // What is in the buffer, and one read.
        for _ in 0..2 {
            match upload.reader.poll_piece(socket, cx) {
                Poll::Ready(Piece::More(_)) => {}
                polled => {
                    is_done = matches!(polled, Poll::Ready(Piece::Last(_)));
                    break;
                }
            }
        }
        *self = if is_done { Self::Done } else { Self::Cut };
    }

    /// Reads the rest of the body for a function that still reads after its answer.
    pub(super) async fn finish<S>(&mut self, socket: &mut ClientSocket<S>) -> io::Result<()>
    where
        S: AsyncRead + AsyncWrite + Unpin,
    {
        if !matches!(self, Self::Coming(_)) {
            return Ok(());
        }
        let finished = poll_fn(|cx| {
            if matches!(self, Self::Coming(_)) && self.poll_beside(socket, true, cx).is_ready() {
                return Poll::Ready(Err(client_left()));
            }
            self.settle(socket, cx);
            if matches!(self, Self::Coming(_)) { Poll::Pending } else { Poll::Ready(Ok(())) }
        });
        finished.await?;
        socket.wait_for_next();
        Ok(())
    }
}

impl Upload {
    fn send(&self, piece: Bytes) {
        if !piece.is_empty() {
            self.sender.send(piece);
        }
    }
}

fn joined(before: Bytes, after: Bytes) -> Bytes {
    if before.is_empty() {
        return after;
    }
    let mut both = BytesMut::from(before);
    both.extend_from_slice(&after);
    both.freeze()
}
