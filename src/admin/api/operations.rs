//! A list of operations, each with the scope that it needs: from it come the router, the OpenAPI document and the scopes that are asked for.
//!
//! Invariant: the document and `scopes` say the same of an operation, because both come from one declaration; without a declaration there is no
//! way into the list.

use axum::Router;
use axum::http::Method;
use utoipa::openapi::OpenApi as Document;
use utoipa::openapi::path::{Operation, PathItem};
use utoipa::openapi::security::SecurityRequirement;
use utoipa_axum::router::{OpenApiRouter, UtoipaMethodRouter};

use super::document::BEARER;
use crate::admin::scopes::Scopes;
use crate::admin::state::AdminState;
use crate::api::BASE_PATH;
use crate::api::token::Scope;

/// Operations, their document and their scopes.
#[derive(Default)]
pub(super) struct Operations {
    router: OpenApiRouter<AdminState>,
    /// Those that other programs expect at the root.
    at_root: OpenApiRouter<AdminState>,
    scopes: Scopes,
}

impl Operations {
    /// Adds operations that need this scope.
    pub(super) fn with(mut self, scope: Scope, mut routes: UtoipaMethodRouter<AdminState>) -> Self {
        self.declare(scope, BASE_PATH, &mut routes);
        self.router = self.router.routes(routes);
        self
    }

    /// Adds operations that need this scope, and are not below [`BASE_PATH`]: other programs expect them at the root.
    pub(super) fn at_root(mut self, scope: Scope, mut routes: UtoipaMethodRouter<AdminState>) -> Self {
        self.declare(scope, "", &mut routes);
        self.at_root = self.at_root.routes(routes);
        self
    }

    fn declare(&mut self, scope: Scope, base: &str, (_, paths, _): &mut UtoipaMethodRouter<AdminState>) {
        for (path, item) in &mut paths.paths {
            for (method, operation) in by_method(item) {
                operation.security = Some(vec![SecurityRequirement::new(BEARER, [scope.to_string()])]);
                self.scopes.declare(format!("{base}{path}"), method, scope);
            }
        }
    }

    /// The router, the document with `head`, and the scopes.
    pub(super) fn into_parts(self, head: Document) -> (Router<AdminState>, Document, Scopes) {
        let (router, document) = OpenApiRouter::with_openapi(head).nest(BASE_PATH, self.router).merge(self.at_root).split_for_parts();
        (router, document, self.scopes)
    }
}

/// Says at every operation that it may also be asked without a token.
pub(super) fn allow_without_token(document: &mut Document) {
    for (_, operation) in document.paths.paths.values_mut().flat_map(by_method) {
        operation.security.get_or_insert_default().insert(0, SecurityRequirement::default());
    }
}

/// The operations of a path.
fn by_method(item: &mut PathItem) -> impl Iterator<Item = (Method, &mut Operation)> {
    let operations = [
        (Method::GET, &mut item.get),
        (Method::PUT, &mut item.put),
        (Method::POST, &mut item.post),
        (Method::PATCH, &mut item.patch),
        (Method::DELETE, &mut item.delete),
    ];
    operations.into_iter().filter_map(|(method, operation)| Some((method, operation.as_mut()?)))
}
