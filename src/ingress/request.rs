//! The head of a request, of either version of HTTP, becomes a [`Request`]: checked, with its trace, its id and its hops.
//!
//! `dispatch` calls it before anything else.
//!
//! Invariant: a head that HTTP/1 rejects is rejected in HTTP/2 too; a request id that is echoed and logged is short and printable.

use std::net::SocketAddr;
use std::sync::Arc;

use http::Method;
use http::uri::{Authority, PathAndQuery};

use super::normal_target::normal;
use super::wire::Rejection;
use crate::fault::{Fault, Kind};
use crate::function::message::{CallShape, Request};
use crate::function::trace::{TraceContext, random};
use crate::function::{Headers, KnownHeader, hex, own_cookies};

/// The client of a connection, and the port it connected to.
#[derive(Clone, Copy, Debug)]
pub struct Peer {
    /// The client's address.
    pub remote: SocketAddr,
    /// The port that the client connected to.
    pub port: u16,
}

/// The head of a request.
#[derive(Debug)]
pub struct RequestHead {
    /// As sent.
    pub method: Method,
    /// The authority of the target, if it has one.
    pub authority: Option<Authority>,
    /// Path and query of the target, as sent.
    pub target: PathAndQuery,
    /// As sent.
    pub headers: Headers,
    /// Why the request reaches no function. The rest of the head means nothing then.
    pub rejection: Option<Rejection>,
}

/// Longest request id that is taken over from a client.
const REQUEST_ID_BYTES_MAX: usize = 128;

/// Hexadecimal digits of a request id that is generated here.
const REQUEST_ID_DIGITS: usize = 24;

/// The trace of a request: the client's, one hop further, or a new one.
pub(super) fn trace(headers: &Headers) -> TraceContext {
    let sent = headers.known(KnownHeader::TraceParent).and_then(TraceContext::parse);
    match sent {
        Some(parent) => parent.child(random()),
        None => TraceContext::begin((u128::from(random()) << 64 | u128::from(random()), random())),
    }
}

/// The client's `x-request-id` if it is printable ASCII without quotes, else a new one.
pub(super) fn request_id(headers: &Headers) -> Arc<str> {
    let sent = headers.known_text(KnownHeader::RequestId);
    match sent.filter(|id| is_printable(id)) {
        Some(id) => id.into(),
        None => {
            let mut digits = [0; REQUEST_ID_DIGITS];
            hex::write(u128::from(random()) << 32 | u128::from(random() as u32), &mut digits).into()
        }
    }
}

fn is_printable(id: &str) -> bool {
    (1..=REQUEST_ID_BYTES_MAX).contains(&id.len()) && id.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'"' && byte != b'\\')
}

/// Path and query, as the URL standard writes them. The path of a rejected request has no meaning: `/` stands for it.
pub(super) fn path(head: &RequestHead) -> PathAndQuery {
    if head.rejection.is_some() { PathAndQuery::from_static("/") } else { normal(head.target.clone()) }
}

/// Why a head is larger than the host allows, if it is.
pub(super) fn check_size(head: &RequestHead, bytes_max: usize) -> Result<(), Fault> {
    let bytes = head_bytes(head);
    if bytes <= bytes_max {
        return Ok(());
    }
    Err(Fault::new(Kind::HeadersTooLarge, "the request head is larger than the host allows")
        .with_limit(format!("{bytes_max} bytes"), format!("{bytes} bytes")))
}

/// Bytes of the request line and headers, approximately: the two separators of a header count two bytes each.
fn head_bytes(head: &RequestHead) -> usize {
    head.target.as_str().len() + head.headers.bytes()
}

/// The request that a function sees. Trace, id and path are those of the record; the cookie of the dashboard is not in it.
pub(super) fn read(
    mut head: RequestHead,
    trace: TraceContext,
    request_id: Arc<str>,
    path: PathAndQuery,
    peer: Peer,
    trust_proxy: bool,
) -> Request {
    own_cookies::take_from_request(&mut head.headers);
    Request {
        method: head.method,
        scheme: "http",
        authority: head.authority,
        path_and_query: path,
        strip: 0,
        pattern: None,
        hops: hops(&head.headers),
        caller: None,
        headers: head.headers,
        trust_forwarded: trust_proxy,
        trace,
        request_id,
        remote: Some(peer.remote),
        shape: CallShape::Http,
        occurrence: None,
        job: None,
    }
}

fn hops(headers: &Headers) -> u8 {
    headers.known_text(KnownHeader::Hops).and_then(|value| value.parse().ok()).unwrap_or(0)
}

/// Whether the client prefers a page to JSON.
pub(super) fn wants_html(headers: &Headers) -> bool {
    headers.known_text(KnownHeader::Accept).is_some_and(|accept| accept.contains("text/html"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_usable_request_id_is_echoed_and_others_are_replaced() {
        let mut headers = Headers::default();
        headers.insert("x-request-id", "abc-123".parse().unwrap());
        assert_eq!(&*request_id(&headers), "abc-123");
        for bad in ["", "with space", "quote\"", &"x".repeat(129)] {
            headers.insert("x-request-id", bad.parse().unwrap());
            let id = request_id(&headers);
            assert_ne!(&*id, bad);
            assert_eq!(id.len(), 24);
        }
    }

    #[test]
    fn a_trace_is_continued_with_a_span_of_its_own() {
        let mut headers = Headers::default();
        headers.insert("traceparent", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01".parse().unwrap());
        let trace = trace(&headers);
        assert_eq!(trace.trace_id, 0x4bf9_2f35_77b3_4da6_a3ce_929d_0e0e_4736);
        assert_ne!(trace.span_id, 0x00f0_67aa_0ba9_02b7);
    }
}
