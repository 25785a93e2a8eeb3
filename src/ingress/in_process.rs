//! `ctx.call`: a call that comes from a function instead of a socket.
//!
//! Comes from an instance through the host, goes to the same pools, and its faults become the same responses.
//!
//! Invariant: hops are counted, so that functions cannot call each other for ever.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use super::dispatch::{HOPS_MAX, loop_detected};
use super::respond::{self, FaultContext};
use crate::config::Mode;
use crate::fault::{Fault, Kind};
use crate::function::Version;
use crate::function::message::{Body, Request, Response};
use crate::function::trace::random;
use crate::live::Live;
use crate::runtime::pool::{Called, Pool};
use crate::telemetry::events::RequestDone;

/// Calls function `name` and answers as HTTP would.
pub async fn call_in_process(live: Arc<Live>, mode: Mode, name: String, mut request: Request, body: Body) -> Response {
    let started = Instant::now();
    request.trace = request.trace.child(random());
    let (trace, request_id) = (request.trace, request.request_id.clone());
    let (method, path) = (request.method.clone(), request.path_and_query.clone());
    let (version, called) = call(&live, &name, request, body).await;
    let (reply, tally) = match called {
        Ok(Called { reply, tally }) => (reply, Some(tally)),
        Err(fault) => (Err(fault), None),
    };
    let version = version.as_ref().map(|version| version.id.as_str());
    let (fault, response) = match reply {
        Ok(mut response) => {
            respond::clean(&mut response, method == http::Method::HEAD);
            (None, response)
        }
        Err(fault) => {
            let context = FaultContext {
                function: Some(&name),
                version,
                request_id: &request_id,
                trace_id: &format!("{:032x}", trace.trace_id),
                dev: mode == Mode::Dev,
                wants_html: false,
            };
            let response = respond::fault_response(&fault, &context);
            (Some(fault), response)
        }
    };
    let nanos = |nanos: u64| Duration::from_nanos(nanos);
    RequestDone {
        function: Some(&name),
        version,
        instance: tally.as_ref().map_or(0, |tally| tally.instance.load(Ordering::Relaxed)),
        method: method.as_str(),
        path: path.path(),
        status: response.status,
        fault: fault.as_ref().map(Fault::kind),
        detail: fault.as_ref().and_then(|fault| fault.facts().detail.as_deref()),
        client_left: false,
        cut: None,
        queue: nanos(tally.as_ref().map_or(0, |tally| tally.queue_ns.load(Ordering::Relaxed))),
        wall: started.elapsed(),
        cpu: nanos(tally.as_ref().map_or(0, |tally| tally.cpu_ns.load(Ordering::Relaxed))),
        trace,
        request_id: &request_id,
    }
    .tell();
    response
}

async fn call(live: &Live, name: &str, request: Request, body: Body) -> (Option<Arc<Version>>, Result<Called, Fault>) {
    if request.hops > HOPS_MAX {
        return (None, Err(loop_detected()));
    }
    let endpoint = live.table().get(name).cloned();
    let Some(endpoint) = endpoint else {
        return (None, Err(Fault::new(Kind::NoSuchFunction, "there is no function of this name")));
    };
    match endpoint.pool_for(&request.headers, request.trace.chance()).await {
        Ok(pool) if is_too_large(&body, &pool) => {
            let limit = pool.version().manifest.limits.body_bytes;
            (Some(pool.version().clone()), Err(super::dispatch::too_large(limit, None)))
        }
        Ok(pool) => (Some(pool.version().clone()), Ok(pool.call(Arc::new(request), body).await)),
        Err(fault) => (None, Err(fault)),
    }
}

/// Bodies of in-process calls are here whole.
fn is_too_large(body: &Body, pool: &Pool) -> bool {
    matches!(body, Body::Full(bytes) if bytes.len() as u64 > pool.version().manifest.limits.body_bytes)
}
