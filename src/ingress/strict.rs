//! Requests that hyper has parsed and that are none: what the gate refused, and what it does not see because it came in HTTP/2.
//!
//! Asked by `dispatch` before anything else.
//!
//! Invariant: HTTP/2 gets no further with a head than HTTP/1 does with the same one.

use http::request::Parts;
use http::{Method, Version, header};

use super::wire::{HEADERS_MAX, Refusal, TARGET_BYTES_MAX, is_host};

/// Why a request is not answered by any function.
pub(super) fn refusal(parts: &Parts) -> Option<Refusal> {
    match parts.version {
        Version::HTTP_2 => multiplexed(parts),
        // The gate has looked at every other head.
        _ => Refusal::of(parts),
    }
}

fn multiplexed(parts: &Parts) -> Option<Refusal> {
    if parts.method == Method::CONNECT {
        return Some(Refusal::Connect);
    }
    let target = parts.uri.path_and_query().map_or("", http::uri::PathAndQuery::as_str);
    if !target.starts_with('/') && (target, &parts.method) != ("*", &Method::OPTIONS) {
        return Some(Refusal::Target);
    }
    if target.len() > TARGET_BYTES_MAX {
        return Some(Refusal::LongTarget);
    }
    if parts.headers.len() > HEADERS_MAX {
        return Some(Refusal::Many);
    }
    let authority = parts.uri.authority().map(http::uri::Authority::as_str);
    let mut hosts = parts.headers.get_all(header::HOST).iter();
    match (authority, hosts.next(), hosts.next()) {
        (_, Some(_), Some(_)) | (None, None, None) => Some(Refusal::Hosts),
        (Some(authority), host, _) if !is_host(authority.as_bytes()) || host.is_some_and(|host| !is_host(host.as_bytes())) => {
            Some(Refusal::Host)
        }
        (Some(authority), Some(host), _) if !host.as_bytes().eq_ignore_ascii_case(authority.as_bytes()) => Some(Refusal::HostMismatch),
        (None, Some(host), _) if !is_host(host.as_bytes()) => Some(Refusal::Host),
        _ => None,
    }
}
