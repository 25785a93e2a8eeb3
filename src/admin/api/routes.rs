//! Every operation of `/api/v1` with the scope that it needs; the router and the document are made from this list.
//!
//! `server` takes the router, [`document`] and the operation that shows it take the document.
//!
//! Invariant: an operation stands here once, beside its scope.

use std::sync::Arc;

use axum::extract::DefaultBodyLimit;
use axum::{Extension, Json, Router, middleware};
use utoipa::OpenApi as _;
use utoipa::openapi::OpenApi as Document;
use utoipa_axum::routes;

use super::document::DocumentHead;
use super::operations::{Operations, allow_without_token};
use super::{changes, cron, deploy, functions, host, instances, invoke, logs, releases, tokens, traces, variables};
use crate::admin::auth::{self, Authenticator, Caller};
use crate::admin::error::{ApiError, Failures};
use crate::admin::extract::BODY_BYTES_MAX;
use crate::admin::followers::Followers;
use crate::admin::idempotency::{self, Answers};
use crate::admin::metrics::{MetricsService, read, scrape, targets};
use crate::admin::scopes;
use crate::admin::state::AdminState;
use crate::admin::upload_bytes::{self, UploadBytes};
use crate::api::token::Scope;

fn operations() -> Operations {
    use Scope::{Admin, Deploy, Metrics, Read};
    Operations::default()
        .with(Read, routes!(functions::list))
        .with(Read, routes!(functions::show))
        .with(Deploy, routes!(deploy::deploy_one))
        .with(Deploy, routes!(changes::remove))
        .with(Read, routes!(functions::versions))
        .with(Deploy, routes!(changes::rollback))
        .with(Deploy, routes!(changes::canary))
        .with(Deploy, routes!(changes::drop_canary))
        .with(Deploy, routes!(changes::promote))
        .with(Deploy, routes!(instances::scale))
        .with(Read, routes!(instances::list))
        .with(Deploy, routes!(instances::recycle))
        .with(Read, routes!(variables::show))
        .with(Deploy, routes!(variables::configure))
        .with(Deploy, routes!(invoke::invoke))
        .with(Read, routes!(cron::list))
        .with(Read, routes!(traces::list))
        .with(Read, routes!(traces::show))
        .with(Read, routes!(traces::faults))
        .with(Deploy, routes!(cron::run))
        .with(Deploy, routes!(cron::pause))
        .with(Deploy, routes!(cron::resume))
        .with(Read, routes!(releases::list))
        .with(Deploy, routes!(deploy::deploy_group))
        .with(Read, routes!(releases::show))
        .with(Deploy, routes!(releases::cancel))
        .with(Read, routes!(releases::events))
        .with(Read, routes!(read::overview))
        .with(Read, routes!(read::history))
        .with(Metrics, routes!(targets::list))
        .at_root(Metrics, routes!(scrape::all))
        .at_root(Metrics, routes!(scrape::one))
        .with(Read, routes!(host::show))
        .with(Admin, routes!(host::upgrade))
        .with(Read, routes!(host::verify))
        .with(Read, routes!(logs::show))
        .with(Read, routes!(logs::level))
        .with(Admin, routes!(logs::set_level))
        .with(Admin, routes!(tokens::list))
        .with(Admin, routes!(tokens::add))
        .with(Admin, routes!(tokens::remove))
        .with(Read, routes!(show_document))
}

/// The router of `/api/v1`. A request passes `auth`, `scopes`, `upload_bytes`, `idempotency` and then its handler.
pub(in crate::admin) fn router(state: AdminState, authenticator: Arc<Authenticator>, metrics: Arc<MetricsService>) -> Router {
    let (router, _, scopes) = operations().into_parts(Document::default());
    router
        .layer(DefaultBodyLimit::max(BODY_BYTES_MAX))
        .layer(Extension(Followers::default()))
        .layer(Extension(metrics))
        .layer(middleware::from_fn_with_state(Arc::new(Answers::default()), idempotency::layer))
        .layer(middleware::from_fn_with_state(Arc::new(UploadBytes::default()), upload_bytes::layer))
        .layer(middleware::from_fn_with_state(Arc::new(scopes), scopes::layer))
        .layer(middleware::from_fn_with_state(authenticator, auth::layer))
        .with_state(state)
}

/// The OpenAPI document. Each operation names the scope that its token needs, or no token at all: as long as none exists, none is needed.
pub fn document() -> Document {
    let mut document = closed_document();
    allow_without_token(&mut document);
    document
}

/// The document of a host with tokens.
fn closed_document() -> Document {
    let (_, document, _) = operations().into_parts(DocumentHead::openapi());
    document
}

/// The OpenAPI document.
#[utoipa::path(get, path = "/openapi.json", operation_id = "show_document", tag = "host", responses((status = 200, body = Object), Failures))]
async fn show_document(Extension(caller): Extension<Caller>) -> Result<Json<Document>, ApiError> {
    Ok(Json(if caller.token.is_some() { closed_document() } else { document() }))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use serde_json::Value;

    use super::*;

    fn written() -> Value {
        serde_json::to_value(document()).unwrap()
    }

    fn described(document: &Value) -> Vec<&Value> {
        document["paths"].as_object().unwrap().values().flat_map(|path| path.as_object().unwrap().values()).collect()
    }

    fn references<'a>(value: &'a Value, found: &mut BTreeSet<&'a str>) {
        match value {
            Value::Object(members) => {
                found.extend(members.get("$ref").and_then(Value::as_str));
                members.values().for_each(|member| references(member, found));
            }
            Value::Array(members) => members.iter().for_each(|member| references(member, found)),
            _ => {}
        }
    }

    #[test]
    fn the_document_has_every_operation_of_the_router_under_an_id_of_its_own() {
        let document = written();
        assert!(document["openapi"].as_str().unwrap().starts_with("3.1."), "{}", document["openapi"]);
        let at_root = |path: &&String| !path.starts_with("/api/v1/");
        let found: Vec<_> = document["paths"].as_object().unwrap().keys().filter(at_root).collect();
        assert_eq!(found, ["/metrics", "/metrics/functions/{name}"]);
        let (source, _) = include_str!("routes.rs").split_once("#[cfg(test)]").unwrap();
        assert!(!source.contains(".route("), "a route that the document cannot know of");
        let routed = source.split("routes!(").skip(1).count();
        let ids: BTreeSet<&str> = described(&document).into_iter().map(|operation| operation["operationId"].as_str().unwrap()).collect();
        assert_eq!((described(&document).len(), ids.len()), (routed, routed), "{ids:?}");
    }

    #[test]
    fn every_operation_says_how_it_fails() {
        let document = written();
        for operation in described(&document) {
            let id = &operation["operationId"];
            for status in ["400", "401", "403", "404", "409", "413", "415", "429", "503", "507"] {
                let schema = &operation["responses"][status]["content"]["application/json"]["schema"]["$ref"];
                assert_eq!(schema, "#/components/schemas/ErrorBody", "{id}: {status}");
            }
        }
    }

    #[test]
    fn the_document_names_the_scope_that_the_router_asks_for() {
        let (_, _, scopes) = operations().into_parts(Document::default());
        let document = written();
        let mut count = 0;
        for (path, methods) in document["paths"].as_object().unwrap() {
            for (method, operation) in methods.as_object().unwrap() {
                let method = method.to_uppercase().parse().unwrap();
                let declared = scopes.needed(path, &method).unwrap_or_else(|error| panic!("{method} {path}: {error:?}"));
                assert_eq!(operation["security"], serde_json::json!([{}, { "bearer": [declared] }]), "{method} {path}");
                count += 1;
            }
        }
        assert_eq!(count, described(&document).len());
        let closed = serde_json::to_value(closed_document()).unwrap();
        assert!(
            described(&closed).iter().all(|operation| operation["security"].as_array().unwrap().len() == 1),
            "with tokens one is needed"
        );
    }

    #[test]
    fn reading_needs_the_smallest_scope_and_the_host_itself_the_largest() {
        let (_, _, scopes) = operations().into_parts(Document::default());
        let needed = |method: &str, path: &str| scopes.needed(path, &method.parse().unwrap()).unwrap();
        assert_eq!(needed("GET", "/metrics"), Scope::Metrics);
        assert_eq!(needed("GET", "/api/v1/history"), Scope::Read);
        assert_eq!(needed("GET", "/api/v1/functions"), Scope::Read);
        assert_eq!(needed("PUT", "/api/v1/functions/{name}"), Scope::Deploy);
        assert_eq!(needed("GET", "/api/v1/log-level"), Scope::Read);
        assert_eq!(needed("PUT", "/api/v1/log-level"), Scope::Admin);
        assert_eq!(needed("GET", "/api/v1/tokens"), Scope::Admin);
        assert_eq!(needed("POST", "/api/v1/upgrade"), Scope::Admin);
    }

    #[test]
    fn nothing_that_the_document_refers_to_is_missing() {
        let document = written();
        let mut found = BTreeSet::new();
        references(&document, &mut found);
        let missing = found.into_iter().filter(|reference| document.pointer(reference.trim_start_matches('#')).is_none());
        assert_eq!(missing.collect::<Vec<_>>(), Vec::<&str>::new());
    }
}
