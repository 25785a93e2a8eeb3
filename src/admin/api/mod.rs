//! The operations of `/api/v1`, and the OpenAPI document that is made from them.
//!
//! Every operation stands here once: with its route, its types and its failures the document is made, and the router with it.
//!
//! Invariant: what the router answers is in the document, and nothing else.

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
use axum::{Json, Router, middleware};
use utoipa::openapi::OpenApi as Document;
use utoipa::openapi::security::{Http, HttpAuthScheme, SecurityScheme};
use utoipa::{Modify, OpenApi};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::auth::{self, Doorkeeper};
use super::error::{ApiError, ErrorKind};
use super::idempotency::{self, Answers};
use crate::function::FunctionName;
use crate::live::{Endpoint, Live};
use crate::release::Deployments;
use crate::runtime::pool::Blanks;
use crate::shutdown::Drained;
use crate::supervisor::engine::{Control, Standing};

pub(super) use upload::UPLOAD_BYTES_MAX;

/// What the operations share.
#[derive(Clone)]
pub struct Admin {
    /// The table.
    pub live: Arc<Live>,
    /// Instances and blank isolates.
    pub blanks: Arc<Blanks>,
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

/// The head of the document.
#[derive(OpenApi)]
#[openapi(
    info(title = "Skep", description = "Operates a Skep: functions, versions, releases, instances.", license(name = "MIT", identifier = "MIT")),
    tags(
        (name = "functions", description = "Functions, one by one"),
        (name = "releases", description = "How code becomes live"),
        (name = "host", description = "The process and who may operate it"),
    ),
    modifiers(&Bearer),
    security((), ("bearer" = [])),
)]
struct Head;

struct Bearer;

impl Modify for Bearer {
    fn modify(&self, document: &mut Document) {
        let components = document.components.get_or_insert_with(Default::default);
        components.add_security_scheme("bearer", SecurityScheme::Http(Http::new(HttpAuthScheme::Bearer)));
    }
}

fn operations() -> OpenApiRouter<Admin> {
    OpenApiRouter::with_openapi(Head::openapi())
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
}

/// The OpenAPI document, its paths below `/api/v1`.
pub fn document() -> Document {
    let (_, document) = OpenApiRouter::<Admin>::new().nest("/api/v1", operations()).split_for_parts();
    document
}

/// The router of `/api/v1`.
pub(super) fn router(admin: Admin) -> Router {
    let (router, document) = OpenApiRouter::with_openapi(Head::openapi()).nest("/api/v1", operations()).split_for_parts();
    let document = Arc::new(document);
    let router = router.route(
        "/api/v1/openapi.json",
        axum::routing::get(move || {
            let document = document.clone();
            async move { Json(document.as_ref().clone()) }
        }),
    );
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
