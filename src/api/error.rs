//! Why a request of the admin API was not carried out.
//!
//! `admin` writes an [`ErrorBody`] as every response that is no success; `client` decides by its kind and shows its message.
//!
//! Invariant: a program decides by the kind and never by the message, which is for people and may change.

use std::fmt;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The ways in which a request of the admin API fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ApiErrorKind {
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
    /// The present state does not allow it.
    Conflict,
    /// The first request with this idempotency key is still being carried out.
    InProgress,
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
    /// A kind that a newer Skep has and this one does not know. It is read and never written.
    #[serde(other, skip_serializing)]
    Unknown,
}

impl ApiErrorKind {
    /// Every kind that is written.
    pub const ALL: [Self; 12] = [
        Self::Invalid,
        Self::Unauthorized,
        Self::Forbidden,
        Self::NotFound,
        Self::MethodNotAllowed,
        Self::Conflict,
        Self::InProgress,
        Self::TooLarge,
        Self::UnsupportedMediaType,
        Self::Busy,
        Self::Unavailable,
        Self::Failed,
    ];

    /// Its name in responses.
    pub fn label(self) -> &'static str {
        match self {
            Self::Invalid => "invalid",
            Self::Unauthorized => "unauthorized",
            Self::Forbidden => "forbidden",
            Self::NotFound => "not_found",
            Self::MethodNotAllowed => "method_not_allowed",
            Self::Conflict => "conflict",
            Self::InProgress => "in_progress",
            Self::TooLarge => "too_large",
            Self::UnsupportedMediaType => "unsupported_media_type",
            Self::Busy => "busy",
            Self::Unavailable => "unavailable",
            Self::Failed => "failed",
            Self::Unknown => "unknown",
        }
    }
}

impl fmt::Display for ApiErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.label())
    }
}

/// The body of a response that is no success.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ErrorBody {
    /// The error.
    pub error: ErrorDetail,
}

/// The error in a response.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ErrorDetail {
    /// Which of the closed list.
    pub kind: ApiErrorKind,
    /// The reason, in one line.
    pub message: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_kind_has_one_name_and_a_newer_one_is_read_as_unknown() {
        for kind in ApiErrorKind::ALL {
            let json = serde_json::to_string(&kind).unwrap();
            assert_eq!(json, format!("\"{kind}\""));
            assert_eq!(serde_json::from_str::<ApiErrorKind>(&json).unwrap(), kind);
        }
        let newer: ErrorBody = serde_json::from_str(r#"{"error":{"kind":"teapot","message":"no coffee"}}"#).unwrap();
        assert_eq!(newer.error, ErrorDetail { kind: ApiErrorKind::Unknown, message: "no coffee".to_owned() });
    }
}
