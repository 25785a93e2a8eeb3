//! What is where below `/ui/`, and where `/` leads.
//!
//! Invariant: each address of the page answers with the page, so that every view can be opened by its address; a file that does not exist is not
//! found.

use std::sync::Arc;

use axum::extract::{DefaultBodyLimit, Path, State};
use axum::http::header::{ACCEPT, HeaderMap, LOCATION};
use axum::http::{Method, StatusCode};
use axum::response::{IntoResponse as _, Response};
use axum::routing::{any, get};
use axum::{Router, middleware};

use super::assets::Assets;
use super::{headers, session};
use crate::admin::auth::{Authenticator, SESSION_PATH};
use crate::admin::error::ApiError;
use crate::api::error::ApiErrorKind;

/// The page.
const PAGE: &str = "/ui/";

/// Largest body below `/ui/`: a token.
const BODY_BYTES_MAX: usize = 4096;

/// The router of the dashboard.
pub(in crate::admin) fn router(authenticator: Arc<Authenticator>) -> Router {
    let session = get(session::show).post(session::begin).delete(session::end);
    let pages = Router::new().route("/ui/", get(page)).route("/ui/{*path}", get(file)).with_state(Arc::new(Assets::default()));
    Router::new()
        .route(SESSION_PATH, session)
        .with_state(authenticator)
        .merge(pages)
        .route("/ui", get(to_page))
        .method_not_allowed_fallback(not_with_this_method)
        .route("/", any(front))
        .layer(DefaultBodyLimit::max(BODY_BYTES_MAX))
        .layer(middleware::map_response(headers::secure))
}

/// A browser is led to the page. Whatever else asks hears what it always heard.
async fn front(method: Method, request: HeaderMap) -> Response {
    let wants_page = request.get(ACCEPT).and_then(|accept| accept.to_str().ok()).is_some_and(|accept| accept.contains("text/html"));
    if method.is_safe() && wants_page { to_page().await } else { nothing_here() }
}

async fn to_page() -> Response {
    (StatusCode::TEMPORARY_REDIRECT, [(LOCATION, PAGE)]).into_response()
}

async fn page(State(assets): State<Arc<Assets>>, request: HeaderMap) -> Response {
    assets.page(&request)
}

async fn file(State(assets): State<Arc<Assets>>, Path(path): Path<String>, request: HeaderMap) -> Response {
    // The names of files have a dot, and those of views have none.
    let is_view = !path.contains('.');
    assets.file(&path, &request).unwrap_or_else(|| if is_view { assets.page(&request) } else { nothing_here() })
}

fn nothing_here() -> Response {
    ApiError::not_found("there is nothing here; /api/v1/openapi.json lists the operations, and /ui/ is the dashboard").into_response()
}

async fn not_with_this_method(method: Method) -> ApiError {
    ApiError::new(ApiErrorKind::MethodNotAllowed, format!("not with {method}, see `allow`"))
}
