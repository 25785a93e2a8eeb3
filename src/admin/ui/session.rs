//! `/ui/session`: who is signed in, signing in by a token, signing out.
//!
//! Invariant: the token of a request is in no answer and no log; the answer to it is a cookie that scripts cannot read.

use std::sync::Arc;
use std::time::Instant;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::{CACHE_CONTROL, SET_COOKIE};
use axum::http::request::Parts;
use axum::response::{IntoResponse as _, Response};
use serde::{Deserialize, Serialize};

use crate::admin::auth::{Authenticator, Caller};
use crate::admin::error::ApiError;
use crate::admin::extract::ApiJson;
use crate::api::token::Scope;

/// Signing in.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SignIn {
    /// The secret of a token.
    token: String,
}

/// Who is signed in.
#[derive(Serialize)]
struct SignedIn {
    /// The name of the token; null as long as none exists.
    token: Option<String>,
    /// How far it reaches.
    scope: Scope,
}

impl From<Caller> for SignedIn {
    fn from(caller: Caller) -> Self {
        Self { token: caller.token, scope: caller.scope }
    }
}

/// Who is signed in.
pub(super) async fn show(State(authenticator): State<Arc<Authenticator>>, parts: Parts) -> Result<Response, ApiError> {
    let caller = authenticator.caller(&parts, Instant::now())?;
    Ok(([(CACHE_CONTROL, "no-store")], Json(SignedIn::from(caller))).into_response())
}

/// Begins a session.
pub(super) async fn begin(
    State(authenticator): State<Arc<Authenticator>>,
    parts: Parts,
    ApiJson(body): ApiJson<SignIn>,
) -> Result<Response, ApiError> {
    let (caller, cookie) = authenticator.sign_in(&parts, body.token.trim(), Instant::now())?;
    tracing::info!(token = caller.token.as_deref(), "somebody signed in to the dashboard");
    Ok(([(SET_COOKIE, cookie.as_str()), (CACHE_CONTROL, "no-store")], Json(SignedIn::from(caller))).into_response())
}

/// Ends the session.
pub(super) async fn end(State(authenticator): State<Arc<Authenticator>>, parts: Parts) -> Result<Response, ApiError> {
    let cookie = authenticator.sign_out(&parts)?;
    Ok((StatusCode::NO_CONTENT, [(SET_COOKIE, cookie.as_str()), (CACHE_CONTROL, "no-store")]).into_response())
}
