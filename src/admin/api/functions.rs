//! What runs: every function with its version, its instances, and what was set for it.
//!
//! Invariant: a listing never compiles or starts anything, and shows no secret.

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;

use super::Admin;
use crate::admin::error::{ApiError, Failures};
use crate::admin::extract::{Named, OfFunction};
use crate::fault::Kind;
use crate::function::Scale;
use crate::live::{Endpoint, SHARE_WHOLE, Track};
use crate::release::store::{Held, Kept};

/// Whose a function is.
#[derive(Clone, Copy, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum Owner {
    /// The functions folder.
    Folder,
    /// It was deployed.
    Deployed,
}

/// How a function is.
#[derive(Clone, Copy, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum FunctionState {
    /// Not compiled yet.
    Registered,
    /// It can be called.
    Live,
    /// It does not compile or load.
    Broken,
    /// Its version took engines down and is refused.
    Quarantined,
}

/// One function in the listing.
#[derive(Serialize, ToSchema)]
#[schema(as = ListedFunction)]
pub(super) struct Listed {
    name: String,
    owner: Owner,
    state: FunctionState,
    /// The live version, once it is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    version: Option<String>,
    /// Why it is broken or quarantined.
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    candidate: Option<ListedCandidate>,
    /// Instances of the live version that take calls.
    ready: usize,
    /// Instances that load.
    booting: usize,
    /// Instances that the traffic wants.
    wanted: usize,
    /// Calls in instances.
    in_flight: usize,
    /// Calls that wait for an instance.
    waiting: usize,
    heap_bytes: usize,
    external_bytes: usize,
    /// Calls that were answered since the version became live in this engine.
    calls: u64,
    /// Faults of the function's own among them.
    faults: u64,
}

/// A version beside the live one.
#[derive(Serialize, ToSchema)]
struct ListedCandidate {
    version: String,
    /// Its part of the calls.
    percent: f64,
    /// What keeps a caller on one side.
    #[serde(skip_serializing_if = "Option::is_none")]
    sticky: Option<String>,
    ready: usize,
    in_flight: usize,
    calls: u64,
    faults: u64,
}

/// Everything about one function.
#[derive(Serialize, ToSchema)]
#[schema(as = ShownFunction)]
pub(super) struct Shown {
    #[serde(flatten)]
    function: Listed,
    /// What counts now: the manifest with what was changed.
    #[serde(skip_serializing_if = "Option::is_none")]
    scale: Option<ShownScale>,
    /// Routes beside `/<name>`.
    routes: Vec<String>,
    /// Variables that were set beside the manifest's.
    env: BTreeMap<String, String>,
    /// Names of secrets.
    secrets: Vec<String>,
    /// Kept versions, newest first.
    versions: Vec<ListedVersion>,
}

/// A scale.
#[derive(Serialize, ToSchema)]
pub(super) struct ShownScale {
    min: u32,
    max: u32,
    concurrency: u32,
    queue: u32,
    idle_s: u64,
}

impl From<Scale> for ShownScale {
    fn from(scale: Scale) -> Self {
        let Scale { min, max, concurrency, queue, idle } = scale;
        Self { min, max, concurrency, queue, idle_s: idle.as_secs() }
    }
}

/// A version that is kept.
#[derive(Serialize, ToSchema)]
pub(super) struct ListedVersion {
    version: String,
    /// Whether it is live.
    live: bool,
    /// Whether it is the candidate.
    candidate: bool,
    /// When it was stored, in milliseconds since 1970.
    stored_ms: u64,
    /// When it was live last.
    #[serde(skip_serializing_if = "Option::is_none")]
    live_ms: Option<u64>,
    bytes: u64,
    modules: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    note: Option<String>,
}

/// Every function.
#[utoipa::path(get, path = "/functions", operation_id = "list_functions", tag = "functions", responses((status = 200, body = Vec<Listed>), Failures))]
pub(super) async fn list(State(admin): State<Admin>) -> Json<Vec<Listed>> {
    let table = admin.live.table();
    Json(table.iter().map(|(_, endpoint)| listed(&admin, endpoint)).collect())
}

/// Everything about one function.
#[utoipa::path(get, path = "/functions/{name}", operation_id = "show_function", tag = "functions", params(OfFunction),
    responses((status = 200, body = Shown), Failures))]
pub(super) async fn show(State(admin): State<Admin>, Named(name): Named) -> Result<Json<Shown>, ApiError> {
    let endpoint = admin.endpoint(&name)?;
    let held = admin.deployments.as_ref().and_then(|deployments| deployments.held(name.as_str())).unwrap_or_default();
    let pool = endpoint.live.made().and_then(|made| made.as_ref().ok());
    Ok(Json(Shown {
        function: listed(&admin, &endpoint),
        scale: pool.map(|pool| pool.scale().into()),
        routes: pool.map(|pool| pool.version().manifest.routes.iter().map(ToString::to_string).collect()).unwrap_or_default(),
        env: held.env.clone(),
        secrets: held.secrets.keys().cloned().collect(),
        versions: versions_of(&held),
    }))
}

/// The versions of a function that are kept, newest first.
#[utoipa::path(get, path = "/functions/{name}/versions", operation_id = "list_versions", tag = "functions", params(OfFunction),
    responses((status = 200, body = Vec<ListedVersion>), Failures))]
pub(super) async fn versions(State(admin): State<Admin>, Named(name): Named) -> Result<Json<Vec<ListedVersion>>, ApiError> {
    admin.endpoint(&name)?;
    let held = admin.deployments.as_ref().and_then(|deployments| deployments.held(name.as_str())).unwrap_or_default();
    Ok(Json(versions_of(&held)))
}

fn versions_of(held: &Held) -> Vec<ListedVersion> {
    let listed = |kept: &Kept| ListedVersion {
        live: held.live.as_ref() == Some(&kept.version),
        candidate: held.candidate.as_ref().is_some_and(|candidate| candidate.version == kept.version),
        version: kept.version.clone(),
        stored_ms: kept.stored_ms,
        live_ms: kept.live_ms,
        bytes: kept.bytes,
        modules: kept.modules,
        note: kept.note.clone(),
    };
    held.versions.iter().rev().map(listed).collect()
}

fn listed(admin: &Admin, endpoint: &Endpoint) -> Listed {
    let name = endpoint.name.as_str();
    let held = admin.deployments.as_ref().and_then(|deployments| deployments.held(name));
    let stored = held.and_then(|held| held.live);
    let owner = if stored.is_some() { Owner::Deployed } else { Owner::Folder };
    let (version, state, reason) = state_of(&endpoint.live);
    let pool = endpoint.live.made().and_then(|made| made.as_ref().ok());
    let status = pool.map(|pool| pool.status()).unwrap_or_default();
    let counts = pool.map(|pool| pool.counts()).unwrap_or_default();
    Listed {
        name: name.to_owned(),
        owner,
        state,
        // The store knows it before it is read.
        version: version.or(stored),
        reason,
        candidate: candidate_of(endpoint),
        ready: status.ready,
        booting: status.booting,
        wanted: status.wanted,
        in_flight: status.in_flight,
        waiting: status.waiting,
        heap_bytes: status.heap_bytes,
        external_bytes: status.external_bytes,
        calls: counts.answered,
        faults: counts.function_faults,
    }
}

fn state_of(track: &Track) -> (Option<String>, FunctionState, Option<String>) {
    match track.made() {
        None => (None, FunctionState::Registered, None),
        Some(Err(fault)) => {
            let detail = fault.facts().detail.as_deref().unwrap_or(&fault.facts().message).to_owned();
            let state = if fault.kind() == Kind::Quarantined { FunctionState::Quarantined } else { FunctionState::Broken };
            (None, state, Some(detail))
        }
        Some(Ok(pool)) => {
            let broken = pool.status().broken;
            let state = if broken.is_some() { FunctionState::Broken } else { FunctionState::Live };
            (Some(pool.version().id.to_string()), state, broken)
        }
    }
}

fn candidate_of(endpoint: &Endpoint) -> Option<ListedCandidate> {
    let candidate = endpoint.candidate.as_ref()?;
    let pool = candidate.track.made().and_then(|made| made.as_ref().ok());
    let status = pool.map(|pool| pool.status()).unwrap_or_default();
    let counts = pool.map(|pool| pool.counts()).unwrap_or_default();
    Some(ListedCandidate {
        version: candidate.version.to_string(),
        percent: f64::from(candidate.share) * 100.0 / f64::from(SHARE_WHOLE),
        sticky: candidate.sticky.as_ref().map(ToString::to_string),
        ready: status.ready,
        in_flight: status.in_flight,
        calls: counts.answered,
        faults: counts.function_faults,
    })
}
