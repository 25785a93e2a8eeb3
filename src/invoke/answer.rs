//! The answer that every caller receives: a function's response without the headers that it may not decide, or a fault as a response.
//!
//! Invariant: the caller sees no detail of a fault outside dev, and a length only if it is the body's.

use bytes::Bytes;
use http::header::{self, HeaderMap, HeaderName, HeaderValue};
use serde::Serialize;

use crate::fault::Fault;
use crate::function::message::{Body, Response};
use crate::function::own_cookies;

/// The context that a fault's answer names beside the fault.
#[derive(Clone, Copy)]
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
}

#[derive(Serialize)]
struct Envelope<'a> {
    error: FaultBody<'a>,
}

/// The body of a fault's answer.
#[derive(Serialize)]
struct FaultBody<'a> {
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

/// A fault as a response in JSON.
pub(crate) fn fault_response(fault: &Fault, context: &FaultContext<'_>) -> Response {
    let facts = fault.facts();
    let mut headers = HeaderMap::new();
    headers.insert(HeaderName::from_static("x-skep-fault"), HeaderValue::from_static(facts.kind.label()));
    if let Some(seconds) = facts.retry_after_s {
        headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    }
    if let Some(allow) = facts.allow.as_deref().and_then(|allow| HeaderValue::from_str(allow).ok()) {
        headers.insert(header::ALLOW, allow);
    }
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    let error = FaultBody {
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
    let body = serde_json::to_vec(&Envelope { error }).unwrap_or_default();
    Response { status: fault.status(), headers, body: Body::Full(Bytes::from(body)) }
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

/// How the names of Skep's own headers begin.
const OWN_HEADERS: &str = "x-skep-";

/// Removes the headers that a function may not decide: connection headers, Skep's own, a cookie of the dashboard, and a length that is not the
/// body's. An answer to HEAD loses its body.
pub fn clean(response: &mut Response, is_head: bool) {
    // A fault that stands here is the host's, or one that a function passes on: `ops/answer` has taken out any other.
    let is_own = |name: &HeaderName| name.as_str().starts_with(OWN_HEADERS) && name.as_str() != "x-skep-fault";
    let is_ours = |name: &HeaderName| is_own(name) || CONNECTION_HEADERS.contains(name);
    // Hardly any answer has one of the first, and few have cookies: one walk over the names finds both.
    let (has_ours, has_cookies) = response
        .headers
        .keys()
        .fold((false, false), |(ours, cookies), name| (ours || is_ours(name), cookies || *name == header::SET_COOKIE));
    if has_cookies {
        own_cookies::take_from_response(&mut response.headers);
    }
    if has_ours {
        let refused: Vec<HeaderName> = response.headers.keys().filter(|name| is_ours(name)).cloned().collect();
        for name in &refused {
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
pub fn promised_length(headers: &HeaderMap) -> Option<u64> {
    headers.get(header::CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse().ok())
}

/// hyper resets a connection whose answer names two lengths, or one that is not a number.
fn has_one_length(headers: &HeaderMap) -> bool {
    let mut values = headers.get_all(header::CONTENT_LENGTH).iter();
    let first = values.next().and_then(|value| value.to_str().ok()?.parse::<u64>().ok());
    first.is_some() && values.next().is_none()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fault::Kind;

    #[test]
    fn detail_is_for_dev_alone() {
        let fault = Fault::new(Kind::Threw, "the function threw an error").with_detail("Error: secret");
        for dev in [false, true] {
            let context = FaultContext { function: Some("hello"), version: None, request_id: "r", trace_id: "t", dev };
            let response = fault_response(&fault, &context);
            let Body::Full(body) = response.body else { panic!("a fault has a body") };
            assert_eq!(String::from_utf8_lossy(&body).contains("secret"), dev);
        }
    }

    #[test]
    fn headers_of_the_connection_and_of_skep_and_false_lengths_are_taken_out() {
        let headers = [("connection", "close"), ("trailer", "x"), ("content-length", "7"), ("x-kept", "1"), ("x-skep-of-tomorrow", "1")];
        let headers = headers.map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_static(value)));
        let mut response = Response { status: 200, headers: headers.into_iter().collect(), body: Body::Full(Bytes::from_static(b"abc")) };
        clean(&mut response, false);
        assert_eq!(response.headers.keys().map(HeaderName::as_str).collect::<Vec<_>>(), ["x-kept"]);
        clean(&mut response, true);
        assert_eq!(promised_length(&response.headers), Some(3));
        assert!(matches!(response.body, Body::Empty));
    }
}
