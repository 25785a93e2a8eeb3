//! Answers and faults as HTTP answers, of no version yet.
//!
//! Takes the response that `invoke` returned, or a fault, and builds the answer that leaves; the sides of HTTP/1 and HTTP/2 write it.
//!
//! Invariant: a client sees no detail of a fault outside dev; every response carries its request id and its trace id.

mod error_page;

use std::sync::Arc;

use bytes::Bytes;
use http::header::{self, HeaderMap, HeaderValue};
use hyper::StatusCode;

use super::body::ResponseBody;
use super::wire::Rejection;
use crate::fault::{Fault, Kind};
use crate::function::message::{Body, Response};
use crate::function::trace::TraceContext;
use crate::invoke::{self, BodyEnd, Invocation, Invoker};

/// A fault as the response that the client receives: JSON, or in dev a page if the client prefers one.
pub(super) fn fault_response(invoker: &Invoker, invocation: &Invocation, fault: &Fault, wants_html: bool) -> Response {
    let mut response = invoker.fault_response(invocation, fault);
    if wants_html {
        let mut digits = [0; 32];
        let page = error_page::fault_page(response.status, fault, &invocation.fault_context(true, &mut digits));
        response.headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
        response.body = Body::Full(Bytes::from(page));
    }
    response
}

/// An answer before it is written for a version of HTTP.
pub struct HttpAnswer {
    /// Its status.
    pub status: StatusCode,
    /// Its headers, without those of the connection and those of the three fields below.
    pub headers: HeaderMap,
    /// Its body. It knows the length that `headers` promise of a stream.
    pub body: ResponseBody,
    /// The `x-request-id`.
    pub request_id: Arc<str>,
    /// The trace whose id is the `x-trace-id`.
    pub trace: TraceContext,
    /// Whether it is the last answer of its connection.
    pub close: bool,
}

/// The answer that leaves. A body that is whole leaves with its head, and the invocation ends here; with a stream it ends when the stream
/// does.
pub(super) fn finish(mut invocation: Invocation, mut answer: Response, close: bool) -> HttpAnswer {
    if *invocation.method() == http::Method::HEAD && !matches!(answer.body, Body::Empty) {
        invoke::clean(&mut answer, true);
    }
    let status = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::BAD_GATEWAY);
    invocation.answered(status.as_u16());
    let (request_id, trace) = (invocation.request_id().clone(), invocation.trace());
    let streams = matches!(answer.body, Body::Stream(_));
    let promised = if streams { invoke::promised_length(&answer.headers) } else { None };
    let invocation = if streams {
        invocation.streams();
        Some(invocation)
    } else {
        invocation.sent(if let Body::Full(bytes) = &answer.body { bytes.len() } else { 0 });
        invocation.end(&BodyEnd::Whole);
        None
    };
    let mut body = ResponseBody::new(answer.body, invocation);
    body.promise(promised);
    HttpAnswer { status, headers: answer.headers, body, request_id, trace, close }
}

/// The answer to bytes that are not a request: a fault if one of the kinds fits, else a line of text.
pub(super) fn rejected(rejection: Rejection) -> Result<Response, Fault> {
    let status = rejection.status();
    if status == StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE.as_u16() {
        return Err(Fault::new(Kind::HeadersTooLarge, rejection.text()));
    }
    let headers = HeaderMap::from_iter([(header::CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=utf-8"))]);
    Ok(Response { status, headers, body: Body::Full(Bytes::from(format!("{}\n", rejection.text()))) })
}
