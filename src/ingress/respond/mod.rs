//! Answers and faults as HTTP responses.
//!
//! Takes the response that `invoke` returned, or a fault, and builds the response that leaves.
//!
//! Invariant: a client sees no detail of a fault outside dev; every response carries its request id and its trace id.

mod error_page;

use bytes::Bytes;
use http::header::{self, HeaderMap, HeaderName, HeaderValue};
use hyper::StatusCode;

use super::body::ResponseBody;
use super::wire::Rejection;
use crate::fault::{Fault, Kind};
use crate::function::message::{Body, Response};
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

/// The response that leaves. A body that is whole leaves with its head, and the invocation ends here; with a stream it ends when the stream
/// does.
pub(super) fn finish(mut invocation: Invocation, mut answer: Response, close: bool) -> hyper::Response<ResponseBody> {
    if *invocation.method() == http::Method::HEAD && !matches!(answer.body, Body::Empty) {
        invoke::clean(&mut answer, true);
    }
    let status = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::BAD_GATEWAY);
    invocation.answered(status.as_u16());
    if let Ok(id) = HeaderValue::from_str(invocation.request_id()) {
        answer.headers.insert(HeaderName::from_static("x-request-id"), id);
    }
    if let Ok(id) = HeaderValue::from_str(invocation.trace().write_trace_id(&mut [0; 32])) {
        answer.headers.insert(HeaderName::from_static("x-trace-id"), id);
    }
    if close {
        answer.headers.insert(header::CONNECTION, HeaderValue::from_static("close"));
    }
    let promised = match answer.body {
        Body::Stream(_) => invoke::promised_length(&answer.headers),
        Body::Empty | Body::Full(_) => None,
    };
    let streams = matches!(answer.body, Body::Stream(_));
    let invocation = if streams {
        Some(invocation)
    } else {
        invocation.end(&BodyEnd::Whole);
        None
    };
    let mut response = hyper::Response::new(ResponseBody::new(answer.body, invocation));
    response.body_mut().promise(promised);
    *response.status_mut() = status;
    *response.headers_mut() = answer.headers;
    response
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
