//! Errors of the admin API: the response to a request that is not carried out.
//!
//! Made by the handlers and extractors of this folder; becomes a JSON response here.
//!
//! Invariant: every response that is no success has this shape and one kind of a closed list, and each kind has one HTTP status.

use axum::Json;
use axum::http::header::{self, HeaderValue};
use axum::http::{Method, StatusCode};
use axum::response::{IntoResponse, Response};
use utoipa::IntoResponses;

use crate::api::error::{ApiErrorKind, ErrorBody, ErrorDetail};
use crate::release::deploy::order::SubmitError;

/// The HTTP status of a kind.
fn status(kind: ApiErrorKind) -> StatusCode {
    match kind {
        ApiErrorKind::Invalid => StatusCode::BAD_REQUEST,
        ApiErrorKind::Unauthorized => StatusCode::UNAUTHORIZED,
        ApiErrorKind::Forbidden => StatusCode::FORBIDDEN,
        ApiErrorKind::NotFound => StatusCode::NOT_FOUND,
        ApiErrorKind::MethodNotAllowed => StatusCode::METHOD_NOT_ALLOWED,
        ApiErrorKind::Conflict | ApiErrorKind::InProgress => StatusCode::CONFLICT,
        ApiErrorKind::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
        ApiErrorKind::UnsupportedMediaType => StatusCode::UNSUPPORTED_MEDIA_TYPE,
        ApiErrorKind::Busy => StatusCode::TOO_MANY_REQUESTS,
        ApiErrorKind::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
        // A client reads `unknown`; no server writes it.
        ApiErrorKind::Failed | ApiErrorKind::Unknown => StatusCode::INSUFFICIENT_STORAGE,
    }
}

/// A request that was not carried out.
#[derive(Clone, Debug)]
pub(super) struct ApiError {
    kind: ApiErrorKind,
    message: String,
    retry_after_s: Option<u64>,
    allow: Option<String>,
}

impl ApiError {
    pub(super) fn new(kind: ApiErrorKind, message: impl Into<String>) -> Self {
        Self { kind, message: message.into(), retry_after_s: None, allow: None }
    }

    #[cfg(test)]
    pub(super) fn kind(&self) -> ApiErrorKind {
        self.kind
    }

    pub(super) fn invalid(message: impl Into<String>) -> Self {
        Self::new(ApiErrorKind::Invalid, message)
    }

    pub(super) fn not_found(message: impl Into<String>) -> Self {
        Self::new(ApiErrorKind::NotFound, message)
    }

    pub(super) fn retry_after(mut self, seconds: u64) -> Self {
        self.retry_after_s = Some(seconds);
        self
    }

    /// The methods that the route has. A route that answers GET answers HEAD.
    pub(super) fn allow(mut self, methods: impl Iterator<Item = Method>) -> Self {
        let mut allowed: Vec<Method> = methods.collect();
        if allowed.contains(&Method::GET) {
            allowed.push(Method::HEAD);
        }
        self.allow = Some(allowed.iter().map(Method::as_str).collect::<Vec<_>>().join(", "));
        self
    }
}

impl From<SubmitError> for ApiError {
    fn from(error: SubmitError) -> Self {
        let message = error.to_string();
        match error {
            SubmitError::Unavailable(_) => Self::new(ApiErrorKind::Unavailable, message),
            SubmitError::Closed => Self::new(ApiErrorKind::Unavailable, message).retry_after(1),
            SubmitError::Conflict(_) => Self::new(ApiErrorKind::Conflict, message),
            SubmitError::NotFound(_) => Self::new(ApiErrorKind::NotFound, message),
            SubmitError::Invalid(_) => Self::new(ApiErrorKind::Invalid, message),
            SubmitError::Busy(_) => Self::new(ApiErrorKind::Busy, message).retry_after(1),
            SubmitError::Failed(_) => Self::new(ApiErrorKind::Failed, message),
        }
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let body = ErrorBody { error: ErrorDetail { kind: self.kind, message: self.message } };
        let mut response = (status(self.kind), Json(body)).into_response();
        if let Some(seconds) = self.retry_after_s {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        if let Some(Ok(allow)) = self.allow.map(HeaderValue::try_from) {
            response.headers_mut().insert(header::ALLOW, allow);
        }
        if self.kind == ApiErrorKind::Busy {
            // A client that has to wait must not hold a place of this address meanwhile.
            response.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
        }
        if self.kind == ApiErrorKind::Unauthorized {
            response.headers_mut().insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        response
    }
}

/// The failures that any operation may answer with, for the document.
#[derive(IntoResponses)]
#[allow(dead_code, reason = "only the document names its variants")]
pub(super) enum Failures {
    /// The request makes no sense.
    #[response(status = 400)]
    Invalid(ErrorBody),
    /// No token, or no valid one.
    #[response(status = 401, headers(("www-authenticate" = String, description = "`Bearer`")))]
    Unauthorized(ErrorBody),
    /// The token's scope is too small, or a web page asks.
    #[response(status = 403)]
    Forbidden(ErrorBody),
    /// There is no such thing.
    #[response(status = 404)]
    NotFound(ErrorBody),
    /// The present state does not allow it.
    #[response(status = 409)]
    Conflict(ErrorBody),
    /// The body is too large.
    #[response(status = 413)]
    TooLarge(ErrorBody),
    /// The body's type is not taken here.
    #[response(status = 415)]
    UnsupportedMediaType(ErrorBody),
    /// Too many failures, or too much at a time.
    #[response(status = 429, headers(("retry-after" = u64, description = "Seconds to wait")))]
    Busy(ErrorBody),
    /// Not this host, or not now.
    #[response(status = 503)]
    Unavailable(ErrorBody),
    /// The state could not be written.
    #[response(status = 507)]
    Failed(ErrorBody),
}
