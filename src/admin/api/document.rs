//! The head of the OpenAPI document: title, tags, and the way in which a token is sent.
//!
//! `routes` makes the document from it and the operations. Read by people, clients and `tests/api`.
//!
//! Invariant: nothing is in the document but what the operations, their types and their scopes say.

use utoipa::openapi::OpenApi as Document;
use utoipa::openapi::security::{Http, HttpAuthScheme, SecurityScheme};
use utoipa::{Modify, OpenApi};

use crate::api::error::ErrorBody;

/// The name of the way in which a token is sent.
pub(super) const BEARER: &str = "bearer";

/// The head of the document.
#[derive(OpenApi)]
#[openapi(
    info(title = "Skep", description = "Operates a Skep: functions, versions, releases, instances.", license(name = "MIT", identifier = "MIT")),
    tags(
        (name = "functions", description = "Functions, one by one"),
        (name = "releases", description = "How code becomes live"),
        (name = "metrics", description = "Figures of functions and of the host"),
        (name = "host", description = "The process and who may operate it"),
    ),
    // The type that `Failures` names is not collected by itself.
    components(schemas(ErrorBody)),
    modifiers(&Bearer),
)]
pub(super) struct DocumentHead;

struct Bearer;

impl Modify for Bearer {
    fn modify(&self, document: &mut Document) {
        let components = document.components.get_or_insert_with(Default::default);
        components.add_security_scheme(BEARER, SecurityScheme::Http(Http::new(HttpAuthScheme::Bearer)));
    }
}
