//! How many instances a function has, changed while it runs; and those instances, one by one.
//!
//! Invariant: an instance that is recycled finishes what it has.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::Admin;
use super::functions::ShownScale;
use crate::admin::error::{ApiError, Failures};
use crate::admin::extract::{InBody, InPath, Named, OfFunction};
use crate::function::FunctionName;
use crate::release::store::ScaleChange;
use crate::runtime::pool::{InstanceStatus, Pool};

/// What to lay over the manifest's `[scale]`; what is left out stays as it is.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub(super) struct ScaleBody {
    /// Instances kept even without traffic.
    #[schema(maximum = 1024)]
    min: Option<u32>,
    /// Most instances.
    #[schema(minimum = 1, maximum = 1024)]
    max: Option<u32>,
    /// Requests in flight in one instance.
    #[schema(minimum = 1, maximum = 10000)]
    concurrency: Option<u32>,
    /// Requests that wait when every instance is full.
    #[schema(maximum = 1000000)]
    queue: Option<u32>,
    /// Seconds after which an instance without a request is ended.
    #[schema(minimum = 1, maximum = 31536000)]
    idle_s: Option<u64>,
    /// Take back what was changed before.
    reset: bool,
}

/// What counts now.
#[derive(Serialize, ToSchema)]
pub(super) struct Scaled {
    /// Left out while the version is not compiled.
    #[serde(skip_serializing_if = "Option::is_none")]
    scale: Option<ShownScale>,
}

/// Changes the scale of a function at once, of the functions folder too. It outlives restarts and releases.
#[utoipa::path(patch, path = "/functions/{name}/scale", operation_id = "set_scale", tag = "functions", params(OfFunction),
    request_body = ScaleBody, responses((status = 200, body = Scaled), Failures))]
pub(super) async fn change(
    State(admin): State<Admin>,
    Named(name): Named,
    InBody(body): InBody<ScaleBody>,
) -> Result<Json<Scaled>, ApiError> {
    let ScaleBody { min, max, concurrency, queue, idle_s, reset } = body;
    let change = ScaleChange { min, max, concurrency, queue, idle_s };
    if change == ScaleChange::default() && !reset {
        return Err(ApiError::invalid("nothing to change: give `min`, `max`, `concurrency`, `queue`, `idle_s` or `reset`"));
    }
    let deployments = admin.deployments()?.clone();
    let scaled = tokio::task::spawn_blocking(move || deployments.rescale(name.as_str(), &change, reset)).await;
    let scale = scaled.map_err(|error| ApiError::invalid(error.to_string()))??;
    Ok(Json(Scaled { scale: scale.map(Into::into) }))
}

/// One instance.
#[derive(Serialize, ToSchema)]
pub(super) struct Instance {
    /// Unique in the engine process.
    id: u32,
    version: String,
    /// `booting`, `ready` or `ending`.
    state: &'static str,
    heap_bytes: usize,
    external_bytes: usize,
    cpu_seconds: f64,
    /// Requests that it was given so far.
    requests: u64,
    in_flight: u32,
    age_seconds: f64,
    idle_seconds: f64,
}

/// The instances of a function, those of the live version first.
#[utoipa::path(get, path = "/functions/{name}/instances", operation_id = "list_instances", tag = "functions", params(OfFunction),
    responses((status = 200, body = Vec<Instance>), Failures))]
pub(super) async fn instances(State(admin): State<Admin>, Named(name): Named) -> Result<Json<Vec<Instance>>, ApiError> {
    let pools = pools(&admin, &name)?;
    Ok(Json(pools.iter().flat_map(|pool| pool.instances().into_iter().map(|status| shown(pool, &status))).collect()))
}

fn shown(pool: &Pool, status: &InstanceStatus) -> Instance {
    Instance {
        id: status.id,
        version: pool.version().id.to_string(),
        state: status.state.label(),
        heap_bytes: status.heap_bytes,
        external_bytes: status.external_bytes,
        cpu_seconds: status.cpu.as_secs_f64(),
        requests: status.requests,
        in_flight: status.in_flight,
        age_seconds: status.age.as_secs_f64(),
        idle_seconds: status.idle.as_secs_f64(),
    }
}

/// Recycles an instance: it takes no more requests, finishes those it has, and ends.
#[utoipa::path(delete, path = "/functions/{name}/instances/{id}", operation_id = "recycle_instance", tag = "functions",
    params(OfFunction, ("id" = u32, Path, description = "The instance")),
    responses((status = 202, description = "It ends when it has finished"), Failures))]
pub(super) async fn recycle(State(admin): State<Admin>, InPath((name, id)): InPath<(String, u32)>) -> Result<StatusCode, ApiError> {
    let name = FunctionName::parse(&name).map_err(|error| ApiError::invalid(error.to_string()))?;
    let recycled = pools(&admin, &name)?.iter().any(|pool| pool.recycle(id));
    if recycled {
        Ok(StatusCode::ACCEPTED)
    } else {
        Err(ApiError::not_found(format!("`{name}` has no instance {id} that could be recycled")))
    }
}

fn pools(admin: &Admin, name: &FunctionName) -> Result<Vec<std::sync::Arc<Pool>>, ApiError> {
    let endpoint = admin.endpoint(name)?;
    Ok(endpoint.tracks().filter_map(|track| track.made()?.as_ref().ok().cloned()).collect())
}
