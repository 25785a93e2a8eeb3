//! The pace of a request's body: after half a minute its client must have sent at least 64 KB for each second.
//!
//! `upload_bytes` puts it around every body. The silence of a client is not enough to tell: one byte every few seconds is no silence.
//!
//! Invariant: a body of a given size holds its connection, and the bytes that are counted for it, for a bounded time.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use axum::body::{Body, Bytes, HttpBody};
use http_body::{Frame, SizeHint};
use tokio::time::{Instant, Sleep};

/// The time that a body has whatever its size.
const GRACE: Duration = Duration::from_secs(30);

/// Bytes of a second after that.
const PACE_BYTES: u64 = 64 << 10;

/// A body that fails when it falls behind.
pub(super) fn paced(body: Body) -> Body {
    if body.is_end_stream() { body } else { Body::new(PacedBody::new(body, GRACE)) }
}

struct PacedBody {
    body: Body,
    received: u64,
    grace: Duration,
    /// When it began to be read, and when it has fallen behind.
    watched: Option<(Instant, Pin<Box<Sleep>>)>,
}

impl PacedBody {
    fn new(body: Body, grace: Duration) -> Self {
        Self { body, received: 0, grace, watched: None }
    }

    fn received(&mut self, bytes: usize) {
        self.received += bytes as u64;
        let time = self.grace + Duration::from_millis(self.received.saturating_mul(1000) / PACE_BYTES);
        if let Some((began, behind)) = &mut self.watched {
            behind.as_mut().reset(*began + time);
        }
    }

    fn too_slow(&self) -> axum::Error {
        let (received, pace) = (self.received >> 10, PACE_BYTES >> 10);
        let text =
            format!("the body comes too slowly: {received} KB so far; after {} s it must come with {pace} KB a second", GRACE.as_secs());
        axum::Error::new(io::Error::new(io::ErrorKind::TimedOut, text))
    }
}

impl HttpBody for PacedBody {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        let this = self.get_mut();
        if this.watched.is_none() {
            let began = Instant::now();
            this.watched = Some((began, Box::pin(tokio::time::sleep_until(began + this.grace))));
        }
        match Pin::new(&mut this.body).poll_frame(cx) {
            Poll::Ready(frame) => {
                if let Some(data) = frame.as_ref().and_then(|frame| frame.as_ref().ok()).and_then(Frame::data_ref) {
                    this.received(data.len());
                }
                Poll::Ready(frame)
            }
            Poll::Pending => {
                let is_behind = this.watched.as_mut().is_some_and(|(_, behind)| behind.as_mut().poll(cx).is_ready());
                if is_behind { Poll::Ready(Some(Err(this.too_slow()))) } else { Poll::Pending }
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;

    use axum::body::to_bytes;
    use futures::{StreamExt as _, stream};

    use super::*;

    #[tokio::test]
    async fn a_body_that_drips_fails_and_one_that_keeps_the_pace_comes_whole() {
        let byte = |_| async {
            tokio::time::sleep(Duration::from_millis(10)).await;
            Ok::<_, Infallible>(Bytes::from_static(b"x"))
        };
        let drips = Body::from_stream(stream::repeat(()).then(byte));
        let error = to_bytes(Body::new(PacedBody::new(drips, Duration::from_millis(100))), usize::MAX).await.unwrap_err();
        assert!(error.to_string().contains("too slowly"), "{error}");

        let large = Bytes::from(vec![0; PACE_BYTES as usize]);
        let pieces = stream::iter(0..4).then(move |_| {
            let piece = large.clone();
            async move {
                tokio::time::sleep(Duration::from_millis(60)).await;
                Ok::<_, Infallible>(piece)
            }
        });
        let body = Body::new(PacedBody::new(Body::from_stream(pieces), Duration::from_millis(200)));
        assert_eq!(to_bytes(body, usize::MAX).await.unwrap().len(), 4 * PACE_BYTES as usize, "each piece is a second's");
    }

    #[test]
    fn a_body_names_its_length_as_before() {
        let body = paced(Body::from("12345"));
        assert_eq!(body.size_hint().exact(), Some(5));
        assert!(paced(Body::empty()).is_end_stream());
    }
}
