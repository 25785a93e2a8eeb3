//! The one handler of HTTP: a request becomes a call, its response an answer.
//!
//! Requests come from the two versions of HTTP, as neither of them; `invoke` finds and calls the function; `respond` builds the answer.
//!
//! Invariant: infallible; every request gets an answer, and its invocation ends with the response's last byte.

use std::sync::Arc;
use std::time::Duration;

use http::uri::PathAndQuery;

use super::arriving_body::{ArrivingBody, BodyViolations, inbound};
use super::request::{Peer, RequestHead};
use super::respond::HttpAnswer;
use super::wire::Rejection;
use super::{request, respond};
use crate::config::IngressConfig;
use crate::fault::{Fault, Kind};
use crate::function::message::{Body, Response};
use crate::invoke::{Invocation, InvocationOrigin, Invoker, Target};
use crate::shutdown::{Drained, ShutdownPhase};
use crate::telemetry::metrics::HOST;

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
    pub async fn answer(&self, head: RequestHead, body: ArrivingBody, peer: Peer, drained: &Drained) -> HttpAnswer {
        let path = request::path(&head);
        let mut invocation = Invocation::begin(
            InvocationOrigin::Client,
            request::trace(&head.headers),
            request::request_id(&head.headers),
            head.method.clone(),
            path.clone(),
        );
        let wants_html = self.invoker.is_dev() && request::wants_html(&head.headers);
        let reply = if let Some(rejection) = head.rejection {
            HOST.refused(rejection);
            respond::rejected(rejection)
        } else if drained.phase() == ShutdownPhase::Stopping {
            Err(Fault::new(Kind::Draining, "the host is shutting down").with_retry_after(1))
        } else {
            self.call(&mut invocation, head, path, body, peer).await
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

    async fn call(
        &self,
        invocation: &mut Invocation,
        head: RequestHead,
        path: PathAndQuery,
        body: ArrivingBody,
        peer: Peer,
    ) -> Result<Response, Fault> {
        request::check_size(&head, self.max_header_bytes)?;
        let request = request::read(head, invocation.trace(), invocation.request_id().clone(), path, peer, self.trust_proxy);
        let target = Target::Route { port: peer.port };
        if matches!(body, ArrivingBody::Empty) {
            return self.invoker.invoke(invocation, target, request, || Body::Empty).await;
        }
        let violations = Arc::new(BodyViolations::default());
        let (timeout, seen) = (self.body_timeout, violations.clone());
        let reply = tokio::select! {
            biased;
            reply = self.invoker.invoke(invocation, target, request, || inbound(body, timeout, seen)) => reply,
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
