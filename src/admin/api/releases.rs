//! Releases: listed, shown, followed and cancelled.
//!
//! Invariant: a client that follows sees the end of the release, whatever it missed before.

use std::convert::Infallible;
use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::{Extension, Json};
use futures::Stream;
use tokio::sync::watch;

use super::submit::Answer;
use crate::admin::auth::Caller;
use crate::admin::error::{ApiError, Failures};
use crate::admin::extract::ApiPath;
use crate::admin::followers::{FollowerPlace, Followers};
use crate::admin::state::AdminState;
use crate::api::log::StreamedEvent;
use crate::api::release::{RELEASE_EVENT, Record};

/// Releases, newest first.
#[utoipa::path(get, path = "/releases", operation_id = "list_releases", tag = "releases", responses((status = 200, body = Vec<Record>), Failures))]
pub(super) async fn list(State(state): State<AdminState>) -> Json<Vec<Arc<Record>>> {
    Json(state.deployments.as_ref().map(|deployments| deployments.records()).unwrap_or_default())
}

/// One release.
#[utoipa::path(get, path = "/releases/{id}", operation_id = "show_release", tag = "releases", params(("id" = String, Path, description = "The release")),
    responses((status = 200, body = Record), Failures))]
pub(super) async fn show(State(state): State<AdminState>, ApiPath(id): ApiPath<String>) -> Result<Json<Arc<Record>>, ApiError> {
    Ok(Json(state.deployments()?.subscribe(&id)?.borrow().clone()))
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
        let record = record_rx.borrow_and_update().clone();
        let event = Event::default().event(RELEASE_EVENT).json_data(&*record).unwrap_or_default();
        Some((Ok(event), (!record.status.is_end()).then_some((record_rx, false, place))))
    })
}
