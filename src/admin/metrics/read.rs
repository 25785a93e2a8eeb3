//! History and overview: what a page shows without Prometheus.
//!
//! Reads the history that `sampler` keeps, the live table and the pools.
//!
//! Invariant: reading starts nothing; one question names a bounded number of functions.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::{FromRequestParts, RawQuery, State};
use axum::http::request::Parts;
use axum::{Extension, Json};
use percent_encoding::percent_decode_str;

use super::history::{HistoryRange, HistorySample};
use super::service::MetricsService;
use super::snapshot::load_of;
use crate::admin::error::{ApiError, Failures};
use crate::admin::state::AdminState;
use crate::api::error::ApiErrorKind;
use crate::api::metrics::{
    FunctionHealth, FunctionOverview, HISTORY_NAMES_MAX, HistoryDetail, HistoryQuery, HistoryWindow, HostOverview, OverviewDetail,
};
use crate::fault::Kind;
use crate::function::FunctionName;
use crate::live::Endpoint;
use crate::runtime::containment::{self, ContainmentLevel};
use crate::sys::kernel;

/// The history of functions, or of the host. A function that has none is left out: it was not called lately, or others were called since.
#[utoipa::path(get, path = "/history", operation_id = "show_history", tag = "metrics", params(HistoryQuery),
    responses((status = 200, body = Vec<HistoryDetail>), Failures))]
pub(in crate::admin) async fn history(
    State(state): State<AdminState>,
    Extension(service): Extension<Arc<MetricsService>>,
    HistoryAsked(query): HistoryAsked,
) -> Result<Json<Vec<HistoryDetail>>, ApiError> {
    for name in &query.function {
        state.endpoint(name)?;
    }
    let range = match query.range {
        HistoryWindow::Minutes => HistoryRange::Minutes,
        HistoryWindow::Hour => HistoryRange::Hour,
        HistoryWindow::Day => HistoryRange::Day,
    };
    let asked: Vec<Option<FunctionName>> =
        if query.function.is_empty() { vec![None] } else { query.function.into_iter().map(Some).collect() };
    let found = asked.into_iter().filter_map(|function| {
        let points = service.history().read(function.as_ref(), range)?;
        let [calls, faults, p50_us, p99_us, cpu_us, memory_bytes, in_flight, instances] = points.figures;
        let (step_s, end_ms) = (range.step_s(), points.end_ms);
        Some(HistoryDetail { function, step_s, end_ms, calls, faults, p50_us, p99_us, cpu_us, memory_bytes, in_flight, instances })
    });
    Ok(Json(found.collect()))
}

/// The query of [`history`]: a name may come several times, which `serde` does not read.
pub(in crate::admin) struct HistoryAsked(HistoryQuery);

impl<S: Send + Sync> FromRequestParts<S> for HistoryAsked {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        let RawQuery(query) = RawQuery::from_request_parts(parts, state).await.unwrap_or(RawQuery(None));
        asked(&query.unwrap_or_default()).map(Self)
    }
}

fn asked(query: &str) -> Result<HistoryQuery, ApiError> {
    let mut asked = HistoryQuery::default();
    let mut ranges = 0;
    for pair in query.split('&').filter(|pair| !pair.is_empty()) {
        let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
        let decode = |text: &str| percent_decode_str(&text.replace('+', " ")).decode_utf8_lossy().into_owned();
        let (key, value) = (decode(key), decode(value));
        match key.as_str() {
            "function" => asked.function.push(FunctionName::parse(&value).map_err(|error| ApiError::invalid(error.to_string()))?),
            "range" => {
                ranges += 1;
                let known = HistoryWindow::ALL.into_iter().find(|window| window.label() == value);
                asked.range = known.ok_or_else(|| ApiError::invalid(format!("`range` is {value:?}, and not `5m`, `1h` or `24h`")))?;
            }
            key => return Err(ApiError::invalid(format!("unknown parameter {key:?}: `function` and `range`"))),
        }
    }
    if ranges > 1 {
        return Err(ApiError::invalid("`range` stands there more than once"));
    }
    if asked.function.len() > HISTORY_NAMES_MAX {
        let reason = format!("{} functions are asked for, and {HISTORY_NAMES_MAX} are the most", asked.function.len());
        return Err(ApiError::invalid(reason));
    }
    asked.function.dedup();
    Ok(asked)
}

/// The host and all functions at a glance.
#[utoipa::path(get, path = "/overview", operation_id = "show_overview", tag = "metrics", responses((status = 200, body = OverviewDetail), Failures))]
pub(in crate::admin) async fn overview(
    State(state): State<AdminState>,
    Extension(service): Extension<Arc<MetricsService>>,
) -> Result<Json<OverviewDetail>, ApiError> {
    // Thousands of functions take milliseconds.
    let overview = tokio::task::spawn_blocking(move || read_overview(&state, &service)).await;
    overview.map(Json).map_err(|_| ApiError::new(ApiErrorKind::Unavailable, "the overview cannot be read"))
}

fn read_overview(state: &AdminState, service: &MetricsService) -> OverviewDetail {
    let minutes = service.history().minutes();
    let table = state.live.table();
    let functions: Vec<_> = table.iter().map(|(name, endpoint)| of_function(state, endpoint, minutes.get(name))).collect();
    let (config, engine) = (state.fleet.config(), &state.engine_info);
    let minute = service.history().host_minute();
    let (calls_1m, faults_1m, p50_us, p99_us, cpu_us_1m) = figures(minute.as_ref());
    let host = HostOverview {
        load_ratio: service.load_ratio(),
        calls_1m,
        faults_1m,
        p50_us,
        p99_us,
        cpu_us_1m,
        in_flight: functions.iter().map(|function| function.in_flight).sum(),
        resident_bytes: kernel::resident_bytes(),
        memory_bytes: config.memory_bytes,
        instances: state.fleet.workers() as u64,
        instances_max: config.max_instances as u64,
        functions: functions.len() as u64,
        generation: engine.generation,
        uptime_s: engine.started.elapsed().as_secs(),
        containment: ContainmentLevel::ALL.into_iter().map(|level| (level.label().to_owned(), containment::count(level))).collect(),
    };
    OverviewDetail { host, functions }
}

type MinuteFigures = (Option<u64>, Option<u64>, Option<u64>, Option<u64>, Option<u64>);

fn figures(minute: Option<&HistorySample>) -> MinuteFigures {
    let micros = |duration: Duration| u64::try_from(duration.as_micros()).unwrap_or(u64::MAX);
    let of = |read: fn(&HistorySample) -> u64| minute.map(read);
    let quantile = |read: fn(&HistorySample) -> Option<Duration>| minute.and_then(read).map(micros);
    let cpu = minute.map(|sample| micros(sample.cpu));
    (of(|sample| sample.calls), of(|sample| sample.faults), quantile(|sample| sample.p50), quantile(|sample| sample.p99), cpu)
}

fn of_function(state: &AdminState, endpoint: &Endpoint, minute: Option<&HistorySample>) -> FunctionOverview {
    let made = endpoint.live.made();
    let pool = made.and_then(|made| made.as_ref().ok());
    let load = load_of(endpoint);
    // One that was never called has had no calls in the last minute either.
    let quiet = HistorySample::default();
    let was_called = state.fleet.config().metrics.get(&endpoint.name).is_some_and(|metrics| metrics.tier().is_some());
    let minute = minute.or((!was_called).then_some(&quiet));
    let (calls_1m, faults_1m, p50_us, p99_us, cpu_us_1m) = figures(minute);
    let is_broken = pool.is_some_and(|pool| pool.status().broken.is_some());
    let health = match made {
        Some(Err(fault)) if fault.kind() == Kind::Quarantined => FunctionHealth::Quarantined,
        Some(Err(_)) => FunctionHealth::Broken,
        _ if is_broken => FunctionHealth::Broken,
        _ if faults_1m.is_some_and(|faults| faults > 0) => FunctionHealth::Faulting,
        _ if calls_1m.is_some_and(|calls| calls > 0) || load.in_flight > 0 => FunctionHealth::Ok,
        _ => FunctionHealth::Idle,
    };
    FunctionOverview {
        name: endpoint.name.clone(),
        version: pool.map(|pool| pool.version().id.clone()),
        dialect: pool.and_then(|pool| pool.loaded()).map(|loaded| loaded.dialect.label().to_owned()),
        state: health,
        calls_1m,
        faults_1m,
        p50_us,
        p99_us,
        cpu_us_1m,
        memory_bytes: (load.heap_bytes + load.external_bytes) as u64,
        instances: (load.ready + load.booting) as u64,
        in_flight: (load.in_flight + load.waiting) as u64,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_question_names_functions_and_a_range() {
        let query = asked("function=a&function=b-c&range=1h").unwrap();
        let names: Vec<_> = query.function.iter().map(FunctionName::as_str).collect();
        assert_eq!((names, query.range), (vec!["a", "b-c"], HistoryWindow::Hour));
        assert_eq!(asked("").unwrap(), HistoryQuery::default());
        let many = vec!["function=a"; HISTORY_NAMES_MAX + 1].join("&");
        for wrong in ["range=2h", "range", "function=A%20b", "functions=a", "range=1h&range=1h", &many] {
            assert_eq!(asked(wrong).err().map(|error| error.kind()), Some(ApiErrorKind::Invalid), "{wrong}");
        }
    }
}
