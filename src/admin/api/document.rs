//! The OpenAPI document: what the API says of itself.
//!
//! Made from what stands at each operation; the scope of its token comes from the door (`auth`). Read by people, clients and `tests/api`.
//!
//! Invariant: nothing is in the document but what the operations, their types and the door say.

use axum::http::Method;
use axum::{Extension, Json};
use utoipa::openapi::OpenApi as Document;
use utoipa::openapi::path::PathItem;
use utoipa::openapi::security::{Http, HttpAuthScheme, SecurityRequirement, SecurityScheme};
use utoipa::{Modify, OpenApi};
use utoipa_axum::router::OpenApiRouter;

use super::{BELOW, operations};
use crate::admin::auth::{self, Caller};
use crate::admin::error::{ApiError, ErrorBody, Failures};

/// The name of the way in which a token is shown.
const BEARER: &str = "bearer";

/// The head of the document.
#[derive(OpenApi)]
#[openapi(
    info(title = "Skep", description = "Operates a Skep: functions, versions, releases, instances.", license(name = "MIT", identifier = "MIT")),
    tags(
        (name = "functions", description = "Functions, one by one"),
        (name = "releases", description = "How code becomes live"),
        (name = "host", description = "The process and who may operate it"),
    ),
    // What `Failures` names is not collected by itself.
    components(schemas(ErrorBody)),
    modifiers(&Bearer),
)]
struct Head;

struct Bearer;

impl Modify for Bearer {
    fn modify(&self, document: &mut Document) {
        let components = document.components.get_or_insert_with(Default::default);
        components.add_security_scheme(BEARER, SecurityScheme::Http(Http::new(HttpAuthScheme::Bearer)));
    }
}

/// The OpenAPI document. Each operation names the scope that its token needs, or nothing at all: what holds while there are no tokens.
pub fn document() -> Document {
    made(false)
}

fn made(has_tokens: bool) -> Document {
    let (_, mut document) = OpenApiRouter::with_openapi(Head::openapi()).nest(BELOW, operations()).split_for_parts();
    for (path, item) in &mut document.paths.paths {
        secure(path, item, has_tokens);
    }
    document
}

/// Says at each operation of a path what its token must be.
fn secure(path: &str, item: &mut PathItem, has_tokens: bool) {
    let operations = [
        (Method::GET, &mut item.get),
        (Method::PUT, &mut item.put),
        (Method::POST, &mut item.post),
        (Method::PATCH, &mut item.patch),
        (Method::DELETE, &mut item.delete),
    ];
    for (method, operation) in operations.into_iter().filter_map(|(method, operation)| Some((method, operation.as_mut()?))) {
        let bearer = SecurityRequirement::new(BEARER, [auth::needed(&method, path).to_string()]);
        let nothing = (!has_tokens).then(SecurityRequirement::default);
        operation.security = Some(nothing.into_iter().chain([bearer]).collect());
    }
}

/// The OpenAPI document.
#[utoipa::path(get, path = "/openapi.json", operation_id = "show_document", tag = "host", responses((status = 200, body = Object), Failures))]
pub(super) async fn show(Extension(caller): Extension<Caller>) -> Result<Json<Document>, ApiError> {
    Ok(Json(made(caller.token.is_some())))
}
