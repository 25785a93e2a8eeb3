//! Bodies between hyper and the runtime: limits on the way in, the end of the request on the way out.
//!
//! Invariant: a request body is never longer than its limit and never waits longer than its timeout; back-pressure passes through both ways.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use http_body::{Body as _, Frame, SizeHint};
use hyper::body::Incoming;
use tokio::time::{Instant, Sleep};

use crate::function::message::{Body, BodyError};

/// What the client's body did wrong, if anything; read when the function has answered.
#[derive(Default)]
pub struct Misdeeds {
    too_large: AtomicBool,
    too_slow: AtomicBool,
}

impl Misdeeds {
    /// The body was longer than the function's `body_mb`.
    pub fn too_large(&self) -> bool {
        self.too_large.load(Ordering::Acquire)
    }

    /// The client paused for longer than the body timeout.
    pub fn too_slow(&self) -> bool {
        self.too_slow.load(Ordering::Acquire)
    }
}

/// A request body under its limits. What hyper has read already is taken at once, so that small bodies never become streams.
pub fn inbound(incoming: Incoming, bytes_max: u64, timeout: Duration) -> (Body, Arc<Misdeeds>) {
    let misdeeds = Arc::new(Misdeeds::default());
    if incoming.is_end_stream() {
        return (Body::Empty, misdeeds);
    }
    let mut limited =
        Limited { incoming, left: bytes_max, timeout, pause: None, read_ahead: None, failed: None, misdeeds: misdeeds.clone() };
    let mut here = BytesMut::new();
    let mut cx = Context::from_waker(std::task::Waker::noop());
    loop {
        match Pin::new(&mut limited).poll_frame(&mut cx) {
            Poll::Ready(Some(Ok(frame))) => {
                if let Ok(data) = frame.into_data() {
                    here.extend_from_slice(&data);
                }
                // More than hyper's buffer holds is a stream.
                if here.len() > READ_AHEAD_BYTES_MAX {
                    break;
                }
            }
            Poll::Ready(None) => return (Body::Full(here.freeze()), misdeeds),
            Poll::Ready(Some(Err(error))) => {
                // hyper tells an error once; after it, the body would look complete.
                limited.failed = Some(error);
                break;
            }
            Poll::Pending => break,
        }
    }
    limited.read_ahead = (!here.is_empty()).then(|| here.freeze());
    (Body::Stream(Box::pin(limited)), misdeeds)
}

/// Bytes taken before the function runs, if they are here already.
const READ_AHEAD_BYTES_MAX: usize = 64 << 10;

struct Limited {
    incoming: Incoming,
    left: u64,
    timeout: Duration,
    pause: Option<Pin<Box<Sleep>>>,
    read_ahead: Option<Bytes>,
    failed: Option<BodyError>,
    misdeeds: Arc<Misdeeds>,
}

impl http_body::Body for Limited {
    type Data = Bytes;
    type Error = BodyError;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, BodyError>>> {
        if let Some(bytes) = self.read_ahead.take() {
            return Poll::Ready(Some(Ok(Frame::data(bytes))));
        }
        if let Some(error) = self.failed.take() {
            return Poll::Ready(Some(Err(error)));
        }
        if self.misdeeds.too_large() {
            return Poll::Ready(Some(Err("the request body is larger than body_mb allows".into())));
        }
        match Pin::new(&mut self.incoming).poll_frame(cx) {
            Poll::Ready(Some(Ok(frame))) => {
                self.pause = None;
                let bytes = frame.data_ref().map_or(0, |data| data.len() as u64);
                match self.left.checked_sub(bytes) {
                    Some(left) => {
                        self.left = left;
                        Poll::Ready(Some(Ok(frame)))
                    }
                    None => {
                        self.misdeeds.too_large.store(true, Ordering::Release);
                        Poll::Ready(Some(Err("the request body is larger than body_mb allows".into())))
                    }
                }
            }
            Poll::Ready(Some(Err(error))) => Poll::Ready(Some(Err(error.into()))),
            Poll::Ready(None) => Poll::Ready(None),
            Poll::Pending => self.poll_pause(cx),
        }
    }

    fn size_hint(&self) -> SizeHint {
        self.incoming.size_hint()
    }
}

impl Limited {
    /// The client sends nothing: how long already?
    fn poll_pause(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, BodyError>>> {
        // The first look, before the function runs, has no waker and no need of a timer.
        let timeout = self.timeout;
        if tokio::runtime::Handle::try_current().is_err() {
            return Poll::Pending;
        }
        let pause = self.pause.get_or_insert_with(|| Box::pin(tokio::time::sleep_until(Instant::now() + timeout)));
        if std::future::Future::poll(pause.as_mut(), cx).is_pending() {
            return Poll::Pending;
        }
        self.misdeeds.too_slow.store(true, Ordering::Release);
        Poll::Ready(Some(Err("the client paused for too long while it sent the request body".into())))
    }
}

/// How a response body ended.
pub enum End {
    /// Every byte of it left.
    Whole,
    /// The client went before.
    ClientLeft,
    /// The function failed while it was sent.
    Cut(String),
}

/// Hears how a body ended.
pub type OnEnd = Box<dyn FnOnce(End) + Send>;

/// A response body; `on_end` hears how it ended.
pub struct Outgoing {
    body: Body,
    on_end: Option<OnEnd>,
}

impl Outgoing {
    /// `on_end` is called once, when the last byte is taken or the body dropped.
    pub fn new(body: Body, on_end: Option<OnEnd>) -> Self {
        Self { body, on_end }
    }

    fn end(&mut self, end: End) {
        if let Some(on_end) = self.on_end.take() {
            on_end(end);
        }
    }
}

impl http_body::Body for Outgoing {
    type Data = Bytes;
    type Error = BodyError;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, BodyError>>> {
        match &mut self.body {
            Body::Empty => {
                self.end(End::Whole);
                Poll::Ready(None)
            }
            Body::Full(bytes) => {
                let bytes = std::mem::take(bytes);
                self.body = Body::Empty;
                if bytes.is_empty() {
                    self.end(End::Whole);
                    return Poll::Ready(None);
                }
                self.end(End::Whole);
                Poll::Ready(Some(Ok(Frame::data(bytes))))
            }
            Body::Stream(stream) => {
                let polled = stream.as_mut().poll_frame(cx);
                match &polled {
                    Poll::Ready(None) => self.end(End::Whole),
                    Poll::Ready(Some(Err(error))) => self.end(End::Cut(error.to_string())),
                    _ => {}
                }
                polled
            }
        }
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

impl Drop for Outgoing {
    fn drop(&mut self) {
        // HEAD and 304 answers are dropped unread; only a stream can be cut short.
        let end = if matches!(self.body, Body::Stream(_)) { End::ClientLeft } else { End::Whole };
        self.end(end);
    }
}
