//! Ops that read a request's head: URL, headers, trace and request id, each when JavaScript asks for it.
//!
//! Invariant: header values cross as bytes (Latin-1 strings), as the Fetch standard wants them.

use deno_core::{OpState, op2, v8};
use deno_error::JsErrorBox;

use super::exchange::{Exchanges, Head};

fn head(state: &OpState, id: u32) -> Result<&Head, JsErrorBox> {
    state
        .borrow::<Exchanges>()
        .get(id)
        .and_then(|exchange| exchange.head.as_ref())
        .ok_or_else(|| JsErrorBox::type_error("the request is over: keep it open with ctx.waitUntil"))
}

/// The absolute URL the function sees.
#[op2]
#[string]
pub fn op_skep_url(state: &mut OpState, #[smi] id: u32) -> Result<String, JsErrorBox> {
    let head = head(state, id)?;
    Ok(format!("{}://{}{}", head.scheme, head.authority, head.path_and_query))
}

/// Names and values, one after the other.
#[op2]
pub fn op_skep_headers<'s>(
    scope: &mut v8::PinScope<'s, '_>,
    state: &mut OpState,
    #[smi] id: u32,
) -> Result<v8::Local<'s, v8::Array>, JsErrorBox> {
    let head = head(state, id)?;
    let mut flat = Vec::with_capacity(head.headers.len() * 2);
    for (name, value) in &head.headers {
        flat.push(latin1(scope, name.as_str().as_bytes())?);
        flat.push(latin1(scope, value.as_bytes())?);
    }
    Ok(v8::Array::new_with_elements(scope, &flat))
}

/// One header, repeated values joined by a comma; null if there is none.
#[op2]
pub fn op_skep_header<'s>(
    scope: &mut v8::PinScope<'s, '_>,
    state: &mut OpState,
    #[smi] id: u32,
    #[string] name: String,
) -> Result<v8::Local<'s, v8::Value>, JsErrorBox> {
    let head = head(state, id)?;
    let mut values = head.headers.get_all(name.as_str()).iter();
    let Some(first) = values.next() else { return Ok(v8::null(scope).into()) };
    let mut joined = first.as_bytes().to_vec();
    for value in values {
        joined.extend_from_slice(b", ");
        joined.extend_from_slice(value.as_bytes());
    }
    latin1(scope, &joined)
}

/// Lines: request id, traceparent of this hop, hops for an outgoing call, remote address, tracestate.
#[op2]
#[string]
pub fn op_skep_meta(state: &mut OpState, #[smi] id: u32) -> Result<String, JsErrorBox> {
    let head = head(state, id)?;
    let remote = head.remote.map(|remote| remote.to_string()).unwrap_or_default();
    let tracestate = head.headers.get("tracestate").and_then(|value| value.to_str().ok()).unwrap_or_default();
    Ok(format!("{}\n{}\n{}\n{remote}\n{tracestate}", head.request_id, head.trace.to_traceparent(), u16::from(head.hops) + 1))
}

fn latin1<'s>(scope: &mut v8::PinScope<'s, '_>, bytes: &[u8]) -> Result<v8::Local<'s, v8::Value>, JsErrorBox> {
    v8::String::new_from_one_byte(scope, bytes, v8::NewStringType::Normal)
        .map(Into::into)
        .ok_or_else(|| JsErrorBox::range_error("a header is too large for a string"))
}
