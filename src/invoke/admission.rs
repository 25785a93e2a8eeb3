//! Limits of a call before it reaches an instance: the hop limit, and the body limit for the declared length and for the bytes that come.
//!
//! Invariant: a body never brings more bytes into an instance than `body_mb` allows, whatever its origin.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};

use bytes::Bytes;
use http::header::CONTENT_TYPE;
use http_body::{Frame, SizeHint};

use crate::fault::{Fault, Kind};
use crate::function::message::{Body, BodyError, Request};
use crate::function::{Headers, KnownHeader};

/// Functions that may call one another in a row.
pub const HOPS_MAX: u8 = 8;

const TOO_LARGE: &str = "the request body is larger than body_mb allows";

/// What Parse Server says of a body in many parts.
pub(super) const MULTIPART_TOO_LARGE: &str = "Multipart request exceeds maximum upload size.";

/// Rejects a call that came through too many functions.
pub(super) fn check_hops(request: &Request) -> Result<(), Fault> {
    if request.hops > HOPS_MAX { Err(loop_detected()) } else { Ok(()) }
}

/// A function called itself, directly or through others, more than [`HOPS_MAX`] times.
fn loop_detected() -> Fault {
    Fault::new(Kind::LoopDetected, "functions call each other in a loop")
        .with_limit(format!("{HOPS_MAX} hops"), format!("{} hops", HOPS_MAX + 1))
}

/// Rejects a body whose declared length is over the limit, in bytes.
pub(super) fn check_declared(headers: &Headers, limit: u64) -> Result<(), Fault> {
    let declared = headers.known_text(KnownHeader::ContentLength).and_then(|value| value.parse().ok()).unwrap_or(0);
    if declared > limit { Err(too_large(limit, Some(declared))) } else { Ok(()) }
}

/// Holds a body to the limit, in bytes: a whole body that is over it is rejected, a streaming body ends with an error where it passes it.
pub(super) fn bound(body: Body, limit: u64) -> Result<(Body, Option<Overflow>), Fault> {
    match body {
        Body::Full(bytes) if bytes.len() as u64 > limit => Err(too_large(limit, Some(bytes.len() as u64))),
        Body::Stream(inner) => {
            let overflow = Overflow::default();
            let bounded = BoundedBody { inner, left: limit, overflow: overflow.clone() };
            Ok((Body::Stream(Box::pin(bounded)), Some(overflow)))
        }
        body => Ok((body, None)),
    }
}

/// The fault of a body that is over the limit.
pub(super) fn too_large(limit: u64, used: Option<u64>) -> Fault {
    let used = used.map_or_else(|| format!("> {limit} bytes"), |used| format!("{used} bytes"));
    Fault::new(Kind::BodyTooLarge, TOO_LARGE).with_limit(format!("{limit} bytes"), used)
}

/// The fault of a body in many parts, as Parse Server words it; any other fault stays.
pub(super) fn of_many_parts(fault: Fault) -> Fault {
    let facts = fault.facts();
    let (Kind::BodyTooLarge, Some(limit), Some(used)) = (facts.kind, &facts.limit, &facts.used) else { return fault };
    Fault::new(Kind::BodyTooLarge, MULTIPART_TOO_LARGE).with_limit(limit.clone(), used.clone())
}

/// Whether the body of a request is one of many parts: fields and files.
pub(super) fn has_many_parts(headers: &Headers) -> bool {
    let content_type = headers.get(CONTENT_TYPE).and_then(|value| value.as_bytes().split(|byte| *byte == b';').next());
    content_type.is_some_and(|kind| kind.trim_ascii().eq_ignore_ascii_case(b"multipart/form-data"))
}

/// Whether a streaming body has passed its limit.
#[derive(Clone, Default)]
pub(super) struct Overflow(Arc<AtomicBool>);

impl Overflow {
    pub(super) fn happened(&self) -> bool {
        self.0.load(Ordering::Acquire)
    }
}

/// A streaming body under its limit.
struct BoundedBody {
    inner: Pin<Box<dyn http_body::Body<Data = Bytes, Error = BodyError> + Send>>,
    left: u64,
    overflow: Overflow,
}

impl http_body::Body for BoundedBody {
    type Data = Bytes;
    type Error = BodyError;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, BodyError>>> {
        if self.overflow.happened() {
            return Poll::Ready(Some(Err(TOO_LARGE.into())));
        }
        let polled = self.inner.as_mut().poll_frame(cx);
        let Poll::Ready(Some(Ok(frame))) = &polled else { return polled };
        match self.left.checked_sub(frame.data_ref().map_or(0, |data| data.len() as u64)) {
            Some(left) => {
                self.left = left;
                polled
            }
            None => {
                self.overflow.0.store(true, Ordering::Release);
                Poll::Ready(Some(Err(TOO_LARGE.into())))
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        self.inner.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.inner.size_hint()
    }
}

#[cfg(test)]
mod tests {
    use std::future::poll_fn;

    use futures::FutureExt as _;
    use http::header::{CONTENT_LENGTH, HeaderMap};

    use super::*;

    /// Three bytes a frame, for as many frames as are left.
    struct Frames(usize);

    impl http_body::Body for Frames {
        type Data = Bytes;
        type Error = BodyError;

        fn poll_frame(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, BodyError>>> {
            let Some(left) = self.0.checked_sub(1) else { return Poll::Ready(None) };
            self.0 = left;
            Poll::Ready(Some(Ok(Frame::data(Bytes::from_static(b"abc")))))
        }
    }

    fn read(body: Body) -> Result<usize, String> {
        let Body::Stream(mut stream) = body else { panic!("a stream stays one") };
        let mut read = 0;
        while let Some(frame) = poll_fn(|cx| stream.as_mut().poll_frame(cx)).now_or_never().expect("ready") {
            read += frame.map_err(|error| error.to_string())?.into_data().map_or(0, |data| data.len());
        }
        Ok(read)
    }

    #[test]
    fn a_stream_ends_with_an_error_where_it_passes_its_limit() {
        for (frames, limit, expected) in
            [(3, 9, Ok(9)), (3, 8, Err(TOO_LARGE.to_owned())), (0, 0, Ok(0)), (1, 0, Err(TOO_LARGE.to_owned()))]
        {
            let (body, overflow) = bound(Body::Stream(Box::pin(Frames(frames))), limit).unwrap();
            assert_eq!(read(body), expected, "{frames} frames, limit {limit}");
            assert_eq!(overflow.unwrap().happened(), expected.is_err());
        }
    }

    #[test]
    fn a_body_that_is_whole_is_refused_before_the_call() {
        assert!(bound(Body::Full(Bytes::from_static(b"abc")), 3).is_ok());
        let fault = bound(Body::Full(Bytes::from_static(b"abcd")), 3).err().unwrap();
        assert_eq!((fault.kind(), fault.facts().used.as_deref()), (Kind::BodyTooLarge, Some("4 bytes")));
    }

    #[test]
    fn a_declared_length_is_believed_if_it_is_over_the_limit() {
        let headers = |length: &str| Headers::from(HeaderMap::from_iter([(CONTENT_LENGTH, length.parse().unwrap())]));
        assert!(check_declared(&headers("5"), 5).is_ok());
        assert_eq!(check_declared(&headers("6"), 5).err().unwrap().kind(), Kind::BodyTooLarge);
        assert!(check_declared(&headers("nonsense"), 5).is_ok());
    }
}
