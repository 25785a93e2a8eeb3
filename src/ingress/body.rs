//! Bodies between hyper and the runtime: timeouts on the way in, the end of the request on the way out.
//!
//! Invariant: a request body never waits longer than its timeout; back-pressure passes through both ways.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use http_body::{Body as _, Frame, SizeHint};
use hyper::body::Incoming;
use tokio::sync::Notify;
use tokio::time::{Instant, Sleep};

use super::activity::RequestGuard;
use crate::function::message::{Body, BodyError};
use crate::invoke::{BodyEnd, Invocation};

/// The violations of a client's body; read when the function has answered.
#[derive(Default)]
pub(super) struct BodyViolations {
    too_slow: AtomicBool,
    is_broken: AtomicBool,
    broken: Notify,
}

impl BodyViolations {
    /// The client paused for longer than the body timeout.
    pub(super) fn too_slow(&self) -> bool {
        self.too_slow.load(Ordering::Acquire)
    }

    /// The body broke off, or was not framed as it should be.
    pub(super) fn is_broken(&self) -> bool {
        self.is_broken.load(Ordering::Acquire)
    }

    /// Resolves when the body breaks off or its framing is wrong: the request will never be whole, and the client may have left.
    pub(super) async fn broken(&self) {
        self.broken.notified().await;
    }
}

/// The body of a request as it arrives.
pub enum ArrivingBody {
    /// There is none.
    Empty,
    /// Hyper reads it.
    Hyper(Incoming),
}

impl http_body::Body for ArrivingBody {
    type Data = Bytes;
    type Error = BodyError;

    fn poll_frame(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, BodyError>>> {
        match self.get_mut() {
            Self::Empty => Poll::Ready(None),
            Self::Hyper(incoming) => Pin::new(incoming).poll_frame(cx).map_err(Into::into),
        }
    }

    fn size_hint(&self) -> SizeHint {
        match self {
            Self::Empty => SizeHint::with_exact(0),
            Self::Hyper(incoming) => incoming.size_hint(),
        }
    }
}

/// A request body under its timeout. Bytes that have been read already are taken at once, so that small bodies never become streams.
pub(super) fn inbound(incoming: ArrivingBody, timeout: Duration, violations: Arc<BodyViolations>) -> Body {
    let mut body = InboundBody { incoming, timeout, pause: None, read_ahead: None, failed: None, violations };
    let mut here = BytesMut::new();
    let mut cx = Context::from_waker(std::task::Waker::noop());
    loop {
        match Pin::new(&mut body).poll_frame(&mut cx) {
            Poll::Ready(Some(Ok(frame))) => {
                if let Ok(data) = frame.into_data() {
                    here.extend_from_slice(&data);
                }
                // More than a buffer holds is a stream.
                if here.len() > READ_AHEAD_BYTES_MAX {
                    break;
                }
            }
            Poll::Ready(None) => return Body::Full(here.freeze()),
            Poll::Ready(Some(Err(error))) => {
                // An error is reported once; after it, the body would look complete.
                body.failed = Some(error);
                break;
            }
            Poll::Pending => break,
        }
    }
    body.read_ahead = (!here.is_empty()).then(|| here.freeze());
    Body::Stream(Box::pin(body))
}

/// Bytes taken before the function runs, if they are here already.
const READ_AHEAD_BYTES_MAX: usize = 64 << 10;

struct InboundBody {
    incoming: ArrivingBody,
    timeout: Duration,
    pause: Option<Pin<Box<Sleep>>>,
    read_ahead: Option<Bytes>,
    failed: Option<BodyError>,
    violations: Arc<BodyViolations>,
}

impl http_body::Body for InboundBody {
    type Data = Bytes;
    type Error = BodyError;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, BodyError>>> {
        if let Some(bytes) = self.read_ahead.take() {
            return Poll::Ready(Some(Ok(Frame::data(bytes))));
        }
        if let Some(error) = self.failed.take() {
            return Poll::Ready(Some(Err(error)));
        }
        match Pin::new(&mut self.incoming).poll_frame(cx) {
            Poll::Ready(Some(Ok(frame))) => {
                self.pause = None;
                Poll::Ready(Some(Ok(frame)))
            }
            Poll::Ready(Some(Err(error))) => {
                self.violations.is_broken.store(true, Ordering::Release);
                self.violations.broken.notify_one();
                Poll::Ready(Some(Err(error)))
            }
            Poll::Ready(None) => Poll::Ready(None),
            Poll::Pending => self.poll_pause(cx),
        }
    }

    fn size_hint(&self) -> SizeHint {
        self.incoming.size_hint()
    }
}

impl InboundBody {
    /// The client sends nothing: fails the body when that has lasted for the timeout.
    fn poll_pause(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, BodyError>>> {
        // The first poll, before the function runs, has no waker and needs no timer.
        let timeout = self.timeout;
        if tokio::runtime::Handle::try_current().is_err() {
            return Poll::Pending;
        }
        let pause = self.pause.get_or_insert_with(|| Box::pin(tokio::time::sleep_until(Instant::now() + timeout)));
        if std::future::Future::poll(pause.as_mut(), cx).is_pending() {
            return Poll::Pending;
        }
        self.violations.too_slow.store(true, Ordering::Release);
        Poll::Ready(Some(Err("the client paused for too long while it sent the request body".into())))
    }
}

/// Bytes passed to hyper at a time: a client that reads nothing is noticed at the next piece. The last piece is no longer counted for the
/// connection once hyper has it, so it is small.
const PIECE_BYTES_MAX: usize = 64 << 10;

/// A response body. The invocation of a stream ends with it.
pub struct ResponseBody {
    body: Body,
    invocation: Option<Invocation>,
    /// Bytes that the head has promised and that are still to come; known of streams alone.
    promised: Option<u64>,
    guard: Option<RequestGuard>,
}

impl ResponseBody {
    /// `invocation` ends when the last byte is taken or the body dropped.
    pub(super) fn new(body: Body, invocation: Option<Invocation>) -> Self {
        Self { body, invocation, promised: None, guard: None }
    }

    /// The head named a length: a stream of any other length is cut off.
    pub(super) fn promise(&mut self, bytes: Option<u64>) {
        self.promised = bytes;
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
