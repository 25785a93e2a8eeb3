//! Ops that answer a call: one per shape, each a V8 fast call where V8 allows it.
//!
//! Header text is either a bare content type or lines of names and values, each line begun by a line feed, which no header can contain.
//!
//! Invariant: whatever JavaScript passes, the caller gets a response or a fault, never a panic. The bytes of an answer are counted for its
//! function until they are taken.

use std::sync::Arc;

use bytes::Bytes;
use deno_core::{OpState, op2};
use deno_error::JsErrorBox;
use http::{HeaderMap, HeaderName, HeaderValue, header};

use super::catch_panic::{catch_panic, has_panicked};
use crate::fault::{Fault, Kind};
use crate::function::message::{Body, Response};
use crate::runtime::call::{FunctionBytes, InFlightTable, Outbound, Reply, UNCOUNTED_BYTES};

/// The header that names the fault of an answer: the host's to write.
pub(super) const FAULT_HEADER: HeaderName = HeaderName::from_static("x-skep-fault");

/// Headers of one answer.
const HEADERS_MAX: usize = 1024;

/// Bytes of all headers of one answer.
const HEADER_BYTES_MAX: usize = 128 << 10;

/// Bytes of an error's text that are kept.
const DETAIL_BYTES_MAX: usize = 64 << 10;

/// Answers with a text body. False: its function holds its share of bytes, and the answer has to go in pieces.
#[op2(fast)]
pub(crate) fn op_skep_reply_text(
    state: &mut OpState,
    #[smi] id: u32,
    #[smi] status: u32,
    #[string] headers: &str,
    #[string] body: &str,
) -> Result<bool, JsErrorBox> {
    // `&str` is UTF-8 here; V8's Latin-1 strings were converted by the op macro.
    catch_panic("op_skep_reply_text", id, || reply_whole(state, id, status, headers, body.as_bytes()))
}

/// Answers with bytes. False: as for a text.
#[op2(fast)]
pub(crate) fn op_skep_reply_bytes(
    state: &mut OpState,
    #[smi] id: u32,
    #[smi] status: u32,
    #[string] headers: &str,
    #[buffer] body: &[u8],
) -> Result<bool, JsErrorBox> {
    catch_panic("op_skep_reply_bytes", id, || reply_whole(state, id, status, headers, body))
}

/// Answers without a body.
#[op2(fast)]
pub(crate) fn op_skep_reply_empty(
    state: &mut OpState,
    #[smi] id: u32,
    #[smi] status: u32,
    #[string] headers: &str,
) -> Result<(), JsErrorBox> {
    catch_panic("op_skep_reply_empty", id, || reply(state, id, status, headers, Body::Empty))
}

/// Answers with a head now and a body later, through `op_skep_stream_write`. `length`: of the body, if it is known, else -1.
#[op2(fast)]
pub(crate) fn op_skep_reply_stream(
    state: &mut OpState,
    #[smi] id: u32,
    #[smi] status: u32,
    #[string] headers: &str,
    length: f64,
) -> Result<(), JsErrorBox> {
    catch_panic("op_skep_reply_stream", id, || reply_stream(state, id, status, headers, length))
}

fn reply_stream(state: &mut OpState, id: u32, status: u32, headers: &str, length: f64) {
    let (outbound, body) = Outbound::channel(state.try_borrow::<Arc<FunctionBytes>>().cloned());
    let table = state.borrow_mut::<InFlightTable>();
    let mut answer = without_own_fault(table, id, response(status, headers, Body::Stream(Box::pin(body))));
    if let Ok(response) = &mut answer
        && length >= 0.0
    {
        // In place of what the function says: the pieces of this body are known.
        response.headers.insert(header::CONTENT_LENGTH, HeaderValue::from(length as u64));
    }
    match table.get_mut(id) {
        // An invalid answer has no body to write to: the function learns it from its first write.
        Some(in_flight) if !in_flight.is_answered() && answer.is_ok() => in_flight.outbound = Some(outbound),
        Some(in_flight) if in_flight.is_answered() => return,
        _ => {}
    }
    table.answer(id, answer);
}

/// The handler failed. `kind`: 0 it threw, 1 it returned a value that is not an answer, 2 the body of the request is not what its type says.
/// `status`: that of the answer, or 0 for that of the kind.
#[op2(fast)]
pub(crate) fn op_skep_fail(
    state: &mut OpState,
    #[smi] id: u32,
    #[smi] kind: u32,
    #[string] message: &str,
    #[string] detail: &str,
    #[smi] status: u32,
) -> Result<(), JsErrorBox> {
    catch_panic("op_skep_fail", id, || fail(state, id, kind, message, detail, status))
}

fn fail(state: &mut OpState, id: u32, kind: u32, message: &str, detail: &str, status: u32) {
    if has_panicked() {
        // The host made the handler fail: the caller gets the host's fault when the instance ends.
        return;
    }
    let kind = match kind {
        0 => Kind::Threw,
        1 => Kind::BadResponse,
        _ => Kind::MalformedBody,
    };
    // A thrown value may hold secrets: the client sees it only in dev.
    let safe = if kind == Kind::Threw { "the function threw an error" } else { message };
    let detail = if detail.is_empty() { message } else { detail };
    let (safe, detail) = (head_of(safe), head_of(detail));
    let mut fault = Fault::new(kind, safe).with_detail(detail);
    if let Ok(status @ 400..=599) = u16::try_from(status) {
        fault = fault.with_status(status);
    }
    state.borrow_mut::<InFlightTable>().answer(id, Err(fault));
}

/// The part of a text that is kept.
fn head_of(text: &str) -> &str {
    text.get(..text.floor_char_boundary(DETAIL_BYTES_MAX)).unwrap_or_default()
}

/// A `waitUntil` promise begins (true) or has settled (false).
#[op2(fast)]
pub(crate) fn op_skep_background(state: &mut OpState, #[smi] id: u32, begins: bool) -> Result<(), JsErrorBox> {
    catch_panic("op_skep_background", id, || state.borrow_mut::<InFlightTable>().background(id, begins))
}

fn reply_whole(state: &mut OpState, id: u32, status: u32, headers: &str, body: &[u8]) -> bool {
    // An ordinary answer does not even look the function's bytes up.
    let function = if body.len() > UNCOUNTED_BYTES { state.try_borrow::<Arc<FunctionBytes>>() } else { None };
    let copy = match function {
        Some(function) => function.whole(body),
        None => Some(Bytes::copy_from_slice(body)),
    };
    let Some(copy) = copy else { return false };
    reply(state, id, status, headers, Body::Full(copy));
    true
}

fn reply(state: &mut OpState, id: u32, status: u32, headers: &str, body: Body) {
    let table = state.borrow_mut::<InFlightTable>();
    let answer = response(status, headers, body);
    // A content type alone holds no fault.
    let answer = if headers.starts_with('\n') { without_own_fault(table, id, answer) } else { answer };
    table.answer(id, answer);
}

/// Takes out a fault that the function made up. One that a function it called has answered may be passed on.
fn without_own_fault(table: &InFlightTable, id: u32, mut answer: Reply) -> Reply {
    if let Ok(response) = &mut answer
        && let Some(fault) = response.headers.remove(FAULT_HEADER)
        && let Some(passed) = table.get(id).and_then(|in_flight| in_flight.passed_fault.clone())
        && fault == passed
    {
        response.headers.insert(FAULT_HEADER, passed);
    }
    answer
}

fn response(status: u32, headers: &str, body: Body) -> Reply {
    let status = match u16::try_from(status) {
        Ok(status @ 200..=599) => status,
        _ => return Err(Fault::new(Kind::BadResponse, format!("status {status} is outside 200..=599"))),
    };
    Ok(Response { status, headers: parse_headers(headers)?, body })
}

/// Turns header text into a map. Values are Latin-1 in JavaScript and UTF-8 here, so they go back to single bytes.
///
/// # Errors
/// If it is not header text, or if it is too long.
pub fn parse_headers(text: &str) -> Result<HeaderMap, Fault> {
    let mut map = HeaderMap::new();
    if text.is_empty() {
        return Ok(map);
    }
    let Some(lines) = text.strip_prefix('\n') else {
        map.insert(header::CONTENT_TYPE, content_type(text)?);
        return Ok(map);
    };
    let mut bytes = 0;
    let mut lines = lines.split('\n');
    while let (Some(name), Some(value)) = (lines.next(), lines.next()) {
        let name = HeaderName::from_bytes(name.as_bytes()).map_err(|_| bad_header(name))?;
        bytes += name.as_str().len() + value.len();
        let value = value_from_latin1(value)?;
        // `append` panics where `try_append` returns.
        let appended = map.try_append(name, value).is_ok();
        if !appended || map.len() > HEADERS_MAX || bytes > HEADER_BYTES_MAX {
            return Err(Fault::new(Kind::BadResponse, "the response has too many headers")
                .with_limit(format!("{HEADERS_MAX} headers, {HEADER_BYTES_MAX} bytes"), format!("{} headers, {bytes} bytes", map.len())));
        }
    }
    Ok(map)
}

fn content_type(text: &str) -> Result<HeaderValue, Fault> {
    match text {
        "application/json" => Ok(HeaderValue::from_static("application/json")),
        "text/plain;charset=UTF-8" => Ok(HeaderValue::from_static("text/plain;charset=UTF-8")),
        other => value_from_latin1(other),
    }
}

fn value_from_latin1(text: &str) -> Result<HeaderValue, Fault> {
    if text.is_ascii() {
        return HeaderValue::from_str(text).map_err(|_| bad_header(text));
    }
    let bytes: Option<Vec<u8>> = text.chars().map(|character| u8::try_from(u32::from(character)).ok()).collect();
    bytes.and_then(|bytes| HeaderValue::from_bytes(&bytes).ok()).ok_or_else(|| bad_header(text))
}

fn bad_header(text: &str) -> Fault {
    let shown: String = text.chars().take(40).collect();
    Fault::new(Kind::BadResponse, format!("the response has an invalid header: {shown:?}"))
}
