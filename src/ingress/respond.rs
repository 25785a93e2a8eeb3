//! Answers and faults as HTTP: the one place where a fault gets a status code.
//!
//! Takes what `runtime` answered, or a fault from anywhere, and makes the response that leaves.
//!
//! Invariant: the match from kind to status is exhaustive, and a client sees no detail outside dev.

use bytes::Bytes;
use http::header::{self, HeaderMap, HeaderName, HeaderValue};
use hyper::StatusCode;
use serde::Serialize;

use super::page;
use super::wire::Refusal;
use crate::fault::{Fault, Kind};
use crate::function::message::{Body, Response};

/// The status of each kind of fault (design §2.5).
pub fn status(kind: Kind) -> StatusCode {
    match kind {
        Kind::NoSuchFunction => StatusCode::NOT_FOUND,
        Kind::MethodNotAllowed => StatusCode::METHOD_NOT_ALLOWED,
        Kind::BodyTooLarge => StatusCode::PAYLOAD_TOO_LARGE,
        Kind::HeadersTooLarge => StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE,
        Kind::Overloaded | Kind::BootFailed | Kind::Draining | Kind::Quarantined | Kind::InstanceLost => StatusCode::SERVICE_UNAVAILABLE,
        Kind::Threw | Kind::NeverSettles | Kind::Crashed => StatusCode::INTERNAL_SERVER_ERROR,
        Kind::BadResponse => StatusCode::BAD_GATEWAY,
        Kind::MemoryLimit => StatusCode::INSUFFICIENT_STORAGE,
        Kind::CpuLimit | Kind::WallLimit => StatusCode::GATEWAY_TIMEOUT,
        Kind::LoopDetected => StatusCode::LOOP_DETECTED,
    }
}

/// What a fault's answer says beside the fault.
pub struct FaultContext<'a> {
    /// Function that was called, if one was found.
    pub function: Option<&'a str>,
    /// Its version.
    pub version: Option<&'a str>,
    /// The request's id.
    pub request_id: &'a str,
    /// The trace, as 32 hexadecimal digits.
    pub trace_id: &'a str,
    /// Whether stacks and diagnostics are shown.
    pub dev: bool,
    /// Whether the client would rather read a page.
    pub wants_html: bool,
}

#[derive(Serialize)]
struct Envelope<'a> {
    error: Described<'a>,
}

/// The body of a fault's answer.
#[derive(Serialize)]
pub(super) struct Described<'a> {
    kind: &'a str,
    message: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    function: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    version: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    limit: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    used: Option<&'a str>,
    request_id: &'a str,
    trace_id: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    detail: Option<&'a str>,
}

/// A fault as the response a client gets.
pub fn fault_response(fault: &Fault, context: &FaultContext<'_>) -> Response {
    let facts = fault.facts();
    let mut headers = HeaderMap::new();
    headers.insert(HeaderName::from_static("x-skep-fault"), HeaderValue::from_static(facts.kind.label()));
    if let Some(seconds) = facts.retry_after_s {
        headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    }
    if let Some(allow) = facts.allow.as_deref().and_then(|allow| HeaderValue::from_str(allow).ok()) {
        headers.insert(header::ALLOW, allow);
    }
    let status = status(facts.kind);
    let body = if context.dev && context.wants_html {
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
        page::fault_page(status, fault, context).into_bytes()
    } else {
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
        let described = Described {
            kind: facts.kind.label(),
            message: &facts.message,
            function: context.function,
            version: context.version,
            limit: facts.limit.as_deref(),
            used: facts.used.as_deref(),
            request_id: context.request_id,
            trace_id: context.trace_id,
            detail: facts.detail.as_deref().filter(|_| context.dev),
        };
        // Strings alone always serialise.
        serde_json::to_vec(&Envelope { error: described }).unwrap_or_default()
    };
    Response { status: status.as_u16(), headers, body: Body::Full(Bytes::from(body)) }
}

/// The answer to bytes that are no request: a fault where the table has one, else a line of text.
pub(super) fn refused(refusal: Refusal) -> Result<Response, Fault> {
    let status = refusal.status();
    if status == StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE.as_u16() {
        return Err(Fault::new(Kind::HeadersTooLarge, refusal.text()));
    }
    let headers = HeaderMap::from_iter([(header::CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=utf-8"))]);
    Ok(Response { status, headers, body: Body::Full(Bytes::from(format!("{}\n", refusal.text()))) })
}

/// Headers of a function's answer that belong to the connection and not to the message (RFC 9110 §7.6.1); hyper writes its own.
const CONNECTION_HEADERS: [HeaderName; 9] = [
    header::CONNECTION,
    HeaderName::from_static("keep-alive"),
    header::PROXY_AUTHENTICATE,
    HeaderName::from_static("proxy-authentication-info"),
    HeaderName::from_static("proxy-connection"),
    header::TE,
    header::TRAILER,
    header::TRANSFER_ENCODING,
    header::UPGRADE,
];

/// Takes out what a function may not decide: connection headers, and a length that is not the body's. An answer to HEAD loses its body.
pub fn clean(response: &mut Response, is_head: bool) {
    // Hardly any answer has one.
    if response.headers.keys().any(|name| CONNECTION_HEADERS.contains(name)) {
        for name in &CONNECTION_HEADERS {
            response.headers.remove(name);
        }
    }
    // The length of a body that is here is known; of a stream, the function's word is taken (hyper cuts or fails a wrong one). An answer
    // to HEAD may name the length of the body it does not have.
    let known = match response.body {
        Body::Stream(_) => false,
        Body::Empty => !is_head,
        Body::Full(_) => true,
    };
    if known || !has_one_length(&response.headers) {
        response.headers.remove(header::CONTENT_LENGTH);
    }
    if is_head {
        if let Body::Full(bytes) = &response.body {
            response.headers.insert(header::CONTENT_LENGTH, HeaderValue::from(bytes.len()));
        }
        response.body = Body::Empty;
    }
}

/// The length that the head of an answer names.
pub(super) fn promised_length(headers: &HeaderMap) -> Option<u64> {
    headers.get(header::CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse().ok())
}

/// hyper resets a connection whose answer names two lengths, or one that is no number.
fn has_one_length(headers: &HeaderMap) -> bool {
    let mut values = headers.get_all(header::CONTENT_LENGTH).iter();
    let first = values.next().and_then(|value| value.to_str().ok()?.parse::<u64>().ok());
    first.is_some() && values.next().is_none()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_has_an_error_status() {
        for kind in Kind::ALL {
            assert!(status(*kind).is_client_error() || status(*kind).is_server_error(), "{kind}");
        }
    }

    #[test]
    fn detail_is_for_dev_alone() {
        let fault = Fault::new(Kind::Threw, "the function threw an error").with_detail("Error: secret");
        for dev in [false, true] {
            let context = FaultContext { function: Some("hello"), version: None, request_id: "r", trace_id: "t", dev, wants_html: false };
            let response = fault_response(&fault, &context);
            let Body::Full(body) = response.body else { panic!("a fault has a body") };
            assert_eq!(String::from_utf8_lossy(&body).contains("secret"), dev);
        }
    }
}
