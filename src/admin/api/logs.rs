//! The log: a search in its kept lines, a stream of new ones, and its level.
//!
//! Asks `telemetry::store`, which reads the log where it lies, and has a follower for each client that follows.
//!
//! Invariant: a client that reads slowly never holds up the writers; it goes on where it was, and is told how many lines are gone if any are.

use std::convert::Infallible;
use std::time::Duration;

use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, header};
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse as _, Response};
use axum::{Extension, Json};
use bytes::Bytes;
use futures::{Stream, StreamExt as _};

use crate::admin::auth::Caller;
use crate::admin::error::{ApiError, Failures};
use crate::admin::extract::{ApiJson, ApiQuery};
use crate::admin::followers::{FollowerPlace, Followers};
use crate::admin::state::AdminState;
use crate::api::error::ApiErrorKind;
use crate::api::log::{BEGIN_EVENT, LINE_EVENT, LOG_LINES_DEFAULT, LogLevelBody, LogOrder, LogQuery, MISSED_EVENT, StreamedEvent};
use crate::shutdown::ShutdownPhase;
use crate::telemetry;
use crate::telemetry::store::{
    FilterError, FollowEvent, Follower, LINES_MAX, LogFilter, LogReader, SearchError, SearchOrder, SearchTask, moment_ms,
};
use crate::telemetry::stream::Stream as LogStream;

/// Adds a condition with a text to a filter.
type WithText = fn(LogFilter, &str) -> LogFilter;

/// How long a search waits for others.
const SEARCH_WAIT: Duration = Duration::from_secs(5);

/// Says whether there may be more lines than the answer has.
const MORE: &str = "x-skep-more";

/// Log lines: those that are kept, one JSON object a line; or with `follow=true` as events: `begin` with the number after which it begins, `line` with each line, whose id is its number, and `missed` with the number of lines that are gone. A client that connects again with `last-event-id` gets what came since.
#[utoipa::path(get, path = "/logs", operation_id = "show_log", tag = "host",
    params(LogQuery, ("field.NAME" = Option<String>, Query, description = "Only lines that have the field NAME, or that member of `fields`, with this value.")),
    responses((status = 200, content((StreamedEvent = "text/event-stream"), (String = "application/x-ndjson"))), Failures))]
pub(super) async fn show(
    State(state): State<AdminState>,
    Extension(caller): Extension<Caller>,
    Extension(followers): Extension<Followers>,
    headers: HeaderMap,
    ApiQuery(pairs): ApiQuery<Vec<(String, String)>>,
) -> Result<Response, ApiError> {
    let query = LogQuery::from_pairs(pairs).map_err(ApiError::invalid)?;
    let unkept = || ApiError::new(ApiErrorKind::Unavailable, "this process keeps no log lines");
    let reader = state.logs.clone().ok_or_else(unkept)?;
    if let Some(function) = query.function.as_ref().filter(|function| !reader.knows(function)) {
        state.endpoint(function)?;
    }
    let filter = filter(&query)?;
    if query.follow != Some(true) {
        return search(&reader, &query, filter).await;
    }
    let place = followers.log.enter(caller.token.as_deref())?;
    let seen = match headers.get("last-event-id") {
        Some(id) => Some(id.to_str().ok().and_then(|id| id.parse().ok()).ok_or_else(|| ApiError::invalid("`last-event-id` is no number"))?),
        None => query.after.or(query.since.is_some().then_some(0)),
    };
    let follower = match seen {
        Some(seen) => Follower::after(reader, filter, seen),
        None => Follower::from_now(reader, filter).await,
    };
    // A client that follows connects again when another engine answers here: a drain does not wait for it.
    let mut drained = state.drained.clone();
    let until = async move { drained.reached(ShutdownPhase::HandingOver).await };
    // First the number from which it goes on: a client that sees no line before it connects again names that.
    let begin = follower.seen().to_string();
    let begin = futures::stream::once(async move { Ok(Event::default().event(BEGIN_EVENT).id(begin.clone()).data(begin)) });
    let events = begin.chain(events(place, follower)).take_until(Box::pin(until));
    Ok(Sse::new(events).keep_alive(KeepAlive::default()).into_response())
}

/// The conditions of a query.
fn filter(query: &LogQuery) -> Result<LogFilter, ApiError> {
    let now_ms = telemetry::store::now_ms();
    let moment = |name: &str, text: &Option<String>| match text {
        None => Ok(None),
        Some(text) => moment_ms(text, now_ms).map(Some).ok_or_else(|| {
            ApiError::invalid(format!("`{name}` is not a time: 2026-11-26T17:53:01Z, milliseconds since 1970, or a time ago such as 1h"))
        }),
    };
    let mut filter = LogFilter::about(query.function.clone());
    filter.streams = streams(query.stream.as_deref())?;
    filter.level = query.level;
    filter.since_ms = moment("since", &query.since)?;
    filter.until_ms = moment("until", &query.until)?;
    (filter.after, filter.before) = (query.after, query.before);
    let numbers = [query.after, query.before].into_iter().flatten();
    if query.instance.is_some_and(|instance| i32::try_from(instance).is_err())
        || numbers.into_iter().any(|number| i64::try_from(number).is_err())
    {
        return Err(ApiError::invalid("no line and no instance has so large a number"));
    }
    filter.instance = query.instance.map(u64::from);
    let texts: [(&Option<String>, WithText); 4] = [
        (&query.request_id, LogFilter::request_id),
        (&query.trace_id, LogFilter::trace_id),
        (&query.version, LogFilter::version),
        (&query.fault, LogFilter::fault),
    ];
    for (text, with) in texts {
        filter = text.iter().fold(filter, |filter, text| with(filter, text));
    }
    for (name, value) in &query.fields {
        filter = filter.field(name, value);
    }
    let invalid = |name: &str, error: FilterError| ApiError::invalid(format!("`{name}`: {error}"));
    if let Some(text) = &query.grep {
        filter = filter.grep(text).map_err(|error| invalid("grep", error))?;
    }
    if let Some(expression) = &query.regex {
        filter = filter.regex(expression).map_err(|error| invalid("regex", error))?;
    }
    Ok(filter)
}

fn streams(text: Option<&str>) -> Result<Vec<LogStream>, ApiError> {
    let labels = text.into_iter().flat_map(|text| text.split(','));
    let stream = |label: &str| {
        let known = LogStream::ALL.map(LogStream::label).join("`, `");
        LogStream::of_label(label).ok_or_else(|| ApiError::invalid(format!("`stream` is none of `{known}`")))
    };
    labels.map(stream).collect()
}

async fn search(reader: &LogReader, query: &LogQuery, filter: LogFilter) -> Result<Response, ApiError> {
    let limit = query.limit.unwrap_or(LOG_LINES_DEFAULT);
    if !(1..=LINES_MAX).contains(&limit) {
        return Err(ApiError::invalid(format!("`limit` is {limit}: an answer has 1 to {LINES_MAX} lines")));
    }
    let order = match query.order.unwrap_or_default() {
        LogOrder::Asc => SearchOrder::Oldest,
        LogOrder::Desc => SearchOrder::Newest,
    };
    let outcome = reader.search(SearchTask { filter, limit, order }, SEARCH_WAIT).await.map_err(|error| match error {
        SearchError::Busy => ApiError::new(ApiErrorKind::Busy, error.to_string()).retry_after(5),
        SearchError::System(_) => ApiError::new(ApiErrorKind::Failed, error.to_string()),
    })?;
    let lines = outcome.lines.into_iter().map(|mut found| {
        found.line.push(b'\n');
        Ok::<_, Infallible>(Bytes::from(found.line))
    });
    let more = if outcome.is_cut { "true" } else { "false" };
    let head = [(header::CONTENT_TYPE.as_str(), "application/x-ndjson"), (MORE, more)];
    Ok((head, Body::from_stream(futures::stream::iter(lines))).into_response())
}

fn events(place: FollowerPlace, follower: Follower) -> impl Stream<Item = Result<Event, Infallible>> {
    futures::stream::unfold((place, follower), |(place, mut follower)| async move {
        let event = match follower.next().await {
            FollowEvent::Missed(count) => Event::default().event(MISSED_EVENT).data(count.to_string()),
            FollowEvent::Line(seq, line) => Event::default().event(LINE_EVENT).id(seq.to_string()).data(String::from_utf8_lossy(&line)),
        };
        Some((Ok(event), (place, follower)))
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
