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
use crate::live::{Endpoint, Live};
use crate::release::Deployments;
use crate::runtime::pool::Blanks;
use crate::shutdown::Drained;
use crate::supervisor::engine::{Control, Standing};

pub use document::document;
pub(super) use upload::UPLOAD_BYTES_MAX;

/// Where the operations are.
const BELOW: &str = "/api/v1";

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
