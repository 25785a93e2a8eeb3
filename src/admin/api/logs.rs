//! The log as it is written, and its level.
//!
//! Invariant: who follows never holds up who writes; what was missed is told.

use std::convert::Infallible;

use axum::Json;
use axum::extract::State;
use axum::response::sse::{Event, KeepAlive, Sse};
use futures::Stream;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::Admin;
use crate::admin::error::{ApiError, ErrorKind, Failures};
use crate::admin::extract::{InBody, InQuery};
use crate::function::FunctionName;
use crate::shutdown::Phase;
use crate::telemetry::log;
use crate::telemetry::log::tail;
use crate::telemetry::log::tail::{Followed, Subscription};

/// Which lines.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields, default)]
#[into_params(parameter_in = Query)]
pub(super) struct LogQuery {
    /// Only lines about this function.
    #[param(pattern = "^[a-z0-9][a-z0-9_-]{0,62}$")]
    function: Option<String>,
}

/// An event of a stream of server-sent events.
#[derive(ToSchema)]
#[allow(dead_code, reason = "only the document names it; `axum` writes events")]
pub(super) struct StreamedEvent {
    /// What it is.
    event: String,
    /// JSON, or a number.
    data: String,
}

/// Log lines from now on: an event `line` with each line as JSON, and `missed` with a number where lines were written faster than read.
#[utoipa::path(get, path = "/logs", operation_id = "follow_log", tag = "host", params(LogQuery),
    responses((status = 200, body = StreamedEvent, content_type = "text/event-stream"), Failures))]
pub(super) async fn follow(
    State(admin): State<Admin>,
    InQuery(query): InQuery<LogQuery>,
) -> Result<Sse<impl Stream<Item = Result<Event, Infallible>>>, ApiError> {
    if let Some(function) = &query.function {
        let name = FunctionName::parse(function).map_err(|error| ApiError::invalid(error.to_string()))?;
        admin.endpoint(&name)?;
    }
    let subscription = tail::subscribe().map_err(|error| ApiError::new(ErrorKind::Busy, error.to_string()).retry_after(5))?;
    let lines = lines(subscription, query.function);
    // Whoever follows has to connect anew when another engine answers here: a drain does not wait for it.
    let mut drained = admin.drained.clone();
    let until = async move { drained.reached(Phase::HandingOver).await };
    let lines = futures::StreamExt::take_until(lines, Box::pin(until));
    Ok(Sse::new(lines).keep_alive(KeepAlive::default()))
}

fn lines(subscription: Subscription, function: Option<String>) -> impl Stream<Item = Result<Event, Infallible>> {
    futures::stream::unfold((subscription, function), |(mut subscription, function)| async move {
        loop {
            let event = match subscription.next().await {
                Followed::Missed(count) => Event::default().event("missed").data(count.to_string()),
                Followed::Line(line) if function.is_none() || line.function.as_deref() == function.as_deref() => {
                    Event::default().event("line").data(String::from_utf8_lossy(&line.json))
                }
                Followed::Line(_) => continue,
            };
            return Some((Ok(event), (subscription, function)));
        }
    })
}

/// How important a line must be to be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum Level {
    Error,
    Warn,
    Info,
    Debug,
    Trace,
}

const LEVELS: [(Level, tracing::Level); 5] = [
    (Level::Error, tracing::Level::ERROR),
    (Level::Warn, tracing::Level::WARN),
    (Level::Info, tracing::Level::INFO),
    (Level::Debug, tracing::Level::DEBUG),
    (Level::Trace, tracing::Level::TRACE),
];

/// The level of the log.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct LogLevel {
    level: Level,
}

/// The level of the log.
#[utoipa::path(get, path = "/log-level", operation_id = "show_log_level", tag = "host", responses((status = 200, body = LogLevel), Failures))]
pub(super) async fn level() -> Json<LogLevel> {
    let now = log::level();
    let level = LEVELS.iter().find(|(_, level)| *level == now).map_or(Level::Info, |(level, _)| *level);
    Json(LogLevel { level })
}

/// Sets the level of the log, until the engine ends.
#[utoipa::path(put, path = "/log-level", operation_id = "set_log_level", tag = "host", request_body = LogLevel, responses((status = 200, body = LogLevel), Failures))]
pub(super) async fn set_level(InBody(body): InBody<LogLevel>) -> Json<LogLevel> {
    if let Some((_, level)) = LEVELS.iter().find(|(level, _)| *level == body.level) {
        log::set_level(*level);
        tracing::info!(level = %level, "the level of the log was set");
    }
    Json(body)
}
