//! The one handler of HTTP: a request becomes a call, its answer a response.
//!
//! Requests come from `connection`; `invoke` finds and calls the function; `respond` builds the response.
//!
//! Invariant: infallible; every request gets a response, and its invocation ends with the response's last byte.

use std::sync::Arc;
use std::time::Duration;

use http::request::Parts;
use hyper::body::{Body as _, Incoming};

use super::body::{BodyViolations, ResponseBody, inbound};
use super::request::Peer;
use super::wire::Rejection;
use super::{request, respond};
use crate::config::IngressConfig;
use crate::fault::{Fault, Kind};
use crate::function::message::{Body, Response};
use crate::invoke::{Invocation, InvocationOrigin, Invoker, Target};
use crate::shutdown::{Drained, ShutdownPhase};

/// Everything a request needs to be answered.
pub struct Dispatch {
    invoker: Arc<Invoker>,
    max_header_bytes: usize,
    body_timeout: Duration,
    trust_proxy: bool,
}

impl Dispatch {
    /// For all listeners.
    pub fn new(invoker: Arc<Invoker>, config: &IngressConfig) -> Arc<Self> {
        Arc::new(Self {
            invoker,
            max_header_bytes: config.max_header_bytes,
            body_timeout: config.body_timeout,
            trust_proxy: config.trust_proxy,
        })
    }

    /// Answers one request.
    pub async fn answer(&self, request: hyper::Request<Incoming>, peer: Peer, drained: &Drained) -> hyper::Response<ResponseBody> {
        let (parts, incoming) = request.into_parts();
        let rejection = request::rejection(&parts);
        let mut invocation = Invocation::begin(
            InvocationOrigin::Client,
            request::trace(&parts.headers),
            request::request_id(&parts.headers),
            parts.method.clone(),
            request::path(&parts, rejection.is_some()),
        );
        let wants_html = self.invoker.is_dev() && request::wants_html(&parts.headers);
        let reply = if let Some(rejection) = rejection {
            respond::rejected(rejection)
        } else if drained.phase() == ShutdownPhase::Stopping {
            Err(Fault::new(Kind::Draining, "the host is shutting down").with_retry_after(1))
        } else {
            self.call(&mut invocation, parts, incoming, peer).await
        };
        let response = match reply {
            Ok(response) => response,
            Err(fault) => {
                let response = respond::fault_response(&self.invoker, &invocation, &fault, wants_html);
                invocation.failed(fault);
                response
            }
        };
        respond::finish(invocation, response, drained.phase() != ShutdownPhase::Serving)
    }

    async fn call(&self, invocation: &mut Invocation, parts: Parts, incoming: Incoming, peer: Peer) -> Result<Response, Fault> {
        request::check_size(&parts, self.max_header_bytes)?;
        let path = request::path(&parts, false);
        let request = request::read(parts, invocation.trace(), invocation.request_id().clone(), path, peer, self.trust_proxy);
        let target = Target::Route { port: peer.port };
        if incoming.is_end_stream() {
            return self.invoker.invoke(invocation, target, request, || Body::Empty).await;
        }
        let violations = Arc::new(BodyViolations::default());
        let (timeout, seen) = (self.body_timeout, violations.clone());
        let reply = tokio::select! {
            biased;
            reply = self.invoker.invoke(invocation, target, request, || inbound(incoming, timeout, seen)) => reply,
            () = violations.broken() => return respond::rejected(Rejection::Body),
        };
        reply.or_else(|fault| blame_body(fault, &violations))
    }
}

/// Blames a body that broke off or stalled, and not the function that failed because of it.
fn blame_body(fault: Fault, violations: &BodyViolations) -> Result<Response, Fault> {
    // The function saw the body break before this side did, and could do nothing about it.
    if violations.is_broken() && matches!(fault.kind(), Kind::Threw | Kind::BadResponse) {
        return respond::rejected(Rejection::Body);
    }
    if violations.too_slow() && fault.kind() == Kind::Threw {
        return Err(Fault::new(Kind::WallLimit, "the client paused for too long while it sent the request body"));
    }
    Err(fault)
}
