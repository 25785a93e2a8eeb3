//! The log as it is written, and its level.
//!
//! Subscribes to `telemetry::log::tail` for each client that follows.
//!
//! Invariant: a client that reads slowly never holds up the writers; it is told how many lines it missed.

use std::convert::Infallible;

use axum::extract::State;
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::{Extension, Json};
use futures::Stream;

use crate::admin::auth::Caller;
use crate::admin::error::{ApiError, Failures};
use crate::admin::extract::{ApiJson, ApiQuery};
use crate::admin::followers::{FollowerPlace, Followers};
use crate::admin::state::AdminState;
use crate::api::error::ApiErrorKind;
use crate::api::log::{LINE_EVENT, LogLevelBody, LogQuery, MISSED_EVENT, StreamedEvent};
use crate::function::FunctionName;
use crate::shutdown::ShutdownPhase;
use crate::telemetry;
use crate::telemetry::log::tail::{self, Subscription, TailEvent};

/// Log lines from now on: an event `line` with each line as JSON, and `missed` with a number where lines were written faster than read.
#[utoipa::path(get, path = "/logs", operation_id = "follow_log", tag = "host", params(LogQuery),
    responses((status = 200, body = StreamedEvent, content_type = "text/event-stream"), Failures))]
pub(super) async fn follow(
    State(state): State<AdminState>,
    Extension(caller): Extension<Caller>,
    Extension(followers): Extension<Followers>,
    ApiQuery(query): ApiQuery<LogQuery>,
) -> Result<Sse<impl Stream<Item = Result<Event, Infallible>>>, ApiError> {
    if let Some(function) = &query.function {
        state.endpoint(function)?;
    }
    let place = followers.log.enter(caller.token.as_deref())?;
    let subscription = tail::subscribe().map_err(|error| ApiError::new(ApiErrorKind::Busy, error.to_string()).retry_after(5))?;
    let lines = lines(place, subscription, query.function);
    // A client that follows connects again when another engine answers here: a drain does not wait for it.
    let mut drained = state.drained.clone();
    let until = async move { drained.reached(ShutdownPhase::HandingOver).await };
    let lines = futures::StreamExt::take_until(lines, Box::pin(until));
    Ok(Sse::new(lines).keep_alive(KeepAlive::default()))
}

fn lines(
    place: FollowerPlace,
    subscription: Subscription,
    function: Option<FunctionName>,
) -> impl Stream<Item = Result<Event, Infallible>> {
    futures::stream::unfold((place, subscription, function), |(place, mut subscription, function)| async move {
        loop {
            let event = match subscription.next().await {
                TailEvent::Missed(count) => Event::default().event(MISSED_EVENT).data(count.to_string()),
                TailEvent::Line(line) if function.is_none() || line.function.as_deref() == function.as_ref().map(FunctionName::as_str) => {
                    Event::default().event(LINE_EVENT).data(String::from_utf8_lossy(&line.json))
                }
                TailEvent::Line(_) => continue,
            };
            return Some((Ok(event), (place, subscription, function)));
        }
    })
}

/// The level of the log.
#[utoipa::path(get, path = "/log-level", operation_id = "show_log_level", tag = "host", responses((status = 200, body = LogLevelBody), Failures))]
pub(super) async fn level() -> Json<LogLevelBody> {
    Json(LogLevelBody { level: telemetry::level() })
}

/// Sets the level of the log, until the engine ends.
#[utoipa::path(put, path = "/log-level", operation_id = "set_log_level", tag = "host", request_body = LogLevelBody, responses((status = 200, body = LogLevelBody), Failures))]
pub(super) async fn set_level(ApiJson(body): ApiJson<LogLevelBody>) -> Json<LogLevelBody> {
    telemetry::set_level(body.level);
    tracing::info!(log_level = %body.level, "the level of the log was set");
    Json(body)
}
