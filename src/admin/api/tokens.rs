//! Tokens of the admin API, listed, created and revoked through it.
//!
//! Invariant: a secret is in the one response that creates it, and nowhere else.

use axum::extract::State;
use axum::http::StatusCode;
use axum::{Extension, Json};

use crate::admin::auth::Caller;
use crate::admin::error::{ApiError, Failures};
use crate::admin::extract::{ApiJson, ApiPath};
use crate::admin::state::AdminState;
use crate::admin::tokens::TokenError;
use crate::api::error::ApiErrorKind;
use crate::api::token::{CreatedToken, NewToken, TokenSummary};

/// The tokens of this host.
#[utoipa::path(get, path = "/tokens", operation_id = "list_tokens", tag = "host", responses((status = 200, body = Vec<TokenSummary>), Failures))]
pub(super) async fn list(State(state): State<AdminState>) -> Result<Json<Vec<TokenSummary>>, ApiError> {
    let tokens = state.tokens.list().map_err(failed)?;
    Ok(Json(tokens.iter().map(Into::into).collect()))
}

/// Creates a token. The first one closes the address to every client without one.
#[utoipa::path(post, path = "/tokens", operation_id = "add_token", tag = "host", request_body = NewToken, responses((status = 201, body = CreatedToken), Failures))]
pub(super) async fn add(
    State(state): State<AdminState>,
    Extension(caller): Extension<Caller>,
    ApiJson(body): ApiJson<NewToken>,
) -> Result<(StatusCode, Json<CreatedToken>), ApiError> {
    let secret = state.tokens.add(&body.name, body.scope).map_err(failed)?;
    tracing::info!(token = body.name, scope = %body.scope, by = caller.token, "token created");
    Ok((StatusCode::CREATED, Json(CreatedToken { name: body.name, scope: body.scope, secret })))
}

/// Revokes a token.
#[utoipa::path(delete, path = "/tokens/{token}", operation_id = "remove_token", tag = "host", params(("token" = String, Path, description = "Its name")),
    responses((status = 204, description = "Its secret is worth nothing any more"), Failures))]
pub(super) async fn remove(
    State(state): State<AdminState>,
    Extension(caller): Extension<Caller>,
    ApiPath(name): ApiPath<String>,
) -> Result<StatusCode, ApiError> {
    state.tokens.remove(&name).map_err(failed)?;
    tracing::info!(token = name, by = caller.token, "token removed");
    Ok(StatusCode::NO_CONTENT)
}

fn failed(error: TokenError) -> ApiError {
    let kind = match error {
        TokenError::Exists(_) | TokenError::TooMany => ApiErrorKind::Conflict,
        TokenError::Missing(_) => ApiErrorKind::NotFound,
        TokenError::Name(_) => ApiErrorKind::Invalid,
        TokenError::Broken(_) | TokenError::Store(_) | TokenError::Random(_) => ApiErrorKind::Failed,
    };
    ApiError::new(kind, error.to_string())
}
