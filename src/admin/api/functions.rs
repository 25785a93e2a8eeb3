//! Functions: the list, and everything about one of them.
//!
//! Reads the live table, the pools and the state of `release`.
//!
//! Invariant: a listing never compiles or starts anything, and shows no secret.

use axum::Json;
use axum::extract::State;

use crate::admin::error::{ApiError, Failures};
use crate::admin::extract::{FunctionPath, FunctionPathParams};
use crate::admin::state::AdminState;
use crate::api::function::{CandidateSummary, FunctionDetail, FunctionOwner, FunctionStatus, FunctionSummary, VersionSummary};
use crate::fault::Kind;
use crate::function::{FunctionName, VersionId};
use crate::live::{Endpoint, Track, WEIGHT_WHOLE};
use crate::release::store::{FunctionState, StoredVersion};

/// Every function.
#[utoipa::path(get, path = "/functions", operation_id = "list_functions", tag = "functions", responses((status = 200, body = Vec<FunctionSummary>), Failures))]
pub(super) async fn list(State(state): State<AdminState>) -> Json<Vec<FunctionSummary>> {
    let table = state.live.table();
    Json(table.iter().map(|(_, endpoint)| summary_of(&state, endpoint)).collect())
}

/// Everything about one function.
#[utoipa::path(get, path = "/functions/{name}", operation_id = "show_function", tag = "functions", params(FunctionPathParams),
    responses((status = 200, body = FunctionDetail), Failures))]
pub(super) async fn show(State(state): State<AdminState>, FunctionPath(name): FunctionPath) -> Result<Json<FunctionDetail>, ApiError> {
    let endpoint = state.endpoint(&name)?;
    let function_state = function_state(&state, &name);
    let pool = endpoint.live.made().and_then(|made| made.as_ref().ok());
    let loaded = pool.and_then(|pool| pool.loaded());
    let of_manifest = pool.map(|pool| &pool.version().manifest.routes);
    Ok(Json(FunctionDetail {
        function: summary_of(&state, &endpoint),
        dialect: loaded.map(|loaded| loaded.dialect.label().to_owned()),
        dialect_from: loaded.map(|loaded| loaded.from.clone()),
        scale: pool.map(|pool| pool.scale().into()),
        limits: pool.map(|pool| (&pool.version().manifest.limits).into()),
        routes: of_manifest.into_iter().flatten().map(ToString::to_string).chain(state.live.notes_of(&name).of_code).collect(),
        versions: versions_of(&function_state),
        env: function_state.env,
        secrets: function_state.secrets.into_keys().collect(),
    }))
}

/// The versions of a function that are kept, newest first.
#[utoipa::path(get, path = "/functions/{name}/versions", operation_id = "list_versions", tag = "functions", params(FunctionPathParams),
    responses((status = 200, body = Vec<VersionSummary>), Failures))]
pub(super) async fn versions(
    State(state): State<AdminState>,
    FunctionPath(name): FunctionPath,
) -> Result<Json<Vec<VersionSummary>>, ApiError> {
    state.endpoint(&name)?;
    Ok(Json(versions_of(&function_state(&state, &name))))
}

/// The state of a function; the empty one where the store holds none.
fn function_state(state: &AdminState, name: &FunctionName) -> FunctionState {
    state.deployments.as_ref().and_then(|deployments| deployments.function_state(name)).unwrap_or_default()
}

fn versions_of(function_state: &FunctionState) -> Vec<VersionSummary> {
    let listed = |stored: &StoredVersion| VersionSummary {
        live: function_state.live.as_ref() == Some(&stored.version),
        candidate: function_state.candidate.as_ref().is_some_and(|candidate| candidate.version == stored.version),
        version: stored.version.clone(),
        stored_ms: stored.stored_ms,
        live_ms: stored.live_ms,
        bytes: stored.bytes,
        modules: stored.modules,
        note: stored.note.clone(),
    };
    function_state.versions.iter().rev().map(listed).collect()
}

fn summary_of(state: &AdminState, endpoint: &Endpoint) -> FunctionSummary {
    let stored = function_state(state, &endpoint.name).live;
    let owner = if stored.is_some() { FunctionOwner::Deployed } else { FunctionOwner::Folder };
    let (version, status, reason) = status_of(&endpoint.live);
    let pool = endpoint.live.made().and_then(|made| made.as_ref().ok());
    let load = pool.map(|pool| pool.status()).unwrap_or_default();
    let counts = pool.map(|pool| pool.counts()).unwrap_or_default();
    FunctionSummary {
        name: endpoint.name.clone(),
        owner,
        state: status,
        // The state names it before the version is read.
        version: version.or(stored),
        reason,
        conflicts: state.live.notes_of(&endpoint.name).conflicts,
        candidate: candidate_of(endpoint),
        ready: load.ready,
        booting: load.booting,
        wanted: load.wanted,
        in_flight: load.in_flight,
        waiting: load.waiting,
        heap_bytes: load.heap_bytes,
        external_bytes: load.external_bytes,
        calls: counts.answered,
        faults: counts.function_faults,
    }
}

fn status_of(track: &Track) -> (Option<VersionId>, FunctionStatus, Option<String>) {
    match track.made() {
        None => (None, FunctionStatus::Registered, None),
        Some(Err(fault)) => {
            let detail = fault.facts().detail.as_deref().unwrap_or(&fault.facts().message).to_owned();
            let status = if fault.kind() == Kind::Quarantined { FunctionStatus::Quarantined } else { FunctionStatus::Broken };
            (None, status, Some(detail))
        }
        Some(Ok(pool)) => {
            let broken = pool.status().broken;
            let status = if broken.is_some() { FunctionStatus::Broken } else { FunctionStatus::Live };
            (Some(pool.version().id.clone()), status, broken)
        }
    }
}

fn candidate_of(endpoint: &Endpoint) -> Option<CandidateSummary> {
    let candidate = endpoint.candidate.as_ref()?;
    let pool = candidate.track.made().and_then(|made| made.as_ref().ok());
    let load = pool.map(|pool| pool.status()).unwrap_or_default();
    let counts = pool.map(|pool| pool.counts()).unwrap_or_default();
    Some(CandidateSummary {
        version: candidate.version.clone(),
        percent: f64::from(candidate.weight) * 100.0 / f64::from(WEIGHT_WHOLE),
        sticky: candidate.sticky.as_ref().map(ToString::to_string),
        ready: load.ready,
        in_flight: load.in_flight,
        calls: counts.answered,
        faults: counts.function_faults,
    })
}
