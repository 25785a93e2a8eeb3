//! Tokens of the admin API, over the admin API.
//!
//! Invariant: a secret is in the one answer that makes it, and nowhere else.

use axum::Extension;
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::Admin;
use crate::admin::auth::Caller;
use crate::admin::error::{ApiError, ErrorKind, Failures};
use crate::admin::extract::{InBody, InPath};
use crate::admin::tokens::{Scope, TokenError};

/// A token without its secret.
#[derive(Serialize, ToSchema)]
#[schema(as = ListedToken)]
pub(super) struct Listed {
    name: String,
    scope: Scope,
    /// When it was made, in milliseconds since 1970.
    created_ms: u64,
}

/// A token to make.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewToken {
    /// Letters, digits, `.`, `_` and `-`.
    #[schema(min_length = 1, max_length = 64, pattern = "^[A-Za-z0-9._-]+$")]
    name: String,
    scope: Scope,
}

/// A token that was made.
#[derive(Serialize, ToSchema)]
pub(super) struct Made {
    name: String,
    scope: Scope,
    /// Shown once.
    secret: String,
}

/// The tokens of this host.
#[utoipa::path(get, path = "/tokens", operation_id = "list_tokens", tag = "host", responses((status = 200, body = Vec<Listed>), Failures))]
pub(super) async fn list(State(admin): State<Admin>) -> Result<Json<Vec<Listed>>, ApiError> {
    let tokens = admin.door.tokens().list().map_err(refused)?;
    let listed = tokens.iter().map(|token| Listed { name: token.name.clone(), scope: token.scope, created_ms: token.created_ms });
    Ok(Json(listed.collect()))
}

/// Makes a token. The first one closes the address to everybody who has none.
#[utoipa::path(post, path = "/tokens", operation_id = "add_token", tag = "host", request_body = NewToken, responses((status = 201, body = Made), Failures))]
pub(super) async fn add(
    State(admin): State<Admin>,
    Extension(caller): Extension<Caller>,
    InBody(body): InBody<NewToken>,
) -> Result<(StatusCode, Json<Made>), ApiError> {
    let secret = admin.door.tokens().add(&body.name, body.scope).map_err(refused)?;
    tracing::info!(token = body.name, scope = %body.scope, by = caller.token, "token made");
    Ok((StatusCode::CREATED, Json(Made { name: body.name, scope: body.scope, secret })))
}

/// Takes a token back.
#[utoipa::path(delete, path = "/tokens/{token}", operation_id = "remove_token", tag = "host", params(("token" = String, Path, description = "Its name")),
    responses((status = 204, description = "It is worth nothing any more"), Failures))]
pub(super) async fn remove(
    State(admin): State<Admin>,
    Extension(caller): Extension<Caller>,
    InPath(name): InPath<String>,
) -> Result<StatusCode, ApiError> {
    admin.door.tokens().remove(&name).map_err(refused)?;
    tracing::info!(token = name, by = caller.token, "token removed");
    Ok(StatusCode::NO_CONTENT)
}

fn refused(error: TokenError) -> ApiError {
    let kind = match error {
        TokenError::Exists(_) | TokenError::TooMany => ErrorKind::Conflict,
        TokenError::Missing(_) => ErrorKind::NotFound,
        TokenError::Name(_) => ErrorKind::Invalid,
        TokenError::Broken(_) | TokenError::Store(_) | TokenError::Random(_) => ErrorKind::Failed,
    };
    ApiError::new(kind, error.to_string())
}
