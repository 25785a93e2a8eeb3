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
    scopes: Scopes,
}

impl Operations {
    /// Adds operations that need this scope.
    pub(super) fn with(mut self, scope: Scope, (schemas, mut paths, handlers): UtoipaMethodRouter<AdminState>) -> Self {
        for (path, item) in &mut paths.paths {
            for (method, operation) in by_method(item) {
                operation.security = Some(vec![SecurityRequirement::new(BEARER, [scope.to_string()])]);
                self.scopes.declare(format!("{BASE_PATH}{path}"), method, scope);
            }
        }
        self.router = self.router.routes((schemas, paths, handlers));
        self
    }

    /// The router, the document with `head`, and the scopes.
    pub(super) fn into_parts(self, head: Document) -> (Router<AdminState>, Document, Scopes) {
        let (router, document) = OpenApiRouter::with_openapi(head).nest(BASE_PATH, self.router).split_for_parts();
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
