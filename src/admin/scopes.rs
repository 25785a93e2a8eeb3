//! How far a token must reach: the scope of every operation, and the layer that asks for it.
//!
//! `api::operations` enters each operation with the scope that stands beside its route; the layer runs behind `auth`, before anything that reads the
//! body. The `security` of the OpenAPI document is made from the same declaration.
//!
//! Invariant: no handler runs unless its operation has declared a scope and the caller has it. What needs more than `read` leaves a line in the
//! stream `audit`.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::Extension;
use axum::extract::{MatchedPath, Request, State};
use axum::http::Method;
use axum::middleware::Next;
use axum::response::Response;

use super::auth::Caller;
use super::error::ApiError;
use crate::api::error::ApiErrorKind;
use crate::api::token::Scope;
use crate::telemetry::AUDIT;

/// The scopes of all operations, by the path of their route and their method.
#[derive(Clone, Debug, Default)]
pub(super) struct Scopes(BTreeMap<String, Vec<(Method, Scope)>>);

impl Scopes {
    /// Enters an operation.
    pub(super) fn declare(&mut self, path: String, method: Method, scope: Scope) {
        self.0.entry(path).or_default().push((method, scope));
    }

    /// The scope that a request needs.
    ///
    /// # Errors
    /// If the route declares none, or has no operation of this method.
    pub(super) fn needed(&self, path: &str, method: &Method) -> Result<Scope, ApiError> {
        let Some(declared) = self.0.get(path) else {
            return Err(ApiError::new(
                ApiErrorKind::Forbidden,
                format!("the operation `{method} {path}` declares no scope: no token may use it"),
            ));
        };
        // A route that answers GET answers HEAD.
        let asked = if method == Method::HEAD { &Method::GET } else { method };
        let found = declared.iter().find(|(known, _)| known == asked).map(|(_, scope)| *scope);
        found.ok_or_else(|| {
            let allowed = declared.iter().map(|(known, _)| known.clone());
            ApiError::new(ApiErrorKind::MethodNotAllowed, format!("not with {method}, see `allow`")).allow(allowed)
        })
    }
}

/// The layer. It sees the route that `axum` has chosen, not the path as it was sent: no spelling of a path leads around it.
pub(super) async fn layer(
    State(scopes): State<Arc<Scopes>>,
    Extension(caller): Extension<Caller>,
    route: Option<MatchedPath>,
    request: Request,
    next: Next,
) -> Result<Response, ApiError> {
    let needed = scopes.needed(route.as_ref().map_or("", MatchedPath::as_str), request.method())?;
    let is_allowed = caller.scope >= needed;
    let refused = || {
        let reason = format!("the token's scope is `{}`, this operation needs `{needed}`", caller.scope);
        ApiError::new(ApiErrorKind::Forbidden, reason)
    };
    // What only shows something leaves no line.
    if needed <= Scope::Read {
        return if is_allowed { Ok(next.run(request).await) } else { Err(refused()) };
    }
    let (method, target) = (request.method().clone(), request.uri().path().to_owned());
    let result = if is_allowed { Ok(next.run(request).await) } else { Err(refused()) };
    audit(&caller, &method, route.as_ref().map_or("", MatchedPath::as_str), &target, &result);
    result
}

/// Writes down what an operator did, or tried to do: who, which operation, on what, and how it went. Neither query nor body is in it.
fn audit(caller: &Caller, method: &Method, route: &str, target: &str, result: &Result<Response, ApiError>) {
    let token = caller.token.as_deref().unwrap_or_default();
    let status = result.as_ref().map_or(403, |response| response.status().as_u16());
    tracing::info!(target: AUDIT, token, operation = format!("{method} {route}"), on = target, status, "operation");
}

#[cfg(test)]
mod tests {
    use axum::body::Body;
    use axum::routing::get;
    use axum::{Router, middleware};
    use hyper::service::Service as _;
    use hyper_util::service::TowerToHyperService;

    use super::*;

    /// Sends a request through the layer, as a caller of this scope; the status, and the header `allow`.
    async fn ask(scope: Scope, method: &str, path: &str) -> (u16, Option<String>) {
        let mut scopes = Scopes::default();
        scopes.declare("/thing/{name}".to_owned(), Method::GET, Scope::Read);
        scopes.declare("/thing/{name}".to_owned(), Method::PUT, Scope::Deploy);
        let thing = get(|| async { "read" }).put(|| async { "put" }).post(|| async { "declared nowhere" });
        let router = Router::new()
            .route("/thing/{name}", thing)
            .route("/undeclared", get(|| async { "declared nowhere" }))
            .layer(middleware::from_fn_with_state(Arc::new(scopes), layer))
            .layer(Extension(Caller { token: None, id: None, scope }));
        let request = Request::builder().method(method).uri(path).body(Body::empty()).unwrap();
        let response = TowerToHyperService::new(router).call(request).await.unwrap();
        let allow = response.headers().get("allow").map(|allow| allow.to_str().unwrap().to_owned());
        (response.status().as_u16(), allow)
    }

    #[tokio::test]
    async fn an_operation_that_declares_no_scope_is_refused_even_to_an_admin() {
        assert_eq!(ask(Scope::Admin, "GET", "/undeclared").await, (403, None));
        assert_eq!(
            ask(Scope::Admin, "POST", "/thing/a").await,
            (405, Some("GET, PUT, HEAD".to_owned())),
            "another method of its route is declared"
        );
        assert_eq!(ask(Scope::Admin, "DELETE", "/thing/a").await.0, 405);
    }

    #[tokio::test]
    async fn a_caller_needs_the_scope_that_the_operation_declares() {
        assert_eq!(ask(Scope::Read, "GET", "/thing/a").await.0, 200);
        assert_eq!(ask(Scope::Read, "HEAD", "/thing/a").await.0, 200);
        assert_eq!(ask(Scope::Read, "PUT", "/thing/a").await.0, 403);
        assert_eq!(ask(Scope::Metrics, "GET", "/thing/a").await.0, 403);
        assert_eq!(ask(Scope::Deploy, "PUT", "/thing/a").await.0, 200);
        assert_eq!(ask(Scope::Admin, "PUT", "/thing/%61").await.0, 200, "the route decides, whatever the path is spelt like");
    }
}
