//! Ops of outgoing requests as spans of their call's trace.
//!
//! `core/trace.js` calls them for each `fetch` of an open call; `invoke` takes the spans when the call is over.
//!
//! Invariant: a host that keeps no traces makes no spans; what a function puts into one is bounded.

use std::sync::Arc;

use deno_core::{OpState, op2};
use deno_error::JsErrorBox;

use super::catch_panic::catch_panic;
use super::host::{HostApi, Identity};
use crate::function::span::{OTHER_METHOD, OTHER_METHOD_NAME, Span, SpanBuffer, SpanKind, SpanValue, bounded, known_method};
use crate::function::trace::{TraceContext, random};
use crate::runtime::call::InFlightTable;

/// The buffer for the spans of a call.
pub(super) fn spans_of(calls: &InFlightTable, id: u32) -> Option<Arc<SpanBuffer>> {
    Some(calls.get(id)?.stats.as_ref()?.spans.buffer().clone())
}

/// A request to elsewhere begins. Returns the `traceparent` that it carries; empty: the call's own, because there is no span.
#[op2]
#[string]
pub(crate) fn op_skep_fetch_begin(state: &mut OpState, #[smi] id: u32) -> Result<String, JsErrorBox> {
    catch_panic("op_skep_fetch_begin", id, || begin(state, id).unwrap_or_default())
}

fn begin(state: &OpState, id: u32) -> Option<String> {
    if !state.borrow::<Arc<dyn HostApi>>().keeps_traces() {
        return None;
    }
    let calls = state.borrow::<InFlightTable>();
    let trace = calls.get(id)?.head.as_ref()?.trace.child(random());
    let mut span = Span::begin(trace.span_id, trace.parent_id, "fetch", SpanKind::Client);
    if let Some(identity) = state.try_borrow::<Identity>() {
        span.function = Some(identity.function.clone());
        span.version = Some(identity.version.clone());
        span.instance = identity.instance;
    }
    spans_of(calls, id)?.add(span).then(|| trace.to_traceparent())
}

/// The request has its answer's head, or none will come. `traceparent`: that of its begin. `error`: empty, or why there is no answer.
#[op2(fast)]
pub(crate) fn op_skep_fetch_end(
    state: &mut OpState,
    #[smi] id: u32,
    #[string] traceparent: String,
    #[string] method: String,
    #[string] url: String,
    #[smi] status: u32,
    #[string] error: String,
) -> Result<(), JsErrorBox> {
    catch_panic("op_skep_fetch_end", id, || {
        let trace = TraceContext::parse(traceparent.as_bytes())?;
        let spans = spans_of(state.borrow::<InFlightTable>(), id)?;
        spans.end(trace.span_id, |span| complete(span, &method, url, status, error));
        Some(())
    })
    .map(|_| ())
}

fn complete(span: &mut Span, method: &str, url: String, status: u32, error: String) {
    let known = known_method(method);
    span.name = known.unwrap_or(OTHER_METHOD_NAME).into();
    span.attributes.push(("http.request.method", SpanValue::Text(known.unwrap_or(OTHER_METHOD).into())));
    let url = without_query(url);
    if let Some(authority) = authority(&url) {
        span.attributes.push(("server.address", SpanValue::Text(authority.to_owned().into())));
    }
    span.attributes.push(("url.full", SpanValue::Text(url.into())));
    if status > 0 {
        span.attributes.push(("http.response.status_code", SpanValue::Number(u64::from(status))));
    }
    span.error = match (status, error.is_empty()) {
        (_, false) => Some(bounded(error).into()),
        (400.., true) => Some(status.to_string().into()),
        (_, true) => None,
    };
}

/// An address without its query and its fragment: both may hold secrets. A serialised URL has its user before an `@`.
fn without_query(url: String) -> String {
    let end = url.find(['?', '#']).unwrap_or(url.len());
    let url = url.get(..end).unwrap_or_default();
    let Some((scheme, rest)) = url.split_once("://") else { return bounded(url.to_owned()) };
    let (authority, path) = rest.find('/').map_or((rest, ""), |slash| rest.split_at(slash));
    let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    bounded(format!("{scheme}://{host}{path}"))
}

fn authority(url: &str) -> Option<&str> {
    let (_, rest) = url.split_once("://")?;
    rest.split('/').next().filter(|authority| !authority.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_secret_of_an_address_stands_in_a_span() {
        for (url, shown) in [
            ("https://user:word@host:8/a/b?key=1#x", "https://host:8/a/b"),
            ("https://host/?k", "https://host/"),
            ("http://host", "http://host"),
            ("data:text/plain,x?y", "data:text/plain,x"),
            ("http://h/a@b", "http://h/a@b"),
        ] {
            assert_eq!(without_query(url.to_owned()), shown);
        }
    }

    #[test]
    fn the_end_completes_a_span() {
        let mut span = Span::begin(1, 2, "fetch", SpanKind::Client);
        complete(&mut span, "get-it", "http://h:1/p?q".to_owned(), 404, String::new());
        assert_eq!((span.name.as_ref(), span.error.as_deref()), ("HTTP", Some("404")));
        assert!(span.attributes.contains(&("server.address", SpanValue::Text("h:1".into()))));
        let mut span = Span::begin(1, 2, "fetch", SpanKind::Client);
        complete(&mut span, "GET", "x".repeat(10_000), 0, "TypeError".to_owned());
        assert_eq!((span.name.as_ref(), span.error.as_deref()), ("GET", Some("TypeError")));
        assert!(span.bytes() < 4_000);
    }
}
