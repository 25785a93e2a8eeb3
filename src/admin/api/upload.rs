//! Uploads: the bytes of a request become files.
//!
//! Handlers that deploy call it first.
//!
//! Invariant: `release::source::archive` judges the content of an upload; this file only tells the formats apart and keeps the work off the admin
//! thread.

use axum::http::HeaderMap;
use axum::http::header::CONTENT_TYPE;
use bytes::Bytes;
use serde::Deserialize;
use utoipa::ToSchema;

use crate::admin::error::ApiError;
use crate::admin::extract::{NO_OBJECT, is_object};
use crate::api::error::ApiErrorKind;
use crate::release::source::archive::{ArchiveKind, Files};

/// Files as JSON, for the document.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[allow(dead_code, reason = "read by `release::source::archive`, which counts the entries as they come")]
pub(super) struct FilesBody {
    /// Text by path.
    #[schema(example = json!({ "index.ts": "export default () => 'hello';" }))]
    files: std::collections::BTreeMap<String, String>,
}

/// An archive, for the document.
#[derive(ToSchema)]
#[schema(value_type = String, format = Binary)]
#[allow(dead_code, reason = "only the document names it")]
pub(super) struct ArchiveBody(Vec<u8>);

/// Reads an upload.
pub(super) async fn read(headers: &HeaderMap, body: Bytes) -> Result<Files, ApiError> {
    let named = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let Some(kind) = ArchiveKind::from_content_type(named) else {
        let formats = "`application/gzip` (tar.gz), `application/zip`, `application/json` ({\"files\": {\"index.ts\": \"…\"}})";
        return Err(ApiError::new(
            ApiErrorKind::UnsupportedMediaType,
            format!("the operation does not take the content type {named:?}, but these: {formats}"),
        ));
    };
    if kind == ArchiveKind::Json && !is_object(&body) {
        return Err(ApiError::invalid(NO_OBJECT));
    }
    // Probes on this thread must not wait for a large archive.
    let read = tokio::task::spawn_blocking(move || Files::read(kind, &body)).await;
    match read {
        Ok(Ok(files)) if files.is_empty() => Err(ApiError::invalid("the upload is empty")),
        Ok(Ok(files)) => Ok(files),
        Ok(Err(error)) => Err(ApiError::invalid(error.to_string())),
        Err(error) => Err(ApiError::new(ApiErrorKind::Failed, format!("cannot read the upload: {error}"))),
    }
}
