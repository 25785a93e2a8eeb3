//! Requests of the admin API taken apart: path, query and body, and what is wrong with them.
//!
//! Invariant: what cannot be read is an [`ApiError`] and nothing else.

use axum::extract::rejection::{BytesRejection, JsonRejection, PathRejection, QueryRejection};
use axum::extract::{FromRequest, FromRequestParts, Json, Path, Query, Request};
use axum::http::request::Parts;
use bytes::Bytes;
use serde::de::DeserializeOwned;

use super::error::{ApiError, ErrorKind};
use crate::function::FunctionName;

/// The function that the path names. That there is one is not promised.
pub(super) struct Named(pub(super) FunctionName);

impl<S: Send + Sync> FromRequestParts<S> for Named {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        #[derive(serde::Deserialize)]
        struct OfFunction {
            name: String,
        }
        let Path(OfFunction { name }) = Path::from_request_parts(parts, state).await.map_err(path_error)?;
        FunctionName::parse(&name).map(Self).map_err(|error| ApiError::invalid(error.to_string()))
    }
}

/// Parts of the path.
pub(super) struct InPath<T>(pub(super) T);

impl<T: DeserializeOwned + Send, S: Send + Sync> FromRequestParts<S> for InPath<T> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        let Path(value) = Path::from_request_parts(parts, state).await.map_err(path_error)?;
        Ok(Self(value))
    }
}

/// The query.
pub(super) struct InQuery<T>(pub(super) T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequestParts<S> for InQuery<T> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        let query = Query::from_request_parts(parts, state).await;
        let Query(value) = query.map_err(|error: QueryRejection| ApiError::invalid(error.body_text()))?;
        Ok(Self(value))
    }
}

/// A JSON body.
pub(super) struct InBody<T>(pub(super) T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for InBody<T> {
    type Rejection = ApiError;

    async fn from_request(request: Request, state: &S) -> Result<Self, ApiError> {
        match Json::from_request(request, state).await {
            Ok(Json(value)) => Ok(Self(value)),
            Err(error @ JsonRejection::MissingJsonContentType(_)) => {
                Err(ApiError::new(ErrorKind::UnsupportedMediaType, error.body_text()))
            }
            Err(JsonRejection::BytesRejection(error)) => Err(bytes_error(&error)),
            Err(error) => Err(ApiError::invalid(error.body_text())),
        }
    }
}

/// The bytes of a body.
pub(super) struct InBytes(pub(super) Bytes);

impl<S: Send + Sync> FromRequest<S> for InBytes {
    type Rejection = ApiError;

    async fn from_request(request: Request, state: &S) -> Result<Self, ApiError> {
        Bytes::from_request(request, state).await.map(Self).map_err(|error| bytes_error(&error))
    }
}

fn path_error(error: PathRejection) -> ApiError {
    ApiError::invalid(error.body_text())
}

fn bytes_error(error: &BytesRejection) -> ApiError {
    let kind = if error.status() == axum::http::StatusCode::PAYLOAD_TOO_LARGE { ErrorKind::TooLarge } else { ErrorKind::Invalid };
    ApiError::new(kind, error.body_text())
}
