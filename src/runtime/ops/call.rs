//! `ctx.call`: one function calls another without a socket, in the same trace.
//!
//! Invariant: the host decides what a name means and counts the hops; this op only carries the message.

use std::cell::RefCell;
use std::net::SocketAddr;
use std::rc::Rc;
use std::sync::Arc;

use bytes::Bytes;
use deno_core::{JsBuffer, OpState, op2};
use deno_error::JsErrorBox;
use futures::future::BoxFuture;
use http::uri::PathAndQuery;
use http::{HeaderMap, Method, Uri};
use serde::Serialize;

use super::answer::parse_headers;
use super::catch_panic::guard_async;
use super::log::ConsoleLine;
use crate::function::message::{Body, CallShape, Request, Response};
use crate::function::trace::TraceContext;
use crate::runtime::call::Exchanges;

/// What an instance needs of the process around it.
pub trait Host: Send + Sync {
    /// A line a function wrote to its console. Must not block.
    fn console(&self, line: ConsoleLine<'_>);

    /// A guard of the prelude, or a limit beside it, refused `what` before it could hurt. Must not block.
    fn refused(&self, identity: Option<&Identity>, what: &str);

    /// Where Skep itself listens: closed to functions.
    fn listens_on(&self) -> Vec<SocketAddr>;

    /// Calls a function by name; a fault comes back as the response a client would get.
    fn call(&self, name: &str, request: Request, body: Body) -> BoxFuture<'static, Response>;
}

/// Which instance this isolate is; put into its state when it is assigned.
#[derive(Clone)]
pub struct Identity {
    /// Function name.
    pub function: Arc<str>,
    /// Version id.
    pub version: Arc<str>,
    /// Number of the instance, unique in the process.
    pub instance: u32,
}

#[derive(Serialize)]
struct Answer {
    status: u16,
    headers: String,
    body: u32,
}

/// Calls function `name`. The answer's body, if any, streams through `op_skep_body_read` under its own id.
#[op2]
#[serde]
pub async fn op_skep_call(
    state: Rc<RefCell<OpState>>,
    #[smi] id: u32,
    #[string] name: String,
    #[string] method: String,
    #[string] url: String,
    #[string] headers: String,
    #[buffer] body: Option<JsBuffer>,
) -> Result<Answer, JsErrorBox> {
    guard_async("op_skep_call", id, call(state, id, Outgoing { name, method, url, headers }, body)).await.flatten()
}

/// What JavaScript asks of another function.
struct Outgoing {
    name: String,
    method: String,
    url: String,
    headers: String,
}

async fn call(state: Rc<RefCell<OpState>>, id: u32, outgoing: Outgoing, body: Option<JsBuffer>) -> Result<Answer, JsErrorBox> {
    let (host, context) = {
        let state = state.borrow();
        let context = state
            .borrow::<Exchanges>()
            .get(id)
            .and_then(|exchange| exchange.head.as_deref())
            .map(|head| (head.trace, head.request_id.clone(), head.hops, head.headers.get("tracestate").cloned()));
        (state.borrow::<Arc<dyn Host>>().clone(), context)
    };
    let Some((trace, request_id, hops, tracestate)) = context else {
        return Err(JsErrorBox::type_error("the request is over: keep it open with ctx.waitUntil"));
    };
    let mut request = outgoing.request()?;
    request.trace = trace;
    request.request_id = request_id;
    request.hops = hops.saturating_add(1);
    if let Some(tracestate) = tracestate {
        request.headers.insert("tracestate", tracestate);
    }
    let body = body.map_or(Body::Empty, |body| Body::Full(Bytes::copy_from_slice(&body)));
    let response = host.call(&outgoing.name, request, body).await;
    let headers = flatten(&response.headers);
    let body = match response.body {
        Body::Empty => 0,
        body => state.borrow_mut().borrow_mut::<Exchanges>().insert_inbound(id, body),
    };
    Ok(Answer { status: response.status, headers, body })
}

impl Outgoing {
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
            headers,
            trust_forwarded: false,
            trace: TraceContext { trace_id: 1, span_id: 1, flags: 0 },
            request_id: Arc::from(""),
            remote: None,
            hops: 0,
            shape: CallShape::Http,
        })
    }
}

/// Lines of names and values, each begun by a line feed, as `99_dispatch.js` reads them. Bytes become Latin-1 characters.
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
