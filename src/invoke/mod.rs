//! The one way a function is called, whatever caused the call: HTTP, `ctx.call`, the admin API, `skep invoke`, a release's check.
//!
//! The caller begins an [`Invocation`] and passes it with a request; the target is resolved, the call admitted and handed to the pool of
//! its version, and the answer comes back cleaned. HTTP turns the answer into bytes; the other callers take it as it is.
//!
//! Invariant: hop limit, body limit, cleaned headers, the record of the call and the traffic counters are decided here and nowhere else;
//! every invocation is recorded exactly once.

mod in_process;
mod spans;
mod record;
mod parse_fault;
mod admission;
mod answer;
mod resolve;

use std::sync::Arc;

use crate::config::Mode;
use crate::fault::Fault;
use crate::function::message::{Body, CallShape, Request, Response};
use crate::live::Live;
use crate::runtime::pool::{CallOutcome, Pool};
use crate::telemetry::metrics::FunctionRegistry;
use crate::telemetry::metrics::labels::ReleaseTrack;

pub use admission::HOPS_MAX;
use answer::fault_response;
pub use answer::{FaultContext, clean, promised_length};
pub use record::{BodyEnd, Invocation, InvocationOrigin};
pub use resolve::Target;

/// Calls functions of the live table.
pub struct Invoker {
    live: Arc<Live>,
    mode: Mode,
    metrics: Arc<FunctionRegistry>,
}

impl Invoker {
    /// An invoker on this table. In dev a fault shows its details, and names of functions are suggested.
    pub fn new(live: Arc<Live>, mode: Mode, metrics: Arc<FunctionRegistry>) -> Arc<Self> {
        Arc::new(Self { live, mode, metrics })
    }

    /// The counters of functions.
    pub fn metrics(&self) -> &FunctionRegistry {
        &self.metrics
    }

    /// Whether faults show their details.
    pub fn is_dev(&self) -> bool {
        self.mode == Mode::Dev
    }

    /// The fault of an invocation as the response its caller gets, in JSON of its caller's convention.
    pub fn fault_response(&self, invocation: &Invocation, fault: &Fault) -> Response {
        let mut digits = [0; 32];
        let context = invocation.fault_context(self.is_dev(), &mut digits);
        match invocation.shape() {
            CallShape::Parse => parse_fault::response(fault, &context),
            CallShape::Http | CallShape::Check | CallShape::Scheduled | CallShape::RawEvent => fault_response(fault, &context),
        }
    }

    /// Calls the target. `body` is built once the call is admitted, so that a client that waits for `100 Continue` receives it only then.
    ///
    /// # Errors
    /// The fault with which the call failed; `invocation` knows by then which function and version it reached.
    pub async fn invoke(
        &self,
        invocation: &mut Invocation,
        target: Target<'_>,
        mut request: Request,
        body: impl FnOnce() -> Body,
    ) -> Result<Response, Fault> {
        if let Target::Name(name) | Target::Live(name) = target {
            invocation.asked_for(name);
        }
        if let Err(fault) = admission::check_hops(&request) {
            self.blame(invocation, target);
            return Err(fault);
        }
        let resolved = self.resolve(target, &request).await?;
        invocation.reached_function(&resolved.endpoint.name, resolved.shape.unwrap_or(request.shape));
        let found = match target {
            Target::Live(_) => resolved.endpoint.live.pool().await.map(|pool| (pool, ReleaseTrack::Live)),
            Target::Route { .. } | Target::Name(_) => resolved.endpoint.pool_for(&request.headers, request.trace.chance()).await,
        };
        let (pool, track) = match found {
            Ok(found) => found,
            Err(fault) => {
                // No version of it can take the call: it is the function's all the same.
                invocation.counts_for(self.metrics.function(&resolved.endpoint.name));
                return Err(fault);
            }
        };
        invocation.takes_track(track);
        request.strip = resolved.strip;
        request.pattern = resolved.pattern;
        request.shape = resolved.shape.unwrap_or(request.shape);
        let is_upload = request.shape == CallShape::Parse && admission::has_many_parts(&request.headers);
        let answered = invoke_pool(invocation, pool, request, body).await;
        if is_upload { answered.map_err(admission::of_many_parts) } else { answered }
    }

    /// The call is counted for the function that its caller names, if there is one: no other text becomes a series.
    fn blame(&self, invocation: &mut Invocation, target: Target<'_>) {
        if let Target::Name(name) | Target::Live(name) = target
            && let Some(endpoint) = self.live.table().get(name)
        {
            invocation.counts_for(self.metrics.function(&endpoint.name));
        }
    }
}

/// Calls a version that is in no table, or was found already.
///
/// # Errors
/// The fault with which the call failed.
pub async fn invoke_pool(
    invocation: &mut Invocation,
    pool: Arc<Pool>,
    request: Request,
    body: impl FnOnce() -> Body,
) -> Result<Response, Fault> {
    invocation.reached_pool(&pool);
    let limit = pool.version().manifest.limits.body_bytes;
    admission::check_declared(&request.headers, limit)?;
    let (body, overflow) = admission::bound(body(), limit)?;
    invocation.has_body(&body, overflow.as_ref());
    let is_head = request.method == http::Method::HEAD;
    let CallOutcome { reply, stats } = pool.clone().call(Arc::new(request), body).await;
    if invocation.origin().is_traffic() {
        pool.count(&reply);
    }
    if let Err(fault) = &reply {
        stats.on_fault.failed(fault);
    }
    invocation.was_charged(stats);
    match reply {
        Ok(mut response) => {
            answer::clean(&mut response, is_head);
            Ok(response)
        }
        // A body that broke its limit is the cause, whatever the function made of it.
        Err(_) if overflow.is_some_and(|overflow| overflow.happened()) => Err(admission::too_large(limit, None)),
        Err(fault) => Err(fault),
    }
}
