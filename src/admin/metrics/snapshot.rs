//! What a scrape shows: the functions that have series, their pools, and the process, at one moment.
//!
//! Taken by walking the live table once; the families read it.
//!
//! Invariant: taking it starts nothing and holds up no call; a function that is not in the table has no series.

use std::sync::Arc;

use super::service::MetricsService;
use crate::admin::state::AdminState;
use crate::fault::Kind;
use crate::function::FunctionName;
use crate::live::{Endpoint, Track};
use crate::runtime::pool::{Pool, PoolStatus};
use crate::sys::process_facts::ProcessFacts;
use crate::telemetry::metrics::budget::SeriesTier;
use crate::telemetry::metrics::labels::ReleaseTrack;
use crate::telemetry::metrics::{FunctionMetrics, FunctionRegistry};

/// What a scrape shows.
pub(super) struct Snapshot {
    pub(super) state: AdminState,
    /// In the order of their names; last the one that folded functions share, if there are any.
    pub(super) functions: Vec<FunctionView>,
    pub(super) service: Arc<MetricsService>,
    pub(super) facts: ProcessFacts,
    /// Else it is of one function.
    pub(super) is_whole: bool,
}

/// A function that was called.
pub(super) struct FunctionView {
    pub(super) metrics: Arc<FunctionMetrics>,
    /// Whether it has all families.
    pub(super) is_full: bool,
    pub(super) tracks: Vec<TrackView>,
    /// Of the pools of all its tracks together.
    pub(super) load: PoolStatus,
    /// Bytes of one instance.
    pub(super) memory_limit: Option<u64>,
    pub(super) is_quarantined: bool,
}

/// A version of a function.
pub(super) struct TrackView {
    pub(super) track: ReleaseTrack,
    pub(super) version: String,
    pub(super) owner: &'static str,
    pub(super) dialect: &'static str,
}

impl Snapshot {
    /// All functions. Blocks for some milliseconds if they are thousands.
    pub(super) fn take(state: &AdminState, service: &Arc<MetricsService>) -> Self {
        let registry = &state.fleet.config().metrics;
        let table = state.live.table();
        registry.retain(|name| table.get(name.as_str()).is_some());
        let mut functions = Vec::new();
        let mut folded = FunctionView::of(registry.other().clone());
        for (name, endpoint) in table.iter() {
            let Some(metrics) = registry.get(name) else { continue };
            match metrics.tier() {
                None => {}
                Some(SeriesTier::Folded) => folded.load = sum(&folded.load, &load_of(endpoint)),
                Some(_) => functions.push(FunctionView::read(state, endpoint, metrics)),
            }
        }
        if folded.metrics.calls().0 > 0 {
            functions.push(folded);
        }
        Self { state: state.clone(), functions, service: service.clone(), facts: ProcessFacts::read(), is_whole: true }
    }

    /// One function; `None`: it has no series of its own.
    pub(super) fn take_one(state: &AdminState, service: &Arc<MetricsService>, name: &FunctionName) -> Option<Self> {
        let metrics = state.fleet.config().metrics.get(name)?;
        metrics.tier().filter(|tier| *tier != SeriesTier::Folded)?;
        let endpoint = state.live.table().get(name.as_str()).cloned()?;
        let functions = vec![FunctionView::read(state, &endpoint, metrics)];
        Some(Self { state: state.clone(), functions, service: service.clone(), facts: ProcessFacts::default(), is_whole: false })
    }

    /// The counters of all functions.
    pub(super) fn registry(&self) -> &FunctionRegistry {
        &self.state.fleet.config().metrics
    }
}

impl FunctionView {
    fn of(metrics: Arc<FunctionMetrics>) -> Self {
        let is_full = metrics.tier() == Some(SeriesTier::Full);
        Self { metrics, is_full, tracks: Vec::new(), load: PoolStatus::default(), memory_limit: None, is_quarantined: false }
    }

    fn read(state: &AdminState, endpoint: &Endpoint, metrics: Arc<FunctionMetrics>) -> Self {
        let stored = state.deployments.as_ref().and_then(|deployments| deployments.function_state(&endpoint.name));
        let is_deployed = stored.is_some_and(|stored| stored.live.is_some());
        let owner = if is_deployed { "deployed" } else { "folder" };
        let tracks = ReleaseTrack::ALL.into_iter().zip(endpoint.tracks());
        let tracks = tracks.filter_map(|(track, made)| Some((track, made_pool(made)?)));
        let tracks = tracks.map(|(track, pool)| TrackView {
            track,
            version: pool.version().id.to_string(),
            owner,
            dialect: pool.loaded().map_or("", |loaded| loaded.dialect.label()),
        });
        Self {
            tracks: tracks.collect(),
            load: load_of(endpoint),
            memory_limit: made_pool(&endpoint.live).map(|pool| pool.version().manifest.limits.memory_bytes),
            is_quarantined: matches!(endpoint.live.made(), Some(Err(fault)) if fault.kind() == Kind::Quarantined),
            ..Self::of(metrics)
        }
    }
}

fn made_pool(track: &Track) -> Option<&Arc<Pool>> {
    track.made().and_then(|made| made.as_ref().ok())
}

/// What the pools of a function have together.
pub(super) fn load_of(endpoint: &Endpoint) -> PoolStatus {
    let pools = endpoint.tracks().filter_map(|track| made_pool(track));
    pools.fold(PoolStatus::default(), |load, pool| sum(&load, &pool.status()))
}

fn sum(one: &PoolStatus, other: &PoolStatus) -> PoolStatus {
    PoolStatus {
        ready: one.ready + other.ready,
        booting: one.booting + other.booting,
        idle: one.idle + other.idle,
        ending: one.ending + other.ending,
        wanted: one.wanted + other.wanted,
        in_flight: one.in_flight + other.in_flight,
        waiting: one.waiting + other.waiting,
        heap_bytes: one.heap_bytes + other.heap_bytes,
        external_bytes: one.external_bytes + other.external_bytes,
        broken: None,
    }
}
