//! Records of many functions as JSON: made beside the admin thread, and sent to few clients at a time.
//!
//! `releases` shows and streams records with it.
//!
//! Invariant: making the JSON of a record holds up no other request, and a response that waits for its client has a place.

use std::sync::Arc;
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::http::header::{CONTENT_TYPE, HeaderValue};
use axum::response::Response;

use crate::admin::error::ApiError;
use crate::admin::followers::FollowerPlace;
use crate::api::error::ApiErrorKind;
use crate::api::release::Record;

/// Functions up to which a record is short: some tens of KB as JSON.
const SHORT_FUNCTIONS_MAX: usize = 32;

/// Bytes of a piece of a response.
const PIECE_BYTES: usize = 64 << 10;

/// Time between two events with a long record.
pub(super) const PAUSE: Duration = Duration::from_secs(1);

/// Whether a record is too long to be made into JSON on the admin thread.
pub(super) fn is_long(record: &Record) -> bool {
    record.functions.len() > SHORT_FUNCTIONS_MAX
}

/// What `make` makes of a record; beside the admin thread if the record is long. `None`: it ended by a bug.
pub(super) async fn made<T: Send + 'static>(record: Arc<Record>, make: fn(&Record) -> T) -> Option<T> {
    if is_long(&record) { tokio::task::spawn_blocking(move || make(&record)).await.ok() } else { Some(make(&record)) }
}

/// The response with a long record. It keeps its place until the client has nearly all of it.
pub(super) async fn response(record: Arc<Record>, place: FollowerPlace) -> Result<Response, ApiError> {
    let json = made(record, |record| serde_json::to_vec(record).ok()).await.flatten();
    let json = json.ok_or_else(|| ApiError::new(ApiErrorKind::Failed, "the record cannot be written"))?;
    let pieces = futures::stream::unfold((Bytes::from(json), place), |(mut rest, place)| async move {
        let piece = rest.split_to(rest.len().min(PIECE_BYTES));
        (!piece.is_empty()).then_some((Ok::<_, std::convert::Infallible>(piece), (rest, place)))
    });
    let mut response = Response::new(Body::from_stream(pieces));
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    Ok(response)
}
