//! The operations of `/api/v1`, and the OpenAPI document that is made from them.
//!
//! Every operation stands here once: with its route, its types and its failures the document is made, and the router with it.
//!
//! Invariant: what the router answers is in the document, and nothing else.

mod document;
mod functions;
mod host;
mod invoke;
mod logs;
mod releases;
mod scale;
mod tokens;
mod upload;
mod variables;

use std::sync::Arc;

use axum::extract::DefaultBodyLimit;
use axum::{Router, middleware};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::auth::{self, Doorkeeper};
use super::error::{ApiError, ErrorKind};
use super::idempotency::{self, Answers};
use crate::function::FunctionName;
use crate::invoke::Invoker;
use crate::live::{Endpoint, Live};
use crate::process::engine::{Control, Standing};
use crate::release::Deployments;
use crate::runtime::fleet::Fleet;
use crate::shutdown::Drained;

pub use document::document;
pub(super) use upload::UPLOAD_BYTES_MAX;

/// Where the operations are.
const BELOW: &str = "/api/v1";

/// What the operations share.
#[derive(Clone)]
pub struct Admin {
    /// The table.
    pub live: Arc<Live>,
    /// Calls the functions of the table.
    pub invoker: Arc<Invoker>,
    /// Instances and blank isolates.
    pub fleet: Arc<Fleet>,
    /// What was deployed; none in dev.
    pub deployments: Option<Arc<Deployments>>,
    /// The way down.
    pub drained: Drained,
    /// Which engine this is.
    pub standing: Arc<Standing>,
    /// The line to the supervisor.
    pub control: Control,
    pub(super) door: Arc<Doorkeeper>,
}

impl Admin {
    fn endpoint(&self, name: &FunctionName) -> Result<Arc<Endpoint>, ApiError> {
        let table = self.live.table();
        table.get(name.as_str()).cloned().ok_or_else(|| {
            let hint = table.nearest(name.as_str()).map(|near| format!("; did you mean `{near}`?")).unwrap_or_default();
            ApiError::not_found(format!("there is no function `{name}`{hint}"))
        })
    }

    fn deployments(&self) -> Result<&Arc<Deployments>, ApiError> {
        self.deployments.as_ref().ok_or_else(|| {
            ApiError::new(ErrorKind::Conflict, "nothing can be deployed here: `skep dev` follows the functions folder alone, and `skep serve` needs a --state folder that it can write")
        })
    }
}

fn operations() -> OpenApiRouter<Admin> {
    OpenApiRouter::new()
        .routes(routes!(functions::list))
        .routes(routes!(functions::show, releases::deploy_one, releases::remove))
        .routes(routes!(functions::versions))
        .routes(routes!(releases::rollback))
        .routes(routes!(releases::canary, releases::drop_canary))
        .routes(routes!(releases::promote))
        .routes(routes!(scale::change))
        .routes(routes!(scale::instances))
        .routes(routes!(scale::recycle))
        .routes(routes!(variables::show, releases::configure))
        .routes(routes!(invoke::invoke))
        .routes(routes!(releases::list, releases::deploy_group))
        .routes(routes!(releases::show))
        .routes(routes!(releases::cancel))
        .routes(routes!(releases::events))
        .routes(routes!(host::show))
        .routes(routes!(host::upgrade))
        .routes(routes!(host::verify))
        .routes(routes!(logs::follow))
        .routes(routes!(logs::level, logs::set_level))
        .routes(routes!(tokens::list, tokens::add))
        .routes(routes!(tokens::remove))
        .routes(routes!(document::show))
}

/// The router of `/api/v1`.
pub(super) fn router(admin: Admin) -> Router {
    let (router, _) = OpenApiRouter::new().nest(BELOW, operations()).split_for_parts();
    let door = admin.door.clone();
    router
        .method_not_allowed_fallback(wrong_method)
        .layer(DefaultBodyLimit::max(UPLOAD_BYTES_MAX))
        .layer(middleware::from_fn_with_state(Arc::new(Answers::default()), idempotency::layer))
        .layer(middleware::from_fn_with_state(door, auth::layer))
        .with_state(admin)
}

async fn wrong_method() -> ApiError {
    ApiError::new(ErrorKind::MethodNotAllowed, "not with this method, see `allow`")
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
        assert!(document["paths"].as_object().unwrap().keys().all(|path| path.starts_with("/api/v1/")));
        let (source, _) = include_str!("mod.rs").split_once("#[cfg(test)]").unwrap();
        assert!(!source.contains(".route("), "a route that the document cannot know of");
        let routed: usize = source.split("routes!(").skip(1).map(|after| after.split_once(')').unwrap().0.split(',').count()).sum();
        let ids: BTreeSet<&str> = described(&document).into_iter().map(|operation| operation["operationId"].as_str().unwrap()).collect();
        assert_eq!((described(&document).len(), ids.len()), (routed, routed), "{ids:?}");
    }

    #[test]
    fn every_operation_says_how_it_fails_and_which_token_it_needs() {
        let document = written();
        for operation in described(&document) {
            let id = &operation["operationId"];
            for status in ["400", "401", "403", "404", "409", "413", "415", "429", "503", "507"] {
                let schema = &operation["responses"][status]["content"]["application/json"]["schema"]["$ref"];
                assert_eq!(schema, "#/components/schemas/ErrorBody", "{id}: {status}");
            }
            assert!(operation["security"][1]["bearer"][0].is_string(), "{id}");
        }
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
