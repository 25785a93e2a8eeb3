//! The body of an answer between the runtime and a connection: its length as promised, and the end of the request with its last byte.
//!
//! `respond` makes it; `http1` and `http2` write it.
//!
//! Invariant: back-pressure passes through; an invocation ends when its body is taken or dropped.

use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use http_body::{Frame, SizeHint};

use super::activity::RequestGuard;
use crate::function::message::{Body, BodyError};
use crate::invoke::{BodyEnd, Invocation};

/// Bytes passed to hyper at a time: a client that reads nothing is noticed at the next piece. The last piece is no longer counted for the
/// connection once hyper has it, so it is small.
const PIECE_BYTES_MAX: usize = 64 << 10;

/// A response body. The invocation of a stream ends with it.
pub struct ResponseBody {
    body: Body,
    invocation: Option<Box<Invocation>>,
    /// Bytes that the head has promised and that are still to come; known of streams alone.
    promised: Option<u64>,
    guard: Option<RequestGuard>,
}

impl ResponseBody {
    /// `invocation` ends when the last byte is taken or the body dropped.
    pub fn new(body: Body, invocation: Option<Invocation>) -> Self {
        let invocation = invocation.map(Box::new);
        Self { body, invocation, promised: None, guard: None }
    }

    /// The head named a length: a stream of any other length is cut off.
    pub fn promise(&mut self, bytes: Option<u64>) {
        self.promised = bytes;
    }

    /// The length that the head names of a stream.
    pub(super) fn promised(&self) -> Option<u64> {
        self.promised
    }

    /// Takes the bytes of a body that is whole; `None`: it is a stream.
    pub(super) fn take_whole(&mut self) -> Option<Bytes> {
        match std::mem::take(&mut self.body) {
            Body::Empty => Some(Bytes::new()),
            Body::Full(bytes) => Some(bytes),
            stream @ Body::Stream(_) => {
                self.body = stream;
                None
            }
        }
    }

    /// Keeps the request under way until the body is taken or dropped.
    pub(super) fn hold(&mut self, guard: RequestGuard) {
        guard.keeps(self.whole_bytes());
        self.guard = Some(guard);
    }

    /// Bytes of a whole body that hyper has not taken; a stream's wait with its writer.
    fn whole_bytes(&self) -> usize {
        if let Body::Full(bytes) = &self.body { bytes.len() } else { 0 }
    }

    fn end(&mut self, end: &BodyEnd) {
        if let Some(invocation) = self.invocation.take() {
            invocation.end(end);
        }
    }
}

impl http_body::Body for ResponseBody {
    type Data = Bytes;
    type Error = BodyError;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, BodyError>>> {
        if let Some(guard) = &self.guard {
            guard.asked(self.whole_bytes());
        }
        let polled = match &mut self.body {
            Body::Empty => Poll::Ready(None),
            Body::Full(bytes) if bytes.is_empty() => Poll::Ready(None),
            Body::Full(bytes) => {
                let piece = bytes.split_to(bytes.len().min(PIECE_BYTES_MAX));
                Poll::Ready(Some(Ok(Frame::data(piece))))
            }
            Body::Stream(stream) => stream.as_mut().poll_frame(cx),
        };
        let polled = polled.map(|frame| self.keep_promise(frame));
        match &polled {
            Poll::Ready(None) => self.end(&BodyEnd::Whole),
            Poll::Ready(Some(Err(error))) => self.end(&BodyEnd::Cut(error.to_string())),
            Poll::Ready(Some(Ok(frame))) => {
                if let Some(guard) = &self.guard {
                    guard.gave(frame.data_ref().map_or(0, Bytes::len) + self.whole_bytes());
                }
            }
            Poll::Pending => {}
        }
        polled
    }

    fn is_end_stream(&self) -> bool {
        match &self.body {
            Body::Empty => true,
            Body::Full(bytes) => bytes.is_empty(),
            Body::Stream(_) => false,
        }
    }

    fn size_hint(&self) -> SizeHint {
        match &self.body {
            Body::Empty => SizeHint::with_exact(0),
            Body::Full(bytes) => SizeHint::with_exact(bytes.len() as u64),
            Body::Stream(_) => SizeHint::default(),
        }
    }
}

impl ResponseBody {
    /// A body that is longer or shorter than its head promised is an error. Hyper would cut the longer one, and HTTP/2 would send both as
    /// they are.
    fn keep_promise(&mut self, frame: Option<Result<Frame<Bytes>, BodyError>>) -> Option<Result<Frame<Bytes>, BodyError>> {
        let Some(left) = self.promised else { return frame };
        match frame {
            Some(Ok(frame)) => match left.checked_sub(frame.data_ref().map_or(0, |data| data.len() as u64)) {
                Some(left) => {
                    self.promised = Some(left);
                    Some(Ok(frame))
                }
                None => Some(Err("the body is longer than its content-length".into())),
            },
            None if left > 0 => Some(Err("the body is shorter than its content-length".into())),
            other => other,
        }
    }
}

impl Drop for ResponseBody {
    fn drop(&mut self) {
        // HEAD and 304 answers are dropped unread; only a stream can be cut short, and not one that has sent all it promised.
        let is_cut = matches!(self.body, Body::Stream(_)) && self.promised != Some(0);
        let end = if is_cut { BodyEnd::CallerLeft } else { BodyEnd::Whole };
        self.end(&end);
    }
}
