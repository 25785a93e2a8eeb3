//! Releases: listed, shown, followed and cancelled.
//!
//! Invariant: a list has a largest size, whatever the releases are; a client that follows sees the end of the release, whatever it missed before.

use std::convert::Infallible;
use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse as _, Response};
use axum::{Extension, Json};
use futures::Stream;
use tokio::sync::watch;

use super::long_record;
use super::submit::Answer;
use crate::admin::auth::Caller;
use crate::admin::error::{ApiError, Failures};
use crate::admin::extract::{ApiPath, ApiQuery};
use crate::admin::followers::{FollowerPlace, Followers};
use crate::admin::state::AdminState;
use crate::api::log::StreamedEvent;
use crate::api::release::{Failure, FunctionRecord, LISTED_DEFAULT, LISTED_MAX, RELEASE_EVENT, Record, ReleasesQuery};

/// Most functions of a release in a list.
const LISTED_FUNCTIONS_MAX: usize = 20;

/// Longest reason of a failure in a list, in characters.
const LISTED_REASON_MAX: usize = 1000;

/// Releases, newest first, without their steps.
#[utoipa::path(get, path = "/releases", operation_id = "list_releases", tag = "releases", params(ReleasesQuery),
    responses((status = 200, body = Vec<Record>), Failures))]
pub(super) async fn list(State(state): State<AdminState>, ApiQuery(query): ApiQuery<ReleasesQuery>) -> Result<Json<Vec<Record>>, ApiError> {
    let limit = query.limit.unwrap_or(LISTED_DEFAULT);
    if !(1..=LISTED_MAX).contains(&limit) {
        return Err(ApiError::invalid(format!("`limit` is {limit}: a list has 1 to {LISTED_MAX} releases")));
    }
    let before = query.before.as_deref();
    let is_id = |id: &str| (1..=32).contains(&id.len()) && id.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit());
    if before.is_some_and(|before| !is_id(before)) {
        return Err(ApiError::invalid("`before` is not the id of a release"));
    }
    let records = state.deployments.as_ref().map(|deployments| deployments.records(limit as usize, before)).unwrap_or_default();
    Ok(Json(records.iter().map(|record| listed(record)).collect()))
}

/// A record as a list shows it: who asked for what, and how it ended.
fn listed(record: &Record) -> Record {
    let of_function = |FunctionRecord { function, version, before, .. }: &FunctionRecord| FunctionRecord {
        function: function.clone(),
        version: version.clone(),
        before: before.clone(),
        steps: Vec::new(),
    };
    let of_failure = |Failure { step, function, reason, .. }: &Failure| Failure {
        step: *step,
        function: function.clone(),
        reason: reason.chars().take(LISTED_REASON_MAX).collect(),
        detail: None,
    };
    Record {
        id: record.id.clone(),
        purpose: record.purpose,
        status: record.status,
        note: record.note.clone(),
        by: record.by.clone(),
        created_ms: record.created_ms,
        ended_ms: record.ended_ms,
        unchanged: record.unchanged,
        functions: record.functions.iter().take(LISTED_FUNCTIONS_MAX).map(of_function).collect(),
        more_functions: record.functions.len().saturating_sub(LISTED_FUNCTIONS_MAX),
        failure: record.failure.as_ref().map(of_failure),
    }
}

/// One release.
#[utoipa::path(get, path = "/releases/{id}", operation_id = "show_release", tag = "releases", params(("id" = String, Path, description = "The release")),
    responses((status = 200, body = Record), Failures))]
pub(super) async fn show(
    State(state): State<AdminState>,
    Extension(caller): Extension<Caller>,
    Extension(followers): Extension<Followers>,
    ApiPath(id): ApiPath<String>,
) -> Result<Response, ApiError> {
    let record = state.deployments()?.subscribe(&id)?.borrow().clone();
    if !long_record::is_long(&record) {
        return Ok(Json(record).into_response());
    }
    let place = followers.long_records.enter(caller.token.as_deref())?;
    long_record::response(record, place).await
}

/// Cancels a release that is not published yet.
#[utoipa::path(post, path = "/releases/{id}/cancel", operation_id = "cancel_release", tag = "releases", params(("id" = String, Path, description = "The release")),
    responses((status = 202, body = Record, description = "It will end, unless it was published just now"), Failures))]
pub(super) async fn cancel(State(state): State<AdminState>, ApiPath(id): ApiPath<String>) -> Answer {
    Ok((StatusCode::ACCEPTED, Json(state.deployments()?.cancel(&id)?)))
}

/// The release while it runs: an event `release` with the whole record for each change, the last one when it has ended.
#[utoipa::path(get, path = "/releases/{id}/events", operation_id = "follow_release", tag = "releases", params(("id" = String, Path, description = "The release")),
    responses((status = 200, body = StreamedEvent, content_type = "text/event-stream"), Failures))]
pub(super) async fn events(
    State(state): State<AdminState>,
    Extension(caller): Extension<Caller>,
    Extension(followers): Extension<Followers>,
    ApiPath(id): ApiPath<String>,
) -> Result<Sse<impl Stream<Item = Result<Event, Infallible>>>, ApiError> {
    let record_rx = state.deployments()?.subscribe(&id)?;
    let place = followers.releases.enter(caller.token.as_deref())?;
    Ok(Sse::new(changes(record_rx, place)).keep_alive(KeepAlive::default()))
}

fn changes(record_rx: watch::Receiver<Arc<Record>>, place: FollowerPlace) -> impl Stream<Item = Result<Event, Infallible>> {
    // Each step takes the newest record: a slow client misses the ones between, and never the last.
    futures::stream::unfold(Some((record_rx, true, place)), |state| async move {
        let (mut record_rx, is_first, place) = state?;
        if !is_first && record_rx.changed().await.is_err() {
            return None;
        }
        let mut record = record_rx.borrow_and_update().clone();
        if !is_first && long_record::is_long(&record) {
            // A record of many functions has many changes, and each event is the whole of it.
            tokio::time::sleep(long_record::PAUSE).await;
            record = record_rx.borrow_and_update().clone();
        }
        let is_end = record.status.is_end();
        let event = long_record::made(record, |record| Event::default().event(RELEASE_EVENT).json_data(record).unwrap_or_default());
        Some((Ok(event.await.unwrap_or_default()), (!is_end).then_some((record_rx, false, place))))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::release::{Purpose, ReleaseStatus, Step};
    use crate::function::FunctionName;

    #[test]
    fn a_release_in_a_list_has_a_largest_size() {
        let name = |number| FunctionName::parse(&format!("f{number}")).unwrap();
        let long = "x".repeat(1 << 20);
        let record = Record {
            id: "r1".to_owned(),
            purpose: Purpose::Deploy,
            status: ReleaseStatus::Undone,
            note: None,
            by: None,
            created_ms: 1,
            ended_ms: Some(2),
            unchanged: false,
            functions: (0..1999).map(|number| FunctionRecord::new(name(number))).collect(),
            more_functions: 0,
            failure: Some(Failure { step: Step::Booted, function: name(1), reason: long.clone(), detail: Some(long) }),
        };
        let listed = listed(&record);
        assert_eq!((listed.functions.len(), listed.more_functions), (20, 1979));
        let size = serde_json::to_string(&listed).unwrap().len();
        assert!(size < 4096, "{size}");
    }
}
