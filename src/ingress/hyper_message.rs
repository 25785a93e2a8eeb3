//! Requests and answers between hyper and `dispatch`.
//!
//! `connection` takes a request of hyper's apart here, and gives hyper the answer that `dispatch` returned.
//!
//! Invariant: a head that HTTP/1 rejects is rejected in HTTP/2 too.

use http::header::{CONNECTION, HOST, HeaderName, HeaderValue};
use http::request::Parts;
use http::uri::{Authority, PathAndQuery};
use http::{Method, Version};
use hyper::body::{Body as _, Incoming};

use super::body::{ArrivingBody, ResponseBody};
use super::request::RequestHead;
use super::respond::HttpAnswer;
use super::wire::{HEADERS_MAX, Rejection, TARGET_BYTES_MAX, is_host};

/// A request as hyper read it.
pub(super) fn request(request: hyper::Request<Incoming>) -> (RequestHead, ArrivingBody) {
    let (parts, incoming) = request.into_parts();
    let rejection = rejection(&parts);
    let uri = parts.uri.into_parts();
    let head = RequestHead {
        method: parts.method,
        authority: uri.authority,
        target: uri.path_and_query.unwrap_or_else(|| PathAndQuery::from_static("/")),
        headers: parts.headers,
        rejection,
    };
    let body = if incoming.is_end_stream() { ArrivingBody::Empty } else { ArrivingBody::Hyper(incoming) };
    (head, body)
}

/// An answer for hyper to write.
pub(super) fn response(answer: HttpAnswer) -> hyper::Response<ResponseBody> {
    let mut headers = answer.headers;
    if let Ok(id) = HeaderValue::from_str(&answer.request_id) {
        headers.insert(HeaderName::from_static("x-request-id"), id);
    }
    if let Ok(id) = HeaderValue::from_str(answer.trace.write_trace_id(&mut [0; 32])) {
        headers.insert(HeaderName::from_static("x-trace-id"), id);
    }
    if answer.close {
        headers.insert(CONNECTION, HeaderValue::from_static("close"));
    }
    let mut response = hyper::Response::new(answer.body);
    *response.status_mut() = answer.status;
    *response.headers_mut() = headers;
    response
}

/// Why a request that hyper has parsed reaches no function.
fn rejection(parts: &Parts) -> Option<Rejection> {
    match parts.version {
        Version::HTTP_2 => http2_rejection(parts),
        // The stream has checked every other head.
        _ => Rejection::of(parts),
    }
}

fn http2_rejection(parts: &Parts) -> Option<Rejection> {
    if parts.method == Method::CONNECT {
        return Some(Rejection::Connect);
    }
    let target = parts.uri.path_and_query().map_or("", PathAndQuery::as_str);
    if !target.starts_with('/') && (target, &parts.method) != ("*", &Method::OPTIONS) {
        return Some(Rejection::Target);
    }
    if target.len() > TARGET_BYTES_MAX {
        return Some(Rejection::LongTarget);
    }
    if parts.headers.len() > HEADERS_MAX {
        return Some(Rejection::Many);
    }
    let authority = parts.uri.authority().map(Authority::as_str);
    let mut hosts = parts.headers.get_all(HOST).iter();
    match (authority, hosts.next(), hosts.next()) {
        (_, Some(_), Some(_)) | (None, None, None) => Some(Rejection::Hosts),
        (Some(authority), host, _) if !is_host(authority.as_bytes()) || host.is_some_and(|host| !is_host(host.as_bytes())) => {
            Some(Rejection::Host)
        }
        (Some(authority), Some(host), _) if !host.as_bytes().eq_ignore_ascii_case(authority.as_bytes()) => Some(Rejection::HostMismatch),
        (None, Some(host), _) if !is_host(host.as_bytes()) => Some(Rejection::Host),
        _ => None,
    }
}
