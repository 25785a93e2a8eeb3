//! The body of a request between a connection and the runtime: under its timeout, and whole if it is here already.
//!
//! `http1` and `http2` make an [`ArrivingBody`]; `dispatch` opens it when the call is admitted.
//!
//! Invariant: a request body never waits longer than its timeout, and takes no more than its reader does.

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

use super::upload::UploadReceiver;
use crate::function::message::{Body, BodyError};

/// Bytes taken before the function runs, if they are here already.
const READ_AHEAD_BYTES_MAX: usize = 64 << 10;

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
    /// The request has no body.
    Empty,
    /// It came with the head, whole.
    Whole(Bytes),
    /// The connection still reads it.
    Upload(UploadReceiver),
    /// Hyper reads it.
    Hyper(Incoming),
}

impl http_body::Body for ArrivingBody {
    type Data = Bytes;
    type Error = BodyError;

    fn poll_frame(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, BodyError>>> {
        match self.get_mut() {
            Self::Empty => Poll::Ready(None),
            Self::Whole(bytes) if bytes.is_empty() => Poll::Ready(None),
            Self::Whole(bytes) => Poll::Ready(Some(Ok(Frame::data(std::mem::take(bytes))))),
            Self::Upload(upload) => Pin::new(upload).poll_frame(cx),
            Self::Hyper(incoming) => Pin::new(incoming).poll_frame(cx).map_err(Into::into),
        }
    }

    fn size_hint(&self) -> SizeHint {
        match self {
            Self::Empty => SizeHint::with_exact(0),
            Self::Whole(bytes) => SizeHint::with_exact(bytes.len() as u64),
            Self::Upload(upload) => upload.size_hint(),
            Self::Hyper(incoming) => incoming.size_hint(),
        }
    }
}

/// A request body under its timeout. Bytes that have been read already are taken at once, so that small bodies never become streams.
pub(super) fn inbound(incoming: ArrivingBody, timeout: Duration, violations: Arc<BodyViolations>) -> Body {
    if let ArrivingBody::Whole(bytes) = incoming {
        return Body::Full(bytes);
    }
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
