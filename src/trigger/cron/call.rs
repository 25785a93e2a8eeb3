//! One call for a moment: made through `invoke` like any other, and read to its last byte.
//!
//! `scheduler` spawns it once the moment is on the disk; how it ended goes back there.
//!
//! Invariant: the request's id is the moment's, in every attempt.

use std::future::poll_fn;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use chrono::{DateTime, SecondsFormat};
use http::header::{HeaderMap, HeaderName, HeaderValue};
use http::uri::PathAndQuery;

use super::record::{CallEnd, Start};
use crate::fault::{Fault, Kind};
use crate::function::message::{Body, CallShape, Occurrence, Request, Response};
use crate::invoke::{BodyEnd, Invocation, InvocationOrigin, Invoker, Target};

/// Longest time that the body of an answer may take if the schedule names no limit: nobody reads it.
const BODY_TIME: Duration = Duration::from_secs(300);

/// Calls the live version of the function.
pub(super) async fn call(invoker: Arc<Invoker>, start: Start) -> CallEnd {
    let body_time = start.rule.wall.unwrap_or(BODY_TIME);
    let function = start.occurrence.key.function.clone();
    let request = request(&start);
    let mut invocation = Invocation::of(InvocationOrigin::Cron, &request);
    match invoker.invoke(&mut invocation, Target::Live(function.as_str()), request, || Body::Empty).await {
        Ok(response) => {
            let no_retry = asks_for_no_retry(&invocation);
            let status = response.status;
            let passed = response.headers.get("x-skep-fault").and_then(|fault| fault.to_str().ok()).map(str::to_owned);
            let read = tokio::time::timeout(body_time, read(invocation.end_with(response))).await;
            let fault = if matches!(read, Ok(true)) { passed } else { Some(Kind::BadResponse.label().to_owned()) };
            CallEnd::Answered { status, fault, no_retry }
        }
        Err(fault) => {
            let no_retry = asks_for_no_retry(&invocation);
            let end = end_of(&fault, no_retry);
            invocation.failed(fault);
            invocation.end(&BodyEnd::Whole);
            end
        }
    }
}

fn end_of(fault: &Fault, no_retry: bool) -> CallEnd {
    match fault.kind() {
        Kind::Overloaded => CallEnd::Shed { after_ms: i64::from(fault.facts().retry_after_s.unwrap_or(0)) * 1000 },
        Kind::Draining | Kind::InstanceLost => CallEnd::Interrupted,
        Kind::NoSuchFunction => CallEnd::NoFunction,
        kind => CallEnd::Answered { status: kind.status(), fault: Some(kind.label().to_owned()), no_retry },
    }
}

fn asks_for_no_retry(invocation: &Invocation) -> bool {
    invocation.stats().is_some_and(|stats| stats.no_retry.load(Ordering::Relaxed))
}

/// Reads the body to its end, which is the end of the invocation. Returns whether it was whole.
async fn read(response: Response) -> bool {
    let Body::Stream(mut body) = response.body else { return true };
    loop {
        match poll_fn(|cx| body.as_mut().poll_frame(cx)).await {
            None => return true,
            Some(Err(_)) => return false,
            Some(Ok(_)) => {}
        }
    }
}

fn request(start: &Start) -> Request {
    let Start { occurrence, rule, last_ms } = start;
    let (path, shape) = match &rule.path {
        Some(path) => (path.as_str(), CallShape::Http),
        None => ("/", CallShape::Scheduled),
    };
    // A path of a manifest was parsed when the manifest was.
    let path = PathAndQuery::try_from(path).unwrap_or_else(|_| PathAndQuery::from_static("/"));
    let mut request = Request::made_here(http::Method::POST, path, &occurrence.id, shape);
    let due = DateTime::from_timestamp_millis(occurrence.due_ms).unwrap_or_default();
    let due = due.to_rfc3339_opts(SecondsFormat::Millis, true);
    set(&mut request.headers, "x-skep-occurrence", &occurrence.id);
    set(&mut request.headers, "x-skep-attempt", &occurrence.attempts.to_string());
    set(&mut request.headers, "x-skep-schedule", &rule.name);
    set(&mut request.headers, "x-skep-scheduled-time", &due);
    request.occurrence = Some(Arc::new(Occurrence {
        id: occurrence.id.clone(),
        name: rule.name.as_str().into(),
        expression: rule.schedule.expression().into(),
        due_ms: occurrence.due_ms,
        last_ms: *last_ms,
        next_ms: rule.schedule.next_after(occurrence.due_ms.div_euclid(1000)).map(|second| second * 1000),
        attempt: occurrence.attempts,
        wall: rule.wall,
        cpu: rule.cpu,
    }));
    request
}

fn set(headers: &mut HeaderMap, name: &'static str, value: &str) {
    // Ids, numbers and names of schedules are visible ASCII.
    if let Ok(value) = HeaderValue::from_str(value) {
        headers.insert(HeaderName::from_static(name), value);
    }
}
