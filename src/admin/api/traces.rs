//! Kept traces and groups of faults.
//!
//! Reads `telemetry::traces`.
//!
//! Invariant: a reader takes copies of pointers; no call waits for it.

use std::time::{Instant, SystemTime, UNIX_EPOCH};

use axum::Json;
use axum::extract::{Path, State};

use crate::admin::error::{ApiError, Failures};
use crate::admin::extract::ApiQuery;
use crate::admin::state::AdminState;
use crate::api::trace::{FaultRow, FaultsQuery, SpanRow, SpanStatus, TRACES_MAX, TraceDetail, TraceRow, TracesQuery};
use crate::function::FunctionName;
use crate::function::span::{Span, SpanKind, SpanValue};
use crate::telemetry::traces::{self, FaultGroup, KeptTrace, TREND_SLOT_MS};

/// Traces that are listed if the query names no number.
const LISTED: usize = 100;

/// Digits of a trace id.
const TRACE_ID_DIGITS: usize = 32;

/// The traces that are kept, the newest first: faults, errors, slow calls, and some others.
#[utoipa::path(get, path = "/traces", operation_id = "list_traces", tag = "host", params(TracesQuery),
    responses((status = 200, body = Vec<TraceRow>), Failures))]
pub(super) async fn list(State(_): State<AdminState>, ApiQuery(query): ApiQuery<TracesQuery>) -> Result<Json<Vec<TraceRow>>, ApiError> {
    moment(query.since)?;
    moment(query.min_ms)?;
    let limit = query.limit.unwrap_or(LISTED);
    if !(1..=TRACES_MAX).contains(&limit) {
        return Err(ApiError::invalid(format!("limit must be between 1 and {TRACES_MAX}")));
    }
    Ok(Json(traces::list(|trace| is_wanted(trace, &query), limit).iter().map(|trace| row(trace)).collect()))
}

/// One trace with its spans.
#[utoipa::path(get, path = "/traces/{id}", operation_id = "show_trace", tag = "host", params(("id" = String, Path, description = "The trace id")),
    responses((status = 200, body = TraceDetail), Failures))]
pub(super) async fn show(State(_): State<AdminState>, Path(id): Path<String>) -> Result<Json<TraceDetail>, ApiError> {
    let known = if id.len() == TRACE_ID_DIGITS { u128::from_str_radix(&id, 16).ok() } else { None };
    let trace = known.and_then(traces::find).ok_or_else(|| {
        ApiError::not_found(
            "this trace is not kept: faults, errors and slow calls are, and a few others of each second, as long as there is room",
        )
    })?;
    let spans = trace.spans.iter().map(|span| span_row(span, &trace)).collect();
    let TraceRow { trace_id, kept, started_ms, duration_us, request_id, .. } = row(&trace);
    Ok(Json(TraceDetail { trace_id, kept, started_ms, duration_us, request_id, left_out: trace.left_out, spans }))
}

/// Faults by function, kind and place, those that came last first.
#[utoipa::path(get, path = "/faults", operation_id = "list_faults", tag = "host", params(FaultsQuery),
    responses((status = 200, body = Vec<FaultRow>), Failures))]
pub(super) async fn faults(State(_): State<AdminState>, ApiQuery(query): ApiQuery<FaultsQuery>) -> Result<Json<Vec<FaultRow>>, ApiError> {
    moment(query.since)?;
    let now_ms = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| u64::try_from(since.as_millis()).unwrap_or(u64::MAX));
    let groups = traces::faults(query.function.as_ref().map(FunctionName::as_str), query.since.unwrap_or(0));
    Ok(Json(groups.into_iter().map(|group| fault_row(group, now_ms)).collect()))
}

/// Refuses a number of milliseconds that the document does not have room for.
fn moment(ms: Option<u64>) -> Result<(), ApiError> {
    if ms.is_some_and(|ms| i64::try_from(ms).is_err()) {
        return Err(ApiError::invalid("a number of milliseconds is too large"));
    }
    Ok(())
}

fn is_wanted(trace: &KeptTrace, query: &TracesQuery) -> bool {
    let function = query.function.as_ref().is_none_or(|name| trace.function.as_deref() == Some(name.as_str()));
    let fault = query.fault.as_deref().is_none_or(|kind| trace.fault.is_some_and(|fault| kind == "any" || kind == fault));
    let status = query.status.is_none_or(|status| status == trace.status);
    let slow = query.min_ms.is_none_or(|least| trace.duration.as_millis() >= u128::from(least));
    let since = query.since.is_none_or(|since| trace.started_ms >= since);
    let text = query.q.as_deref().is_none_or(|text| {
        trace.name.contains(text) || trace.request_id.contains(text) || format!("{:032x}", trace.trace_id).contains(text)
    });
    function && fault && status && slow && since && text
}

fn row(trace: &KeptTrace) -> TraceRow {
    TraceRow {
        trace_id: format!("{:032x}", trace.trace_id),
        name: trace.name.clone(),
        function: trace.function.as_deref().map(str::to_owned),
        version: trace.version.as_deref().map(str::to_owned),
        started_ms: trace.started_ms,
        duration_us: u64::try_from(trace.duration.as_micros()).unwrap_or(u64::MAX),
        status: trace.status,
        fault: trace.fault.map(str::to_owned),
        kept: trace.reason.label().to_owned(),
        request_id: trace.request_id.to_string(),
        spans: trace.spans.len(),
    }
}

fn span_row(span: &Span, trace: &KeptTrace) -> SpanRow {
    let end = trace.began + trace.duration;
    let micros = |from: Instant, to: Instant| u64::try_from(to.saturating_duration_since(from).as_micros()).unwrap_or(u64::MAX);
    let value = |value: &SpanValue| match value {
        SpanValue::Text(text) => text.to_string(),
        SpanValue::Number(number) => number.to_string(),
    };
    SpanRow {
        span_id: format!("{:016x}", span.id),
        parent_id: (span.parent != 0).then(|| format!("{:016x}", span.parent)),
        name: span.name.to_string(),
        kind: span.kind.label().to_owned(),
        function: span.function.as_deref().map(str::to_owned),
        version: span.version.as_deref().map(str::to_owned),
        instance: (span.instance > 0).then_some(span.instance),
        started_us: micros(trace.began, span.began),
        duration_us: micros(span.began, span.ended.unwrap_or(end)),
        is_open: span.ended.is_none(),
        status: if span.error.is_some() { SpanStatus::Error } else { SpanStatus::Unset },
        error_type: span.error.as_deref().map(str::to_owned),
        scope: scope(span.kind).to_owned(),
        attributes: span.attributes.iter().map(|(name, of)| ((*name).to_owned(), value(of))).collect(),
    }
}

/// Requests that arrive are ingress's, everything else is the runtime's.
fn scope(kind: SpanKind) -> &'static str {
    if kind == SpanKind::Server { "skep.ingress" } else { "skep.runtime" }
}

fn fault_row(mut group: FaultGroup, now_ms: u64) -> FaultRow {
    group.advance(now_ms / TREND_SLOT_MS);
    FaultRow {
        function: group.function.to_string(),
        kind: group.kind.to_owned(),
        frame: group.frame,
        message: group.message,
        count: group.count,
        first_ms: group.first_ms,
        last_ms: group.last_ms,
        first_version: group.first_version,
        last_version: group.last_version,
        trend: group.trend.to_vec(),
        traces: group.traces.iter().map(|id| format!("{id:032x}")).collect(),
    }
}
