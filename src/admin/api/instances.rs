//! Instances of a function one by one, and how many it may have; both change while it runs.
//!
//! Invariant: an instance that is recycled finishes its requests.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;

use crate::admin::error::{ApiError, Failures};
use crate::admin::extract::{ApiJson, ApiPath, FunctionPath, FunctionPathParams};
use crate::admin::state::AdminState;
use crate::api::error::ApiErrorKind;
use crate::api::instance::{InstanceStage, InstanceSummary, ScaleBody, ScaleResult};
use crate::function::FunctionName;
use crate::release::store::ScaleChange;
use crate::runtime::pool::{InstanceState, InstanceStatus, Pool};

/// Changes the scale of a function at once, of the functions directory too. It outlives restarts and releases.
#[utoipa::path(patch, path = "/functions/{name}/scale", operation_id = "set_scale", tag = "functions", params(FunctionPathParams),
    request_body = ScaleBody, responses((status = 200, body = ScaleResult), Failures))]
pub(super) async fn scale(
    State(state): State<AdminState>,
    FunctionPath(name): FunctionPath,
    ApiJson(body): ApiJson<ScaleBody>,
) -> Result<Json<ScaleResult>, ApiError> {
    let ScaleBody { min, max, concurrency, queue, idle_s, reset } = body;
    let change = ScaleChange { min, max, concurrency, queue, idle_s };
    if change == ScaleChange::default() && !reset {
        return Err(ApiError::invalid("nothing to change: give `min`, `max`, `concurrency`, `queue`, `idle_s` or `reset`"));
    }
    let deployments = state.deployments()?.clone();
    let scaled = tokio::task::spawn_blocking(move || deployments.rescale(&name, &change, reset)).await;
    let scale = scaled.map_err(|error| ApiError::new(ApiErrorKind::Failed, error.to_string()))??;
    Ok(Json(ScaleResult { scale: scale.map(Into::into) }))
}

/// The instances of a function, those of the live version first.
#[utoipa::path(get, path = "/functions/{name}/instances", operation_id = "list_instances", tag = "functions", params(FunctionPathParams),
    responses((status = 200, body = Vec<InstanceSummary>), Failures))]
pub(super) async fn list(
    State(state): State<AdminState>,
    FunctionPath(name): FunctionPath,
) -> Result<Json<Vec<InstanceSummary>>, ApiError> {
    let pools = pools(&state, &name)?;
    Ok(Json(pools.iter().flat_map(|pool| pool.instances().into_iter().map(|status| summary_of(pool, &status))).collect()))
}

fn summary_of(pool: &Pool, status: &InstanceStatus) -> InstanceSummary {
    InstanceSummary {
        id: status.id,
        version: pool.version().id.clone(),
        state: match status.state {
            InstanceState::Booting => InstanceStage::Booting,
            InstanceState::Ready => InstanceStage::Ready,
            InstanceState::Ending => InstanceStage::Ending,
        },
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
    params(FunctionPathParams, ("id" = u32, Path, description = "The instance")),
    responses((status = 202, description = "It ends when it has finished"), Failures))]
pub(super) async fn recycle(
    State(state): State<AdminState>,
    ApiPath((name, id)): ApiPath<(FunctionName, u32)>,
) -> Result<StatusCode, ApiError> {
    let recycled = pools(&state, &name)?.iter().any(|pool| pool.recycle(id));
    if recycled {
        Ok(StatusCode::ACCEPTED)
    } else {
        Err(ApiError::not_found(format!("`{name}` has no instance {id} that could be recycled")))
    }
}

/// The pools of a function that exist by now: that of the live version first.
fn pools(state: &AdminState, name: &FunctionName) -> Result<Vec<Arc<Pool>>, ApiError> {
    let endpoint = state.endpoint(name)?;
    Ok(endpoint.tracks().filter_map(|track| track.made()?.as_ref().ok().cloned()).collect())
}
