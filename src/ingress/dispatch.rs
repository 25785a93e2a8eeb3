//! The one handler: find the function, call its pool, answer.
//!
//! Requests come from `connection`; the table from `live`; the call goes to `runtime::pool`.
//!
//! Invariant: infallible; whatever happens becomes a response here, and one "request done" line.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use http::header::{self, HeaderMap, HeaderName, HeaderValue};
use http::request::Parts;
use http::uri::PathAndQuery;
use hyper::StatusCode;
use hyper::body::Incoming;

use super::body::{End, Misdeeds, OnEnd, Outgoing, inbound};
use super::connection::Peer;
use super::identity;
use super::respond::{self, FaultContext};
use super::strict;
use super::wire::Refusal;
use crate::config::{IngressConfig, Mode};
use crate::fault::{Fault, Kind};
use crate::function::message::{Body, Request, Response};
use crate::function::trace::TraceContext;
use crate::function::{FunctionName, Version};
use crate::live::table::Resolution;
use crate::live::{Endpoint, Live};
use crate::runtime::ops::Tally;
use crate::runtime::pool::Called;
use crate::shutdown::{Drained, Phase};
use crate::telemetry::events::RequestDone;

/// Functions that may call one another in a row.
pub const HOPS_MAX: u8 = 8;

/// Everything a request needs to be answered.
pub struct Dispatch {
    live: Arc<Live>,
    mode: Mode,
    max_header_bytes: usize,
    body_timeout: Duration,
    trust_proxy: bool,
}

/// What is known about a request before its function is.
struct Arrival {
    started: Instant,
    trace: TraceContext,
    request_id: Arc<str>,
    method: http::Method,
    path: PathAndQuery,
    wants_html: bool,
}

/// A function that was found.
struct Target {
    endpoint: Arc<Endpoint>,
    strip: usize,
}

/// In the log, the status of a request whose client did not wait for an answer; a convention of nginx.
const CLIENT_LEFT: u16 = 499;

impl Dispatch {
    /// For all listeners.
    pub fn new(live: Arc<Live>, mode: Mode, config: &IngressConfig) -> Arc<Self> {
        Arc::new(Self {
            live,
            mode,
            max_header_bytes: config.max_header_bytes,
            body_timeout: config.body_timeout,
            trust_proxy: config.trust_proxy,
        })
    }

    /// Answers one request.
    pub async fn answer(&self, request: hyper::Request<Incoming>, peer: Peer, drained: &Drained) -> hyper::Response<Outgoing> {
        let (parts, incoming) = request.into_parts();
        let refusal = strict::refusal(&parts);
        let arrival = Arrival {
            started: Instant::now(),
            trace: identity::trace(&parts.headers),
            request_id: identity::request_id(&parts.headers),
            method: parts.method.clone(),
            // What was refused has no path that means anything.
            path: parts.uri.path_and_query().filter(|_| refusal.is_none()).cloned().unwrap_or_else(|| PathAndQuery::from_static("/")),
            wants_html: self.mode == Mode::Dev && wants_html(&parts.headers),
        };
        let mut awaited = Awaited(Some(Done { arrival, status: CLIENT_LEFT, fault: None, tally: None, function: None, version: None }));
        let reply = if let Some(refusal) = refusal {
            respond::refused(refusal)
        } else if drained.phase() == Phase::Stopping {
            Err(Fault::new(Kind::Draining, "the host is shutting down").with_retry_after(1))
        } else {
            self.call(&mut awaited, parts, incoming, peer).await
        };
        match awaited.0.take() {
            Some(done) => self.respond(done, reply, drained.phase() != Phase::Serving),
            // Only this function takes it.
            None => hyper::Response::new(Outgoing::new(Body::Empty, None)),
        }
    }

    async fn call(&self, awaited: &mut Awaited, parts: Parts, incoming: Incoming, peer: Peer) -> Result<Response, Fault> {
        let Some(done) = awaited.0.as_mut() else { return Err(loop_detected()) };
        let target = self.resolve(&done.arrival, &parts, peer).await?;
        done.function = Some(target.endpoint.name.clone());
        let pool = target.endpoint.pool_for(&parts.headers, done.arrival.trace.chance()).await?;
        done.version = Some(pool.version().clone());
        let limits = &pool.version().manifest.limits;
        if declared_length(&parts.headers) > limits.body_bytes {
            return Err(too_large(limits.body_bytes, Some(declared_length(&parts.headers))));
        }
        let (body, misdeeds) = inbound(incoming, limits.body_bytes, self.body_timeout);
        let request = Request {
            method: parts.method,
            scheme: "http",
            authority: parts.uri.authority().cloned(),
            path_and_query: done.arrival.path.clone(),
            strip: target.strip,
            hops: hops(&parts.headers),
            headers: parts.headers,
            trust_forwarded: self.trust_proxy,
            trace: done.arrival.trace,
            request_id: done.arrival.request_id.clone(),
            remote: Some(peer.remote),
            shape: crate::function::message::CallShape::Http,
        };
        let body_bytes = limits.body_bytes;
        let streams = matches!(body, Body::Stream(_));
        let Called { reply, tally } = tokio::select! {
            biased;
            called = pool.call(Arc::new(request), body) => called,
            () = misdeeds.broken(), if streams => return respond::refused(Refusal::Body),
        };
        done.tally = Some(tally);
        match reply {
            // The function saw the body break before we did, and could do nothing about it.
            Err(fault) if misdeeds.is_broken() && matches!(fault.kind(), Kind::Threw | Kind::BadResponse) => {
                respond::refused(Refusal::Body)
            }
            reply => reply.map_err(|fault| blame_body(fault, &misdeeds, body_bytes)),
        }
    }

    /// Finds who answers, or why nobody does.
    async fn resolve(&self, arrival: &Arrival, parts: &Parts, peer: Peer) -> Result<Target, Fault> {
        let head_bytes = head_bytes(parts);
        if head_bytes > self.max_header_bytes {
            return Err(Fault::new(Kind::HeadersTooLarge, "the request head is larger than the host allows")
                .with_limit(format!("{} bytes", self.max_header_bytes), format!("{head_bytes} bytes")));
        }
        if hops(&parts.headers) > HOPS_MAX {
            return Err(loop_detected());
        }
        if let Some(refresher) = self.live.refresher() {
            let (refresher, path) = (refresher.clone(), arrival.path.path().to_owned());
            // A failed refresh leaves the table as it was; the watcher tells why.
            let _ = tokio::task::spawn_blocking(move || refresher.refresh(&path)).await;
        }
        let host = match (parts.uri.authority(), parts.headers.get(header::HOST)) {
            (Some(authority), _) => authority.as_str(),
            (None, Some(host)) => host.to_str().unwrap_or_default(),
            (None, None) => "",
        };
        let table = self.live.table();
        match table.resolve(peer.port, host, &parts.method, arrival.path.path()) {
            Resolution::Found(found) => Ok(Target { endpoint: found.target.clone(), strip: found.strip }),
            Resolution::MethodNotAllowed { allow } => {
                Err(Fault::new(Kind::MethodNotAllowed, format!("this route takes {allow}")).with_allow(allow))
            }
            Resolution::NotFound => {
                let hint = match self.mode {
                    // Names of functions are the operator's, not every client's.
                    Mode::Serve => None,
                    Mode::Dev => table.nearest(arrival.path.path()).map(|name| format!("; did you mean /{name}?")),
                };
                Err(Fault::new(Kind::NoSuchFunction, format!("no function answers this address{}", hint.unwrap_or_default())))
            }
        }
    }

    fn respond(&self, mut done: Done, reply: Result<Response, Fault>, close: bool) -> hyper::Response<Outgoing> {
        let arrival = &done.arrival;
        let mut digits = [0; 32];
        let trace_id = arrival.trace.write_trace_id(&mut digits);
        let is_head = arrival.method == http::Method::HEAD;
        let mut answer = match reply {
            Ok(answer) => answer,
            Err(fault) => {
                let context = FaultContext {
                    function: done.function.as_ref().map(FunctionName::as_str),
                    version: done.version.as_ref().map(|version| version.id.as_str()),
                    request_id: &arrival.request_id,
                    trace_id,
                    dev: self.mode == Mode::Dev,
                    wants_html: arrival.wants_html,
                };
                let answer = respond::fault_response(&fault, &context);
                done.fault = Some(fault);
                answer
            }
        };
        let arrival = &done.arrival;
        respond::clean(&mut answer, is_head);
        let status = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::BAD_GATEWAY);
        if let Ok(id) = HeaderValue::from_str(&arrival.request_id) {
            answer.headers.insert(HeaderName::from_static("x-request-id"), id);
        }
        if let Ok(id) = HeaderValue::from_str(trace_id) {
            answer.headers.insert(HeaderName::from_static("x-trace-id"), id);
        }
        if close {
            answer.headers.insert(header::CONNECTION, HeaderValue::from_static("close"));
        }
        done.status = status.as_u16();
        // A body that is whole leaves with its head; only a stream has an end to wait for.
        let (on_end, promised): (Option<OnEnd>, _) = if matches!(answer.body, Body::Stream(_)) {
            (Some(Box::new(move |end| done.tell(&end))), respond::promised_length(&answer.headers))
        } else {
            done.tell(&End::Whole);
            (None, None)
        };
        let mut response = hyper::Response::new(Outgoing::new(answer.body, on_end));
        response.body_mut().promise(promised);
        *response.status_mut() = status;
        *response.headers_mut() = answer.headers;
        response
    }
}

/// A request that has no answer yet. If it is dropped, the client has left.
struct Awaited(Option<Done>);

impl Drop for Awaited {
    fn drop(&mut self) {
        if let Some(done) = self.0.take() {
            done.tell(&End::ClientLeft);
        }
    }
}

/// What the log line of a request needs once it is over.
struct Done {
    arrival: Arrival,
    status: u16,
    fault: Option<Fault>,
    tally: Option<Arc<Tally>>,
    function: Option<FunctionName>,
    version: Option<Arc<Version>>,
}

impl Done {
    fn tell(&self, end: &End) {
        let tally = self.tally.as_deref();
        let nanos = |read: fn(&Tally) -> &std::sync::atomic::AtomicU64| {
            Duration::from_nanos(tally.map_or(0, |tally| read(tally).load(Ordering::Relaxed)))
        };
        RequestDone {
            function: self.function.as_ref().map(FunctionName::as_str),
            version: self.version.as_ref().map(|version| version.id.as_str()),
            instance: tally.map_or(0, |tally| tally.instance.load(Ordering::Relaxed)),
            method: self.arrival.method.as_str(),
            path: self.arrival.path.path(),
            status: self.status,
            fault: self.fault.as_ref().map(Fault::kind),
            detail: self.fault.as_ref().and_then(|fault| fault.facts().detail.as_deref()),
            client_left: matches!(end, End::ClientLeft),
            cut: match end {
                End::Cut(why) => Some(why),
                End::Whole | End::ClientLeft => None,
            },
            queue: nanos(|tally| &tally.queue_ns),
            wall: self.arrival.started.elapsed(),
            cpu: nanos(|tally| &tally.cpu_ns),
            trace: self.arrival.trace,
            request_id: &self.arrival.request_id,
        }
        .tell();
    }
}

/// A function called itself, directly or through others, more than [`HOPS_MAX`] times.
pub(super) fn loop_detected() -> Fault {
    Fault::new(Kind::LoopDetected, "functions call each other in a loop")
        .with_limit(format!("{HOPS_MAX} hops"), format!("{} hops", HOPS_MAX + 1))
}

/// A body that broke its limit is the cause, whatever the function made of it.
fn blame_body(fault: Fault, misdeeds: &Misdeeds, body_bytes: u64) -> Fault {
    if misdeeds.too_large() {
        return too_large(body_bytes, None);
    }
    if misdeeds.too_slow() && fault.kind() == Kind::Threw {
        return Fault::new(Kind::WallLimit, "the client paused for too long while it sent the request body");
    }
    fault
}

pub(super) fn too_large(limit: u64, used: Option<u64>) -> Fault {
    let used = used.map_or_else(|| format!("> {limit} bytes"), |used| format!("{used} bytes"));
    Fault::new(Kind::BodyTooLarge, "the request body is larger than body_mb allows").with_limit(format!("{limit} bytes"), used)
}

fn declared_length(headers: &HeaderMap) -> u64 {
    headers.get(header::CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse().ok()).unwrap_or(0)
}

fn hops(headers: &HeaderMap) -> u8 {
    headers.get("x-skep-hops").and_then(|value| value.to_str().ok()?.parse().ok()).unwrap_or(0)
}

/// Bytes of the request line and headers, near enough: separators count two each.
fn head_bytes(parts: &Parts) -> usize {
    let path = parts.uri.path_and_query().map_or(1, |path| path.as_str().len());
    parts.headers.iter().fold(path, |sum, (name, value)| sum + name.as_str().len() + value.len() + 4)
}

fn wants_html(headers: &HeaderMap) -> bool {
    headers.get(header::ACCEPT).and_then(|value| value.to_str().ok()).is_some_and(|accept| accept.contains("text/html"))
}
