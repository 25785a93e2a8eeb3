//! The spans of an invocation that is over, if its trace is kept: the request, the wait for an instance, the handler, and what the handler did.
//!
//! `record` passes what it has recorded. The first call of a trace decides whether the trace is kept; a call made by `ctx.call` adds its spans
//! to those of its caller.
//!
//! Invariant: a call whose trace is not kept allocates nothing here. The span that a function passes on is its handler's.

use std::borrow::Cow;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use super::record::{Invocation, InvocationOrigin};
use crate::fault::{Blame, Fault};
use crate::function::FunctionName;
use crate::function::span::{OTHER_METHOD, OTHER_METHOD_NAME, Span, SpanKind, SpanValue, bounded, known_method};
use crate::function::trace::random;
use crate::telemetry::traces::{self, FaultReport, KeepReason, KeptTrace, TailFacts};

/// A shorter wait is an attribute of the request, and no span.
const QUEUE_SPAN_MIN: Duration = Duration::from_micros(500);

impl Invocation {
    /// The invocation is over: its trace is kept, or its spans go to its caller's, or it leaves none.
    pub(super) fn trace_end(&self, wall: Duration) {
        if !traces::is_on() {
            return;
        }
        let now = self.started + wall;
        if let Some(fault) = self.blamed_fault() {
            self.report(fault);
        }
        if self.origin == InvocationOrigin::Function
            && let Some(spans) = self.stats.as_ref().and_then(|stats| stats.spans.made())
        {
            for span in self.spans(now) {
                spans.add(span);
            }
            return;
        }
        let facts = TailFacts {
            function: self.function.as_ref().map(FunctionName::as_str),
            is_fault: self.blamed_fault().is_some(),
            status: self.status,
            wall,
            now,
        };
        if self.origin.is_traffic()
            && let Some(reason) = traces::reason(&facts)
        {
            traces::keep(self.kept(reason, wall));
        }
    }

    /// A fault that is not the caller's own.
    fn blamed_fault(&self) -> Option<&Fault> {
        self.fault.as_ref().filter(|fault| fault.kind().blame() != Blame::Client)
    }

    fn report(&self, fault: &Fault) {
        let facts = fault.facts();
        traces::note_fault(&FaultReport {
            function: self.function.as_ref().map_or("", FunctionName::as_str),
            version: self.version().map_or("", |version| version.id.as_str()),
            kind: fault.kind().label(),
            detail: facts.detail.as_deref().unwrap_or_default(),
            message: &facts.message,
            trace_id: self.trace.trace_id,
            now_ms: wall_ms(),
        });
    }

    fn kept(&self, reason: KeepReason, duration: Duration) -> KeptTrace {
        let mut spans = self.spans(self.started + duration);
        let (inside, left_out) = self.stats.as_ref().and_then(|stats| stats.spans.made()).map(|spans| spans.take()).unwrap_or_default();
        spans.extend(inside);
        KeptTrace {
            trace_id: self.trace.trace_id,
            reason,
            name: self.name().into_owned(),
            function: self.function.as_ref().map(|name| name.as_str().into()),
            version: self.version().map(|version| version.id.as_str().into()),
            started_ms: wall_ms().saturating_sub(u64::try_from(duration.as_millis()).unwrap_or(0)),
            began: self.started,
            duration,
            status: self.status,
            fault: self.fault.as_ref().map(|fault| fault.kind().label()),
            request_id: self.request_id.clone(),
            spans,
            left_out,
        }
    }

    /// The spans that follow from the record alone. The first one is the request's.
    fn spans(&self, now: Instant) -> Vec<Span> {
        let queue = Duration::from_nanos(self.stats.as_deref().map_or(0, |stats| stats.queue_ns.load(Ordering::Relaxed)));
        let whole = self.whole_span(queue, now);
        let parent = whole.id;
        let mut spans = vec![whole];
        let begun = (self.started + queue).min(now);
        if queue >= QUEUE_SPAN_MIN {
            spans.push(Span {
                began: self.started,
                ended: Some(begun),
                ..self.span(random().max(1), parent, "queue".into(), SpanKind::Internal)
            });
        }
        if let (Some(function), true) = (&self.function, self.instance() > 0) {
            let handler = self.span(self.trace.span_id, parent, format!("handler {function}").into(), SpanKind::Internal);
            let error = self.blamed_fault().map(|fault| fault.kind().label().into());
            spans.push(Span { began: begun, ended: Some(now), error, ..handler });
        }
        spans
    }

    fn whole_span(&self, queue: Duration, now: Instant) -> Span {
        let kind = match self.origin {
            InvocationOrigin::Function => SpanKind::Client,
            InvocationOrigin::Cron | InvocationOrigin::Job => SpanKind::Consumer,
            _ => SpanKind::Server,
        };
        // What the function passes on is its handler's span; without a handler this one stands for it.
        let id = if self.instance() > 0 { random().max(1) } else { self.trace.span_id };
        let mut span = Span { began: self.started, ended: Some(now), ..self.span(id, self.trace.parent_id, self.name(), kind) };
        let text = |value: &str| SpanValue::Text(Cow::Owned(bounded(value.to_owned())));
        span.attributes = vec![
            ("http.request.method", SpanValue::Text(known_method(self.method.as_str()).unwrap_or(OTHER_METHOD).into())),
            ("url.path", text(self.path.path())),
            ("url.scheme", SpanValue::Text("http".into())),
            ("http.response.status_code", SpanValue::Number(u64::from(self.status))),
            ("faas.trigger", SpanValue::Text(self.trigger().into())),
            ("faas.invocation_id", text(&self.request_id)),
        ];
        if queue > Duration::ZERO && queue < QUEUE_SPAN_MIN {
            span.attributes.push(("skep.queue_us", SpanValue::Number(u64::try_from(queue.as_micros()).unwrap_or(0))));
        }
        if let Some(stats) = &self.stats {
            span.attributes.push(("skep.cpu_us", SpanValue::Number(stats.cpu_ns.load(Ordering::Relaxed) / 1_000)));
        }
        if let Some(fault) = &self.fault {
            let facts = fault.facts();
            span.attributes.push(("skep.fault", SpanValue::Text(fault.kind().label().into())));
            if let Some(limit) = &facts.limit {
                span.attributes.push(("skep.limit", text(limit)));
            }
            if let Some(used) = &facts.used {
                span.attributes.push(("skep.used", text(used)));
            }
        }
        span.error = match self.blamed_fault() {
            Some(fault) => Some(fault.kind().label().into()),
            None if self.status >= 500 => Some(self.status.to_string().into()),
            None => None,
        };
        span
    }

    fn span(&self, id: u64, parent: u64, name: Cow<'static, str>, kind: SpanKind) -> Span {
        Span {
            function: self.function.as_ref().map(|name| Arc::from(name.as_str())),
            version: self.version().map(|version| Arc::from(version.id.as_str())),
            instance: self.instance(),
            ..Span::begin(id, parent, name, kind)
        }
    }

    /// Of few different ones: a path may be anything.
    fn name(&self) -> Cow<'static, str> {
        match (&self.function, self.origin) {
            (Some(function), InvocationOrigin::Function) => format!("call {function}").into(),
            (Some(function), InvocationOrigin::Cron) => format!("cron {function}").into(),
            (Some(function), InvocationOrigin::Job) => format!("job {function}").into(),
            (Some(function), _) => format!("{} /{function}/*", self.method_name()).into(),
            (None, _) => self.method_name().into(),
        }
    }

    fn method_name(&self) -> &'static str {
        known_method(self.method.as_str()).unwrap_or(OTHER_METHOD_NAME)
    }

    fn trigger(&self) -> &'static str {
        match self.origin {
            InvocationOrigin::Client | InvocationOrigin::Function => "http",
            InvocationOrigin::Cron => "timer",
            InvocationOrigin::Operator | InvocationOrigin::Command | InvocationOrigin::Release | InvocationOrigin::Job => "other",
        }
    }

    fn instance(&self) -> u32 {
        self.stats.as_deref().map_or(0, |stats| stats.instance.load(Ordering::Relaxed))
    }
}

fn wall_ms() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| u64::try_from(since.as_millis()).unwrap_or(u64::MAX))
}
