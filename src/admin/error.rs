//! What the admin API answers when it does not do what was asked.
//!
//! Made by the handlers and extractors of this folder; becomes a JSON answer here.
//!
//! Invariant: every answer that is no success has this shape and one of these kinds.

use axum::Json;
use axum::http::StatusCode;
use axum::http::header::{self, HeaderValue};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use utoipa::{IntoResponses, ToSchema};

use crate::release::deploy::order::Refused;

/// The ways in which a request of the admin API fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum ErrorKind {
    /// The request makes no sense.
    Invalid,
    /// There is no token, or no valid one.
    Unauthorized,
    /// The token does not reach so far, or the request comes from a web page.
    Forbidden,
    /// There is no such thing.
    NotFound,
    /// Not with this method.
    MethodNotAllowed,
    /// What is there now does not allow it.
    Conflict,
    /// The body is larger than allowed.
    TooLarge,
    /// The body is of a type that is not taken here.
    UnsupportedMediaType,
    /// Too many failures, or too much at a time.
    Busy,
    /// Not this host, or not now.
    Unavailable,
    /// The disk or the system failed.
    Failed,
}

impl ErrorKind {
    fn status(self) -> StatusCode {
        match self {
            Self::Invalid => StatusCode::BAD_REQUEST,
            Self::Unauthorized => StatusCode::UNAUTHORIZED,
            Self::Forbidden => StatusCode::FORBIDDEN,
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::MethodNotAllowed => StatusCode::METHOD_NOT_ALLOWED,
            Self::Conflict => StatusCode::CONFLICT,
            Self::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::UnsupportedMediaType => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::Busy => StatusCode::TOO_MANY_REQUESTS,
            Self::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
            Self::Failed => StatusCode::INSUFFICIENT_STORAGE,
        }
    }
}

/// The body of an answer that is no success.
#[derive(Serialize, ToSchema)]
pub(super) struct ErrorBody {
    error: ErrorDetail,
}

#[derive(Serialize, ToSchema)]
struct ErrorDetail {
    /// Which of the closed list.
    kind: ErrorKind,
    /// What is wrong, in one line.
    message: String,
}

/// A request that was not carried out.
#[derive(Clone, Debug)]
pub(super) struct ApiError {
    kind: ErrorKind,
    message: String,
    retry_after_s: Option<u64>,
}

impl ApiError {
    pub(super) fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        Self { kind, message: message.into(), retry_after_s: None }
    }

    pub(super) fn invalid(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Invalid, message)
    }

    pub(super) fn not_found(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::NotFound, message)
    }

    pub(super) fn retry_after(mut self, seconds: u64) -> Self {
        self.retry_after_s = Some(seconds);
        self
    }
}

impl From<Refused> for ApiError {
    fn from(refused: Refused) -> Self {
        let message = refused.to_string();
        match refused {
            Refused::Unavailable(_) => Self::new(ErrorKind::Unavailable, message),
            Refused::Closed => Self::new(ErrorKind::Unavailable, message).retry_after(1),
            Refused::Conflict(_) => Self::new(ErrorKind::Conflict, message),
            Refused::NotFound(_) => Self::new(ErrorKind::NotFound, message),
            Refused::Invalid(_) => Self::new(ErrorKind::Invalid, message),
            Refused::Busy(_) => Self::new(ErrorKind::Busy, message).retry_after(1),
            Refused::Failed(_) => Self::new(ErrorKind::Failed, message),
        }
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let body = ErrorBody { error: ErrorDetail { kind: self.kind, message: self.message } };
        let mut response = (self.kind.status(), Json(body)).into_response();
        if let Some(seconds) = self.retry_after_s {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        if self.kind == ErrorKind::Unauthorized {
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
    /// What is there now does not allow it.
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
