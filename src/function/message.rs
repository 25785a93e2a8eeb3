//! A request and its answer as the runtime sees them.
//!
//! `ingress` builds requests from the heads that hyper read, `runtime` hands them to an isolate, and the answers travel back the same way.
//! The `http` crate's vocabulary types cross as they are, so that nothing is copied on the way.
//!
//! Invariant: a body is never buffered whole here; a stream stays a stream.

use std::fmt;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::uri::PathAndQuery;
use http::{HeaderMap, Method};

use super::headers::Headers;
use super::trace::{TraceContext, random};

/// Any error a body may end with, as text for the log.
pub type BodyError = Box<dyn std::error::Error + Send + Sync>;

/// A body: nothing, bytes that are here already, or a stream with back-pressure.
#[derive(Default)]
pub enum Body {
    /// No body at all.
    #[default]
    Empty,
    /// The whole body.
    Full(Bytes),
    /// Polled only as fast as the reader takes it.
    Stream(Pin<Box<dyn http_body::Body<Data = Bytes, Error = BodyError> + Send>>),
}

impl fmt::Debug for Body {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Body::Empty => f.write_str("Empty"),
            Body::Full(bytes) => write!(f, "Full({} bytes)", bytes.len()),
            Body::Stream(_) => f.write_str("Stream"),
        }
    }
}

/// How a request reached the function; decides the shape of its answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CallShape {
    /// Plain HTTP: the answer is the function's answer.
    Http,
    /// Parse's SDKs: faults are theirs, in body and status.
    Parse,
    /// No caller at all: a release calls the version's own `check()`. 204: it has none.
    Check,
    /// A schedule is due, or a job runs: the dialect's own handler for that is called.
    Scheduled,
    /// `skep invoke --raw-event`: the body is the event of a handler that takes events, whatever its source.
    RawEvent,
}

/// The header that tells a dialect of a raw event; of any caller but [`CallShape::RawEvent`] it is hidden.
pub const RAW_EVENT: &str = "x-skep-raw-event";

/// The moment of a schedule for which a function is called.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Occurrence {
    /// The same whenever a call is made for this moment: also the request's id.
    pub id: Arc<str>,
    /// The name of the schedule.
    pub name: Arc<str>,
    /// Its cron expression.
    pub expression: Arc<str>,
    /// The moment, in milliseconds since 1970; the call may come later.
    pub due_ms: i64,
    /// The moment before it for which the function was called, if one is known.
    pub last_ms: Option<i64>,
    /// The moment after it, if there is one.
    pub next_ms: Option<i64>,
    /// Counted from 1.
    pub attempt: u32,
    /// In place of the manifest's `wall_ms`.
    pub wall: Option<Duration>,
    /// In place of the manifest's `cpu_ms`.
    pub cpu: Option<Duration>,
}

/// A job of a Parse application: a call that the host makes once its caller has an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JobRun {
    /// Also the request's id.
    pub id: Arc<str>,
    /// The name under which the function has registered it.
    pub name: Arc<str>,
    /// What its caller sent, as JSON that the dialect writes and reads.
    pub input: Arc<str>,
    /// In place of the manifest's `wall_ms`.
    pub wall: Duration,
    /// In place of the manifest's `cpu_ms`.
    pub cpu: Duration,
}

/// One call of a function, without its body, which travels beside it: the rest may be shared.
#[derive(Debug)]
pub struct Request {
    /// As sent.
    pub method: Method,
    /// `http` or `https`, from the listener or a trusted proxy.
    pub scheme: &'static str,
    /// The authority of the request target (HTTP/2, absolute form); `None`: the `host` header names it.
    pub authority: Option<http::uri::Authority>,
    /// Path and query as the client sent them.
    pub path_and_query: PathAndQuery,
    /// Bytes of the path's prefix that the function does not see.
    pub strip: usize,
    /// The path of the manifest's route that the request came by, as it is written there; `None`: it came by the function's name.
    pub pattern: Option<Arc<str>>,
    /// As sent; headers that the function may not see are left out when it reads them.
    pub headers: Headers,
    /// Whether incoming `x-forwarded-*` headers are believed.
    pub trust_forwarded: bool,
    /// This hop's span.
    pub trace: TraceContext,
    /// Echoed as `x-request-id`.
    pub request_id: Arc<str>,
    /// The peer of the connection; `None` for an in-process call.
    pub remote: Option<SocketAddr>,
    /// Number of functions that called one another on the way to this call.
    pub hops: u8,
    /// The function that makes the call by `ctx.call`; `None`: a client does, or the host.
    pub caller: Option<Arc<str>>,
    /// The convention that the caller uses.
    pub shape: CallShape,
    /// The moment of a schedule, if that is the cause of the call.
    pub occurrence: Option<Arc<Occurrence>>,
    /// The job that the call is.
    pub job: Option<Arc<JobRun>>,
}

impl Request {
    /// A request that no client sent: from the command line, the admin API or a release.
    pub fn made_here(method: Method, path_and_query: PathAndQuery, request_id: &str, shape: CallShape) -> Self {
        let trace = TraceContext::begin((u128::from(random()) << 64 | u128::from(random()), random()));
        Self {
            method,
            scheme: "http",
            authority: Some(http::uri::Authority::from_static("localhost")),
            path_and_query,
            strip: 0,
            pattern: None,
            headers: Headers::default(),
            trust_forwarded: false,
            trace,
            request_id: request_id.into(),
            remote: None,
            hops: 0,
            caller: None,
            shape,
            occurrence: None,
            job: None,
        }
    }

    /// The time that the call may take, if it is not the manifest's.
    pub fn own_wall(&self) -> Option<Duration> {
        self.job.as_ref().map(|job| job.wall).or_else(|| self.occurrence.as_ref()?.wall)
    }

    /// The CPU time that the call may use, if it is not the manifest's.
    pub fn own_cpu(&self) -> Option<Duration> {
        self.job.as_ref().map(|job| job.cpu).or_else(|| self.occurrence.as_ref()?.cpu)
    }
}

/// A function's answer.
#[derive(Debug, Default)]
pub struct Response {
    /// 200..=599; checked where the answer enters Rust.
    pub status: u16,
    /// As set by the function, hop-by-hop headers included.
    pub headers: HeaderMap,
    /// The body that the function returned.
    pub body: Body,
}
