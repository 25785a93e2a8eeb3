//! `ctx.call`: one function calls another without a socket, in the same trace.
//!
//! Invariant: the host decides what a name means and counts the hops; this op only carries the message. A request of the caller keeps few
//! places of other functions at a time, whether it awaits their answers or does not read them. The bytes of bodies count as its memory.

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;
use std::sync::Arc;

use bytes::Bytes;
use deno_core::{JsBuffer, OpState, op2};
use deno_error::JsErrorBox;
use http::uri::PathAndQuery;
use http::{HeaderMap, Method, Uri};
use serde::Serialize;
use tokio::sync::oneshot;

use super::answer::{FAULT_HEADER, parse_headers};
use super::catch_panic::catch_panic_async;
use super::host::{HostApi, Identity};
use super::spans::spans_of;
use crate::function::message::{Body, CallShape, Request};
use crate::function::trace::TraceContext;
use crate::runtime::call::{InFlightTable, InboundRefused};

#[derive(Serialize)]
struct CallAnswer {
    status: u16,
    headers: String,
    body: u32,
}

/// What ends the calls that have a signal, by the number that JavaScript gave them.
#[derive(Default)]
pub(crate) struct CancelTokens(HashMap<u32, oneshot::Sender<()>>);

/// In the place of a number: the call has no signal.
const NO_TOKEN: u32 = 0;

/// Calls function `name`. `token`: by which [`op_skep_call_cancel`] ends the call. The answer's body, if any, streams through `op_skep_body_read` under its own id.
#[op2]
#[serde]
pub(crate) async fn op_skep_call(
    state: Rc<RefCell<OpState>>,
    #[smi] id: u32,
    #[string] name: String,
    #[string] method: String,
    #[string] url: String,
    #[string] headers: String,
    #[buffer] body: Option<JsBuffer>,
    #[smi] token: u32,
) -> Result<CallAnswer, JsErrorBox> {
    let outgoing = OutgoingCall { name, method, url, headers };
    let work = cancellable(state.clone(), token, call(state, id, outgoing, body));
    catch_panic_async("op_skep_call", id, work).await.flatten()
}

/// Ends a call: its caller waits for it no more. The function that is called learns of it as of a client that leaves.
#[op2(fast)]
pub(crate) fn op_skep_call_cancel(state: &mut OpState, #[smi] token: u32) {
    if let Some(cancel) = state.borrow_mut::<CancelTokens>().0.remove(&token) {
        let _ = cancel.send(());
    }
}

async fn cancellable(
    state: Rc<RefCell<OpState>>,
    token: u32,
    work: impl Future<Output = Result<CallAnswer, JsErrorBox>>,
) -> Result<CallAnswer, JsErrorBox> {
    if token == NO_TOKEN {
        return work.await;
    }
    let (cancel, cancelled) = oneshot::channel();
    state.borrow_mut().borrow_mut::<CancelTokens>().0.insert(token, cancel);
    let answer = tokio::select! {
        biased;
        answer = work => answer,
        // Dropped, the work gives up its place in the function that is called.
        _ = cancelled => Err(JsErrorBox::type_error("the call was aborted")),
    };
    state.borrow_mut().borrow_mut::<CancelTokens>().0.remove(&token);
    answer
}

/// The request of JavaScript to another function.
struct OutgoingCall {
    name: String,
    method: String,
    url: String,
    headers: String,
}

async fn call(state: Rc<RefCell<OpState>>, id: u32, outgoing: OutgoingCall, body: Option<JsBuffer>) -> Result<CallAnswer, JsErrorBox> {
    let (host, context) = {
        let state = state.borrow();
        let context = state
            .borrow::<InFlightTable>()
            .get(id)
            .and_then(|in_flight| in_flight.head.as_deref())
            .map(|head| (head.trace, head.request_id.clone(), head.hops, head.headers.get("tracestate").cloned()));
        let spans = spans_of(state.borrow::<InFlightTable>(), id);
        (state.borrow::<Arc<dyn HostApi>>().clone(), context.map(|context| (context, spans)))
    };
    let Some(((trace, request_id, hops, tracestate), spans)) = context else { return Err(request_is_over()) };
    let calls = state.borrow_mut().borrow_mut::<InFlightTable>().outgoing_calls(id).ok_or_else(request_is_over)?;
    // More of them wait: each may hold a place of the function that it calls.
    let _calling = calls.acquire_owned().await.map_err(|_closed| request_is_over())?;
    state.borrow().borrow::<InFlightTable>().admits_answer(id).map_err(not_kept)?;
    let mut request = outgoing.request()?;
    request.caller = state.borrow().try_borrow::<Identity>().map(|identity| identity.function.clone());
    request.trace = trace;
    request.request_id = request_id;
    request.hops = hops.saturating_add(1);
    request.spans = spans;
    if let Some(tracestate) = tracestate {
        request.headers.insert("tracestate", tracestate);
    }
    // It may wait with the function that is called for as long as the answer.
    let _kept = state.borrow().borrow::<InFlightTable>().keep(body.as_ref().map_or(0, |body| body.len()));
    let body = body.map_or(Body::Empty, |body| Body::Full(Bytes::copy_from_slice(&body)));
    let response = host.call(&outgoing.name, request, body).await;
    if let Some(fault) = response.headers.get(FAULT_HEADER)
        && let Some(in_flight) = state.borrow_mut().borrow_mut::<InFlightTable>().get_mut(id)
    {
        in_flight.passed_fault = Some(fault.clone());
    }
    let headers = flatten(&response.headers);
    let body = match response.body {
        Body::Empty => 0,
        body => state.borrow_mut().borrow_mut::<InFlightTable>().insert_inbound(id, body).map_err(not_kept)?,
    };
    Ok(CallAnswer { status: response.status, headers, body })
}

/// A call or an answer for a request that is over: the callee's answer is dropped, so that it gives its place back.
fn request_is_over() -> JsErrorBox {
    JsErrorBox::type_error("the request is over: keep it open with ctx.waitUntil")
}

fn not_kept(refused: InboundRefused) -> JsErrorBox {
    match refused {
        InboundRefused::CallerIsOver => request_is_over(),
        InboundRefused::TooMany => JsErrorBox::type_error("too many answers of other functions are open: read or cancel some first"),
    }
}

impl OutgoingCall {
    fn request(&self) -> Result<Request, JsErrorBox> {
        let method = Method::from_bytes(self.method.as_bytes()).map_err(|_| JsErrorBox::type_error("invalid method"))?;
        let uri: Uri = self.url.parse().map_err(|_| JsErrorBox::type_error("invalid URL"))?;
        let headers: HeaderMap = parse_headers(&self.headers).map_err(|fault| JsErrorBox::type_error(fault.to_string()))?;
        Ok(Request {
            method,
            scheme: "http",
            authority: uri.authority().cloned(),
            path_and_query: uri.path_and_query().cloned().unwrap_or_else(|| PathAndQuery::from_static("/")),
            strip: 0,
            pattern: None,
            headers: headers.into(),
            trust_forwarded: false,
            trace: TraceContext { trace_id: 1, span_id: 1, parent_id: 0, flags: 0 },
            request_id: Arc::from(""),
            remote: None,
            hops: 0,
            caller: None,
            shape: CallShape::Http,
            occurrence: None,
            job: None,
            spans: None,
        })
    }
}

/// Lines of names and values, each begun by a line feed, as `dispatch/call_function.js` reads them. Bytes become Latin-1 characters.
fn flatten(headers: &HeaderMap) -> String {
    let mut flat = String::new();
    for (name, value) in headers {
        flat.push('\n');
        flat.push_str(name.as_str());
        flat.push('\n');
        flat.extend(value.as_bytes().iter().map(|byte| char::from(*byte)));
    }
    flat
}
