//! The record of an invocation: its caller, its function, its costs and its outcome.
//!
//! A caller begins it when the call arrives and ends it with the last byte of the answer; `telemetry` gets the event.
//!
//! Invariant: exactly one [`InvocationDone`] for each invocation. One that is dropped before its end is recorded as left by its caller.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use bytes::Bytes;
use http::Method;
use http::uri::PathAndQuery;
use http_body::{Frame, SizeHint};

use super::admission::Overflow;
use super::answer::FaultContext;
use crate::fault::Fault;
use crate::function::message::{Body, BodyError, CallShape, Request, Response};
use crate::function::trace::TraceContext;
use crate::function::{FunctionName, Version};
use crate::runtime::call::CallStats;
use crate::runtime::pool::Pool;
use crate::telemetry::event::InvocationDone;
use crate::telemetry::metrics::labels::{CallTrigger, ReleaseTrack};
use crate::telemetry::metrics::{CallCount, FunctionMetrics, HOST};
use crate::telemetry::{self, Event};

/// In the record, the status of a call whose caller did not wait for an answer; a convention of nginx.
const CALLER_LEFT: u16 = 499;

/// The cause of a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InvocationOrigin {
    /// A client's request.
    Client,
    /// `ctx.call` of another function.
    Function,
    /// The admin API's invoke operation.
    Operator,
    /// `skep invoke`.
    Command,
    /// A release that checks a version.
    Release,
    /// A schedule that is due.
    Cron,
    /// A job of a Parse application.
    Job,
}

impl InvocationOrigin {
    /// Its name in log lines.
    pub fn label(self) -> &'static str {
        match self {
            Self::Client => "client",
            Self::Function => "function",
            Self::Operator => "operator",
            Self::Command => "command",
            Self::Release => "release",
            Self::Cron => "cron",
            Self::Job => "job",
        }
    }

    /// Its name in series.
    fn trigger(self) -> CallTrigger {
        match self {
            Self::Client => CallTrigger::Http,
            Self::Function => CallTrigger::Call,
            Self::Cron => CallTrigger::Cron,
            Self::Job => CallTrigger::Job,
            Self::Operator | Self::Command | Self::Release => CallTrigger::Invoke,
        }
    }

    /// Whether the call counts as traffic of the function.
    pub fn is_traffic(self) -> bool {
        self != Self::Release
    }
}

/// How the body of an answer ended.
#[derive(Debug)]
pub enum BodyEnd {
    /// Every byte of it left.
    Whole,
    /// The caller left before that.
    CallerLeft,
    /// The function failed while it was sent.
    Cut(String),
}

/// One call from its arrival to its completion.
pub struct Invocation {
    pub(super) origin: InvocationOrigin,
    pub(super) started: Instant,
    pub(super) trace: TraceContext,
    pub(super) request_id: Arc<str>,
    pub(super) method: Method,
    pub(super) path: PathAndQuery,
    pub(super) function: Option<FunctionName>,
    shape: CallShape,
    pool: Option<Arc<Pool>>,
    /// The counters of a function that it did not reach.
    counted: Option<Arc<FunctionMetrics>>,
    track: ReleaseTrack,
    pub(super) stats: Option<Arc<CallStats>>,
    pub(super) fault: Option<Fault>,
    pub(super) status: u16,
    /// When the head of an answer that streams was ready.
    head: Option<Instant>,
    request_bytes: u64,
    streamed: Option<Overflow>,
    response_bytes: u64,
    is_recorded: bool,
}

impl Invocation {
    /// A call that has just arrived.
    pub fn begin(origin: InvocationOrigin, trace: TraceContext, request_id: Arc<str>, method: Method, path: PathAndQuery) -> Self {
        Self {
            origin,
            started: Instant::now(),
            trace,
            request_id,
            method,
            path,
            function: None,
            shape: CallShape::Http,
            pool: None,
            counted: None,
            track: ReleaseTrack::Live,
            stats: None,
            fault: None,
            status: CALLER_LEFT,
            head: None,
            request_bytes: 0,
            streamed: None,
            response_bytes: 0,
            is_recorded: false,
        }
    }

    /// A call with this request, which has just been created.
    pub fn of(origin: InvocationOrigin, request: &Request) -> Self {
        Self::begin(origin, request.trace, request.request_id.clone(), request.method.clone(), request.path_and_query.clone())
    }

    /// The cause of the call.
    pub fn origin(&self) -> InvocationOrigin {
        self.origin
    }

    /// Its method.
    pub fn method(&self) -> &Method {
        &self.method
    }

    /// Its trace.
    pub fn trace(&self) -> TraceContext {
        self.trace
    }

    /// Its request id.
    pub fn request_id(&self) -> &Arc<str> {
        &self.request_id
    }

    /// The version it reached, if it reached one.
    pub fn version(&self) -> Option<&Arc<Version>> {
        self.pool.as_ref().map(|pool| pool.version())
    }

    /// The costs of the call, which still grow while its answer streams; `None` if it reached no instance.
    pub fn stats(&self) -> Option<Arc<CallStats>> {
        self.stats.clone()
    }

    /// The caller named this function, whether it exists or not.
    pub(super) fn asked_for(&mut self, name: &str) {
        self.function = FunctionName::parse(name).ok();
    }

    /// The convention that the caller speaks with the function that it reached.
    pub fn shape(&self) -> CallShape {
        self.shape
    }

    pub(super) fn reached_function(&mut self, name: &FunctionName, shape: CallShape) {
        self.shape = shape;
        self.function = Some(name.clone());
    }

    pub(super) fn reached_pool(&mut self, pool: &Arc<Pool>) {
        if self.function.is_none() {
            self.function = Some(pool.version().function.clone());
        }
        self.pool = Some(pool.clone());
    }

    /// It reached no version of the function that has these counters.
    pub(super) fn counts_for(&mut self, metrics: Arc<FunctionMetrics>) {
        self.counted = Some(metrics);
    }

    pub(super) fn takes_track(&mut self, track: ReleaseTrack) {
        self.track = track;
    }

    /// The request has this body, of which `streamed` counts what is read.
    pub(super) fn has_body(&mut self, body: &Body, streamed: Option<&Overflow>) {
        if let Body::Full(bytes) = body {
            self.request_bytes = bytes.len() as u64;
        }
        self.streamed = streamed.cloned();
    }

    /// The head of an answer that streams is ready.
    pub fn streams(&mut self) {
        self.head = Some(Instant::now());
    }

    /// Bytes of the answer's body have left.
    pub fn sent(&mut self, bytes: usize) {
        self.response_bytes += bytes as u64;
    }

    pub(super) fn was_charged(&mut self, stats: Arc<CallStats>) {
        self.stats = Some(stats);
    }

    /// The context that a fault's answer names beside the fault. `digits` holds the trace id's text.
    pub fn fault_context<'a>(&'a self, dev: bool, digits: &'a mut [u8; 32]) -> FaultContext<'a> {
        FaultContext {
            function: self.function.as_ref().map(FunctionName::as_str),
            version: self.version().map(|version| version.id.as_str()),
            request_id: &self.request_id,
            trace_id: self.trace.write_trace_id(digits),
            dev,
        }
    }

    /// The call failed with this fault.
    pub fn failed(&mut self, fault: Fault) {
        self.status = fault.status();
        self.fault = Some(fault);
    }

    /// The caller sees this status.
    pub fn answered(&mut self, status: u16) {
        self.status = status;
    }

    /// Records the end.
    pub fn end(mut self, end: &BodyEnd) {
        self.record(end);
    }

    /// Records the end when the body of the answer has left: now if it is whole, else with its last byte.
    pub fn end_with(mut self, mut response: Response) -> Response {
        self.status = response.status;
        response.body = match response.body {
            Body::Stream(body) => {
                self.streams();
                Body::Stream(Box::pin(RecordedBody { body, invocation: Some(self) }))
            }
            whole => {
                self.sent(if let Body::Full(bytes) = &whole { bytes.len() } else { 0 });
                self.end(&BodyEnd::Whole);
                whole
            }
        };
        response
    }

    fn nanos(&self, read: fn(&CallStats) -> &AtomicU64) -> Duration {
        Duration::from_nanos(self.stats.as_deref().map_or(0, |stats| read(stats).load(Ordering::Relaxed)))
    }

    /// Counts the call, for the function that it reached or was meant for.
    fn count(&self, wall: Duration) {
        let reached = self.stats.as_deref().filter(|stats| stats.instance.load(Ordering::Relaxed) != 0);
        let call = CallCount {
            track: self.track,
            trigger: self.origin.trigger(),
            method: &self.method,
            status: self.status,
            fault: self.fault.as_ref().map(Fault::kind),
            wall,
            head: self.head.map_or(wall, |head| head.saturating_duration_since(self.started)),
            queue: reached.map(|stats| Duration::from_nanos(stats.queue_ns.load(Ordering::Relaxed))),
            request_bytes: self.streamed.as_ref().map_or(self.request_bytes, Overflow::bytes),
            response_bytes: self.response_bytes,
        };
        match self.pool.as_deref().map(Pool::metrics).or(self.counted.as_ref()) {
            Some(metrics) => metrics.call(&call),
            None => HOST.unreached_call(&call),
        }
    }

    fn record(&mut self, end: &BodyEnd) {
        if std::mem::replace(&mut self.is_recorded, true) {
            return;
        }
        let wall = self.started.elapsed();
        if self.origin.is_traffic() {
            self.count(wall);
        }
        let event = Event::InvocationDone(InvocationDone {
            origin: (self.origin != InvocationOrigin::Client).then(|| self.origin.label()),
            is_traffic: self.origin.is_traffic(),
            function: self.function.as_ref().map(FunctionName::as_str),
            version: self.version().map(|version| version.id.as_str()),
            instance: self.stats.as_deref().map_or(0, |stats| stats.instance.load(Ordering::Relaxed)),
            method: self.method.as_str(),
            path: self.path.path(),
            status: self.status,
            fault: self.fault.as_ref().map(Fault::kind),
            detail: self.fault.as_ref().and_then(|fault| fault.facts().detail.as_deref()),
            client_left: matches!(end, BodyEnd::CallerLeft),
            cut: match end {
                BodyEnd::Cut(why) => Some(why),
                BodyEnd::Whole | BodyEnd::CallerLeft => None,
            },
            queue: self.nanos(|stats| &stats.queue_ns),
            wall,
            cpu: self.nanos(|stats| &stats.cpu_ns),
            trace: self.trace,
            request_id: &self.request_id,
        });
        if self.version().is_none_or(|version| version.manifest.log.writes(event.level())) {
            telemetry::emit(&event);
        }
        self.trace_end(wall);
    }
}

impl Drop for Invocation {
    fn drop(&mut self) {
        self.record(&BodyEnd::CallerLeft);
    }
}

/// A streaming body whose end is the end of its invocation.
struct RecordedBody {
    body: Pin<Box<dyn http_body::Body<Data = Bytes, Error = BodyError> + Send>>,
    invocation: Option<Invocation>,
}

impl http_body::Body for RecordedBody {
    type Data = Bytes;
    type Error = BodyError;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, BodyError>>> {
        let polled = self.body.as_mut().poll_frame(cx);
        let end = match &polled {
            Poll::Ready(None) => BodyEnd::Whole,
            Poll::Ready(Some(Err(error))) => BodyEnd::Cut(error.to_string()),
            Poll::Ready(Some(Ok(frame))) => {
                let bytes = frame.data_ref().map_or(0, Bytes::len);
                self.invocation.iter_mut().for_each(|invocation| invocation.sent(bytes));
                return polled;
            }
            Poll::Pending => return polled,
        };
        if let Some(invocation) = self.invocation.take() {
            invocation.end(&end);
        }
        polled
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
