//! Requests of the admin API taken apart: path, query and body.
//!
//! Handlers take these types as parameters, in place of `axum`'s own.
//!
//! Invariant: a request that cannot be read is an [`ApiError`] and nothing else; no body is longer than [`BODY_BYTES_MAX`].

use axum::body::Body;
use axum::extract::rejection::{BytesRejection, JsonRejection, PathRejection, QueryRejection};
use axum::extract::{FromRequest, FromRequestParts, Json, Path, Query, Request};
use axum::http::request::Parts;
use bytes::Bytes;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use utoipa::IntoParams;

use super::error::ApiError;
use crate::api::error::ApiErrorKind;
use crate::function::FunctionName;

/// Largest body of a request: an upload. The text of its files is limited to less than that.
pub(super) const BODY_BYTES_MAX: usize = 32 << 20;

/// The parameters of a path that names a function.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub(super) struct FunctionPathParams {
    /// The function.
    #[param(pattern = "^[a-z0-9][a-z0-9_-]{0,62}$")]
    name: String,
}

/// The function that the path names. It may not exist.
pub(super) struct FunctionPath(pub(super) FunctionName);

impl<S: Send + Sync> FromRequestParts<S> for FunctionPath {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        let Path(FunctionPathParams { name }) = Path::from_request_parts(parts, state).await.map_err(path_error)?;
        FunctionName::parse(&name).map(Self).map_err(|error| ApiError::invalid(error.to_string()))
    }
}

/// Parts of the path.
pub(super) struct ApiPath<T>(pub(super) T);

impl<T: DeserializeOwned + Send, S: Send + Sync> FromRequestParts<S> for ApiPath<T> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        let Path(value) = Path::from_request_parts(parts, state).await.map_err(path_error)?;
        Ok(Self(value))
    }
}

/// The query.
pub(super) struct ApiQuery<T>(pub(super) T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequestParts<S> for ApiQuery<T> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        let query = Query::from_request_parts(parts, state).await;
        let Query(value) = query.map_err(|error: QueryRejection| ApiError::invalid(error.body_text()))?;
        Ok(Self(value))
    }
}

/// A JSON object as the body.
pub(super) struct ApiJson<T>(pub(super) T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for ApiJson<T> {
    type Rejection = ApiError;

    async fn from_request(request: Request, state: &S) -> Result<Self, ApiError> {
        let (parts, body) = request.into_parts();
        let ApiBytes(bytes) = ApiBytes::from_request(Request::from_parts(parts.clone(), body), state).await?;
        match Json::from_request(Request::from_parts(parts, Body::from(bytes.clone())), state).await {
            Ok(Json(value)) if is_object(&bytes) => Ok(Self(value)),
            Ok(_) => Err(ApiError::invalid(NO_OBJECT)),
            Err(error @ JsonRejection::MissingJsonContentType(_)) => {
                Err(ApiError::new(ApiErrorKind::UnsupportedMediaType, error.body_text()))
            }
            Err(JsonRejection::BytesRejection(error)) => Err(bytes_error(&error)),
            Err(error) => Err(ApiError::invalid(error.body_text())),
        }
    }
}

/// The bytes of a body.
pub(super) struct ApiBytes(pub(super) Bytes);

impl<S: Send + Sync> FromRequest<S> for ApiBytes {
    type Rejection = ApiError;

    async fn from_request(request: Request, state: &S) -> Result<Self, ApiError> {
        Bytes::from_request(request, state).await.map(Self).map_err(|error| bytes_error(&error))
    }
}

/// The message about a body that is JSON and no object.
pub(super) const NO_OBJECT: &str = "the body is not a JSON object";

/// Whether JSON is an object. serde would also read a struct from a list of its values, which is always a mistake of the client.
pub(super) fn is_object(json: &[u8]) -> bool {
    json.trim_ascii_start().first() == Some(&b'{')
}

fn path_error(error: PathRejection) -> ApiError {
    ApiError::invalid(error.body_text())
}

fn bytes_error(error: &BytesRejection) -> ApiError {
    let kind = if error.status() == axum::http::StatusCode::PAYLOAD_TOO_LARGE { ApiErrorKind::TooLarge } else { ApiErrorKind::Invalid };
    ApiError::new(kind, error.body_text())
}
