//! Kept traces and groups of faults as the admin API shows them.
//!
//! `admin::api` fills them from `telemetry::traces`; `skep traces`, `skep trace` and `skep faults` print them.
//!
//! Invariant: ids are lower-case hexadecimal digits; times are in milliseconds since 1970, and within a trace in microseconds from its begin.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::function::FunctionName;

/// Most traces that are listed at a time.
pub const TRACES_MAX: usize = 1_000;

/// Which traces.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, IntoParams)]
#[serde(deny_unknown_fields, default)]
#[into_params(parameter_in = Query)]
pub struct TracesQuery {
    /// Only those whose first call was to this function.
    #[param(value_type = Option<String>, pattern = "^[a-z0-9][a-z0-9_-]{0,62}$")]
    pub function: Option<FunctionName>,
    /// Only those with a fault of this kind; `any`: with one of any kind.
    pub fault: Option<String>,
    /// Only those with this status.
    pub status: Option<u16>,
    /// Only those that took at least this long.
    pub min_ms: Option<u64>,
    /// Only those that began at this moment or later, in milliseconds since 1970.
    pub since: Option<u64>,
    /// Only those with this text in their name, their request id or their trace id.
    pub q: Option<String>,
    /// How many at most, the newest first; 100 if it is left out, and 1,000 at most.
    #[param(minimum = 1, maximum = 1000)]
    pub limit: Option<usize>,
}

/// A trace in a list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct TraceRow {
    /// Its id.
    pub trace_id: String,
    /// The name of its first span.
    pub name: String,
    /// The function that was called first.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub function: Option<String>,
    /// Its version.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
    /// When it began.
    pub started_ms: u64,
    /// How long it took.
    pub duration_us: u64,
    /// The status that the caller saw.
    pub status: u16,
    /// The kind of its fault.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fault: Option<String>,
    /// Why it is kept: `fault`, `error`, `slow` or `sampled`.
    pub kept: String,
    /// The id of its request.
    pub request_id: String,
    /// How many spans it has.
    pub spans: usize,
}

/// A trace with its spans.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct TraceDetail {
    /// Its id.
    pub trace_id: String,
    /// Why it is kept: `fault`, `error`, `slow` or `sampled`.
    pub kept: String,
    /// When it began.
    pub started_ms: u64,
    /// How long it took.
    pub duration_us: u64,
    /// The id of its request.
    pub request_id: String,
    /// Spans that had no room.
    pub left_out: u64,
    /// Its spans; the first one is the request.
    pub spans: Vec<SpanRow>,
}

/// Whether a span failed, in the words of OpenTelemetry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum SpanStatus {
    /// It failed.
    Error,
    /// It did not.
    Unset,
}

/// A span.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SpanRow {
    /// Its id.
    pub span_id: String,
    /// The span that it is part of; left out: none is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub parent_id: Option<String>,
    /// Of few different ones.
    pub name: String,
    /// `server`, `internal`, `client` or `consumer`.
    pub kind: String,
    /// The function.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub function: Option<String>,
    /// Its version.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
    /// Its instance.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub instance: Option<u32>,
    /// When it began, from the begin of the trace.
    pub started_us: u64,
    /// How long it took.
    pub duration_us: u64,
    /// Whether it still was open when the call was over; its length is then that until there.
    pub is_open: bool,
    /// Whether it failed.
    pub status: SpanStatus,
    /// Why it failed: the kind of a fault, a status, or `failed`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error_type: Option<String>,
    /// Whose span it is: `skep.ingress`, `skep.runtime`, or the name of a tracer.
    pub scope: String,
    /// Names and values: texts, and numbers as digits.
    pub attributes: BTreeMap<String, String>,
}

/// Which faults.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, IntoParams)]
#[serde(deny_unknown_fields, default)]
#[into_params(parameter_in = Query)]
pub struct FaultsQuery {
    /// Only those of this function.
    #[param(value_type = Option<String>, pattern = "^[a-z0-9][a-z0-9_-]{0,62}$")]
    pub function: Option<FunctionName>,
    /// Only groups whose last fault came at this moment or later, in milliseconds since 1970.
    pub since: Option<u64>,
}

/// Faults of one kind from one place of a function's code.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct FaultRow {
    /// The function; empty: the address was no function's.
    pub function: String,
    /// The kind.
    pub kind: String,
    /// The first frame of the function's own code.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub frame: Option<String>,
    /// The first line of the latest one.
    pub message: String,
    /// How many there were since the engine began.
    pub count: u64,
    /// When the first one came.
    pub first_ms: u64,
    /// When the last one came.
    pub last_ms: u64,
    /// The version of the first one.
    pub first_version: String,
    /// The version of the last one.
    pub last_version: String,
    /// Faults in each of the last twelve stretches of five minutes; the present one last.
    pub trend: Vec<u64>,
    /// The ids of the newest traces, the newest first; the ring may have lost them.
    pub traces: Vec<String>,
}
