//! The body of an answer on its way to the function: counted while it is open, and decompressed under a cap.
//!
//! It comes from `op_fetch`, which has the answer's head; it goes into deno_fetch's response resource, which JavaScript reads.
//!
//! Invariant: input and output of the decompression are counted in one place, so a body that grows out of all proportion is cut.

use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use deno_error::JsErrorBox;
use deno_fetch::{BodyDecoded, ResBody};
use http::header::{CONTENT_ENCODING, CONTENT_LENGTH};
use http::{HeaderMap, Response};
use http_body::{Body, Frame, SizeHint};
use http_body_util::BodyExt as _;

use super::gunzip::{Gunzip, GunzipStep};
use crate::runtime::egress::quota::{OpenBody, RATIO_FREE_BYTES, RATIO_MAX};

/// Most output at a time.
const CHUNK_BYTES: usize = 64 * 1024;

/// Takes an answer as it came from the network. `decode`: its body was requested compressed.
pub(in crate::runtime::egress) fn receive(mut response: Response<ResBody>, decode: bool, open: OpenBody) -> Response<ResBody> {
    if response.body().is_end_stream() {
        return response;
    }
    if decode && is_gzip(response.headers()) {
        // For deno_fetch: length and encoding among the headers are not those of the body behind them.
        response.extensions_mut().insert(BodyDecoded);
        response.map(|body| {
            Decompressed { body, gunzip: Box::new(Gunzip::new()), brought: 0, made: 0, is_complete: false, is_over: false, _open: open }
                .boxed()
        })
    } else {
        response.map(|body| Counted { body, _open: open }.boxed())
    }
}

/// One coding, and it is gzip. Some servers call an empty body compressed.
fn is_gzip(headers: &HeaderMap) -> bool {
    let mut codings = headers.get_all(CONTENT_ENCODING).iter();
    let first = codings.next().and_then(|coding| coding.to_str().ok()).map(str::trim);
    let is_gzip = first.is_some_and(|coding| coding.eq_ignore_ascii_case("gzip") || coding.eq_ignore_ascii_case("x-gzip"));
    is_gzip && codings.next().is_none() && headers.get(CONTENT_LENGTH).is_none_or(|length| length != "0")
}

/// A body as it is.
struct Counted {
    body: ResBody,
    _open: OpenBody,
}

impl Body for Counted {
    type Data = Bytes;
    type Error = JsErrorBox;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, JsErrorBox>>> {
        Pin::new(&mut self.body).poll_frame(cx)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

/// A gzip body, decompressed.
struct Decompressed {
    body: ResBody,
    gunzip: Box<Gunzip>,
    /// Bytes from the network.
    brought: u64,
    /// Bytes for the function.
    made: u64,
    is_complete: bool,
    is_over: bool,
    _open: OpenBody,
}

impl Decompressed {
    /// The next output, or `None` if more input is needed.
    fn advance(&mut self) -> Result<Option<Bytes>, JsErrorBox> {
        let mut out = vec![0; CHUNK_BYTES];
        let step =
            self.gunzip.read(&mut out).map_err(|error| JsErrorBox::type_error(format!("the response body is not valid gzip: {error}")))?;
        self.is_complete = step == GunzipStep::End;
        self.made += out.len() as u64;
        if self.made > RATIO_FREE_BYTES && self.made > RATIO_MAX.saturating_mul(self.brought) {
            return Err(JsErrorBox::type_error(format!(
                "the response body decompresses to more than {RATIO_MAX} times its size ({} bytes from {})",
                self.made, self.brought
            )));
        }
        Ok((step == GunzipStep::Output).then(|| out.into()))
    }

    fn next(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<Bytes, JsErrorBox>>> {
        loop {
            match self.advance() {
                Ok(None) if self.is_complete => return Poll::Ready(None),
                Ok(None) => {}
                Ok(Some(out)) => return Poll::Ready(Some(Ok(out))),
                Err(error) => return Poll::Ready(Some(Err(error))),
            }
            match std::task::ready!(Pin::new(&mut self.body).poll_frame(cx)) {
                Some(Ok(frame)) => {
                    if let Ok(data) = frame.into_data() {
                        self.brought += data.len() as u64;
                        self.gunzip.feed(data);
                    }
                }
                Some(Err(error)) => return Poll::Ready(Some(Err(error))),
                None => self.gunzip.finish(),
            }
        }
    }
}

impl Body for Decompressed {
    type Data = Bytes;
    type Error = JsErrorBox;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, JsErrorBox>>> {
        if self.is_over {
            return Poll::Ready(None);
        }
        let next = std::task::ready!(self.next(cx));
        self.is_over = !matches!(next, Some(Ok(_)));
        Poll::Ready(next.map(|out| out.map(Frame::data)))
    }

    fn is_end_stream(&self) -> bool {
        self.is_over
    }
}
