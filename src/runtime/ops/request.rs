//! Ops that read a request's head: URL, headers, trace and request id, each when JavaScript asks for it.
//!
//! The request crosses as it was received. These ops leave hop-by-hop headers out and put `x-forwarded-*` in, so that a function which
//! never reads the headers costs nothing.
//!
//! Invariant: header values cross as bytes (Latin-1 strings), as the Fetch standard wants them.

use std::borrow::Cow;

use deno_core::{OpState, op2, v8};
use deno_error::JsErrorBox;
use http::header;

use super::catch_panic::catch_panic;
use crate::function::message::{CallShape, RAW_EVENT, Request};
use crate::runtime::call::InFlightTable;

/// Hidden from the function: they belong to the connection (RFC 9110 §7.6.1) or to the host.
const HIDDEN: [&str; 9] =
    ["connection", "keep-alive", "proxy-authorization", "proxy-connection", "te", "trailer", "transfer-encoding", "upgrade", "x-skep-hops"];

/// Hidden unless the host believes what it is told about the client: it writes no such header itself.
const BELIEVED: [&str; 2] = ["forwarded", "x-forwarded-port"];

/// Written by the host where a schedule is the cause of the call: of any other caller they would be a forgery.
const OF_SCHEDULES: [&str; 4] = ["x-skep-attempt", "x-skep-occurrence", "x-skep-schedule", "x-skep-scheduled-time"];

/// Written by the host.
const FORWARDED: [&str; 4] = ["x-forwarded-for", "x-forwarded-host", "x-forwarded-prefix", "x-forwarded-proto"];

fn head(state: &OpState, id: u32) -> Result<&Request, JsErrorBox> {
    state
        .borrow::<InFlightTable>()
        .get(id)
        .and_then(|in_flight| in_flight.head.as_deref())
        .ok_or_else(|| JsErrorBox::type_error("the request is over: keep it open with ctx.waitUntil"))
}

/// The host the client named.
fn authority(head: &Request) -> String {
    let named = match (&head.authority, head.headers.get(header::HOST)) {
        (Some(authority), _) => Some(authority.clone()),
        // A value that is not a valid authority would become part of the URL's path.
        (None, Some(host)) => http::uri::Authority::try_from(host.as_bytes()).ok(),
        (None, None) => None,
    };
    let named = named.map(|authority| match authority.as_str().rsplit_once('@') {
        Some((_user, host)) => host.to_owned(),
        None => authority.as_str().to_owned(),
    });
    named.unwrap_or_else(|| "localhost".to_owned())
}

/// Path and query without the prefix that the function does not see.
fn visible_path(head: &Request) -> Cow<'_, str> {
    let rest = head.path_and_query.as_str().get(head.strip..).unwrap_or_default();
    if rest.starts_with('/') { Cow::Borrowed(rest) } else { Cow::Owned(format!("/{rest}")) }
}

/// The absolute URL the function sees.
#[op2]
#[string]
pub(crate) fn op_skep_url(state: &mut OpState, #[smi] id: u32) -> Result<String, JsErrorBox> {
    catch_panic("op_skep_url", id, || head(state, id).map(request_url)).flatten()
}

/// The same, of a request.
pub fn request_url(head: &Request) -> String {
    format!("{}://{}{}", forwarded_proto(head), authority(head), visible_path(head))
}

fn forwarded_proto(head: &Request) -> &str {
    match believed(head, "x-forwarded-proto") {
        Some(b"https") => "https",
        Some(b"http") => "http",
        _ => head.scheme,
    }
}

/// The last line of a header that is believed: the proxy nearest to the host wrote it.
fn believed<'r>(head: &'r Request, name: &str) -> Option<&'r [u8]> {
    head.trust_forwarded.then(|| head.headers.get_all(name).iter().next_back()).flatten().map(http::HeaderValue::as_bytes)
}

/// One of the headers that the host writes.
fn forwarded(head: &Request, name: &str) -> Option<Vec<u8>> {
    let peer = || head.remote.map(|remote| remote.ip().to_canonical().to_string().into_bytes());
    match name {
        // Every line is a part of the chain.
        "x-forwarded-for" => match (head.trust_forwarded.then(|| joined(head, name)).flatten(), peer()) {
            (Some(mut chain), Some(peer)) => {
                chain.extend_from_slice(b", ");
                chain.extend_from_slice(&peer);
                Some(chain)
            }
            (chain, peer) => chain.or(peer),
        },
        "x-forwarded-host" => believed(head, name).map(<[u8]>::to_vec).or_else(|| Some(authority(head).into_bytes())),
        "x-forwarded-proto" => Some(forwarded_proto(head).as_bytes().to_vec()),
        "x-forwarded-prefix" => {
            let own = head.path_and_query.as_str().get(..head.strip).unwrap_or_default();
            let mut prefix = believed(head, name).map(<[u8]>::to_vec).unwrap_or_default();
            prefix.extend_from_slice(own.as_bytes());
            (!prefix.is_empty()).then_some(prefix)
        }
        _ => None,
    }
}

/// Names and values, one after the other.
#[op2]
pub(crate) fn op_skep_headers<'s>(
    scope: &mut v8::PinScope<'s, '_>,
    state: &mut OpState,
    #[smi] id: u32,
) -> Result<v8::Local<'s, v8::Array>, JsErrorBox> {
    catch_panic("op_skep_headers", id, || headers(scope, head(state, id)?)).flatten()
}

fn headers<'s>(scope: &mut v8::PinScope<'s, '_>, head: &Request) -> Result<v8::Local<'s, v8::Array>, JsErrorBox> {
    let mut flat = Vec::with_capacity((head.headers.len() + FORWARDED.len()) * 2);
    for (name, value) in head.headers.iter() {
        let name = name.as_str();
        if name != "cookie" && !is_hidden(head, name) && !FORWARDED.contains(&name) {
            flat.push(latin1(scope, name.as_bytes())?);
            flat.push(latin1(scope, value.as_bytes())?);
        }
    }
    if !head.headers.contains_key(header::HOST) {
        // HTTP/2 has it in `:authority`.
        flat.push(latin1(scope, b"host")?);
        flat.push(latin1(scope, authority(head).as_bytes())?);
    }
    if let Some(cookies) = joined(head, "cookie") {
        flat.push(latin1(scope, b"cookie")?);
        flat.push(latin1(scope, &cookies)?);
    }
    for name in FORWARDED {
        if let Some(value) = forwarded(head, name) {
            flat.push(latin1(scope, name.as_bytes())?);
            flat.push(latin1(scope, &value)?);
        }
    }
    Ok(v8::Array::new_with_elements(scope, &flat))
}

/// One header, repeated values joined by a comma; null if there is none.
#[op2]
pub(crate) fn op_skep_header<'s>(
    scope: &mut v8::PinScope<'s, '_>,
    state: &mut OpState,
    #[smi] id: u32,
    #[string] name: String,
) -> Result<v8::Local<'s, v8::Value>, JsErrorBox> {
    let read = || match header_value(head(state, id)?, &name.to_ascii_lowercase()) {
        Some(value) => latin1(scope, &value),
        None => Ok(v8::null(scope).into()),
    };
    catch_panic("op_skep_header", id, read).flatten()
}

/// What the function sees of a header; `name` in lower case.
pub fn header_value(head: &Request, name: &str) -> Option<Vec<u8>> {
    if FORWARDED.contains(&name) {
        forwarded(head, name)
    } else if is_hidden(head, name) {
        None
    } else {
        joined(head, name).or_else(|| (name == "host").then(|| authority(head).into_bytes()))
    }
}

/// Hop-by-hop headers, those that `connection` names included, and what a client says about itself that is not believed.
fn is_hidden(head: &Request, name: &str) -> bool {
    HIDDEN.contains(&name)
        || (!head.trust_forwarded && BELIEVED.contains(&name))
        || (head.occurrence.is_none() && OF_SCHEDULES.contains(&name))
        || (head.shape != CallShape::RawEvent && name == RAW_EVENT)
        || head
            .headers
            .get_all(header::CONNECTION)
            .iter()
            .any(|listed| listed.to_str().is_ok_and(|listed| listed.split(',').any(|option| option.trim().eq_ignore_ascii_case(name))))
}

/// Every value of a header in one; cookies, which HTTP/2 may split (RFC 9113 §8.2.3), by a semicolon.
fn joined(head: &Request, name: &str) -> Option<Vec<u8>> {
    let separator: &[u8] = if name == "cookie" { b"; " } else { b", " };
    let values: Vec<&[u8]> = head.headers.get_all(name).iter().map(http::HeaderValue::as_bytes).collect();
    (!values.is_empty()).then(|| values.join(separator))
}

/// Lines: request id, traceparent of this hop, hops for an outgoing call, remote address, tracestate, pattern of the route.
#[op2]
#[string]
pub(crate) fn op_skep_meta(state: &mut OpState, #[smi] id: u32) -> Result<String, JsErrorBox> {
    catch_panic("op_skep_meta", id, || head(state, id).map(meta)).flatten()
}

fn meta(head: &Request) -> String {
    let remote = head.remote.map(|remote| remote.to_string()).unwrap_or_default();
    let tracestate = head.headers.get("tracestate").and_then(|value| value.to_str().ok()).unwrap_or_default();
    let pattern = head.pattern.as_deref().unwrap_or_default();
    let (trace, hops) = (head.trace.to_traceparent(), u16::from(head.hops) + 1);
    format!("{}\n{trace}\n{hops}\n{remote}\n{tracestate}\n{pattern}", head.request_id)
}

fn latin1<'s>(scope: &mut v8::PinScope<'s, '_>, bytes: &[u8]) -> Result<v8::Local<'s, v8::Value>, JsErrorBox> {
    v8::String::new_from_one_byte(scope, bytes, v8::NewStringType::Normal)
        .map(Into::into)
        .ok_or_else(|| JsErrorBox::range_error("a header is too large for a string"))
}

#[cfg(test)]
mod tests {
    use std::net::SocketAddr;

    use http::uri::PathAndQuery;
    use http::{HeaderMap, HeaderName, HeaderValue, Method};

    use super::*;
    use crate::function::message::CallShape;
    use crate::function::trace::TraceContext;

    fn request(trust_forwarded: bool, lines: &[(&'static str, &'static str)]) -> Request {
        let mut headers = HeaderMap::new();
        for (name, value) in lines {
            headers.append(HeaderName::from_static(name), HeaderValue::from_static(value));
        }
        Request {
            method: Method::GET,
            scheme: "http",
            authority: None,
            path_and_query: PathAndQuery::from_static("/f/rest"),
            strip: 2,
            pattern: None,
            headers: headers.into(),
            trust_forwarded,
            trace: TraceContext { trace_id: 1, span_id: 1, flags: 0 },
            request_id: "".into(),
            remote: Some(SocketAddr::from(([192, 0, 2, 9], 1))),
            hops: 0,
            caller: None,
            shape: CallShape::Http,
            occurrence: None,
            job: None,
        }
    }

    fn seen(head: &Request, name: &str) -> Option<String> {
        header_value(head, name).map(|value| String::from_utf8(value).unwrap())
    }

    const LINES: [(&str, &str); 11] = [
        ("host", "skep.test"),
        ("x-forwarded-for", "203.0.113.1, 203.0.113.2"),
        ("x-forwarded-for", "203.0.113.3"),
        ("x-forwarded-host", "forged.test"),
        ("x-forwarded-host", "proxy.test"),
        ("x-forwarded-proto", "http"),
        ("x-forwarded-proto", "https"),
        ("x-forwarded-prefix", "/forged"),
        ("x-forwarded-prefix", "/proxy"),
        ("x-forwarded-port", "444"),
        ("forwarded", "for=203.0.113.1;proto=https"),
    ];

    #[test]
    fn of_a_trusted_proxy_the_whole_chain_and_the_last_lines_count() {
        let head = request(true, &LINES);
        assert_eq!(seen(&head, "x-forwarded-for").as_deref(), Some("203.0.113.1, 203.0.113.2, 203.0.113.3, 192.0.2.9"));
        assert_eq!(seen(&head, "x-forwarded-host").as_deref(), Some("proxy.test"));
        assert_eq!(seen(&head, "x-forwarded-proto").as_deref(), Some("https"));
        assert_eq!(seen(&head, "x-forwarded-prefix").as_deref(), Some("/proxy/f"));
        assert_eq!(seen(&head, "x-forwarded-port").as_deref(), Some("444"));
        assert_eq!(seen(&head, "forwarded").as_deref(), Some("for=203.0.113.1;proto=https"));
        assert_eq!(request_url(&head), "https://skep.test/rest");
    }

    #[test]
    fn without_trust_nothing_counts_that_a_client_says_about_itself() {
        let head = request(false, &LINES);
        assert_eq!(seen(&head, "x-forwarded-for").as_deref(), Some("192.0.2.9"));
        assert_eq!(seen(&head, "x-forwarded-host").as_deref(), Some("skep.test"));
        assert_eq!(seen(&head, "x-forwarded-proto").as_deref(), Some("http"));
        assert_eq!(seen(&head, "x-forwarded-prefix").as_deref(), Some("/f"));
        assert_eq!((seen(&head, "x-forwarded-port"), seen(&head, "forwarded")), (None, None));
        assert_eq!(request_url(&head), "http://skep.test/rest");
    }
}
