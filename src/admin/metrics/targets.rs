//! One target of Prometheus for each function that was called: HTTP service discovery.
//!
//! Prometheus asks again and again, and scrapes what is listed at `/metrics/functions/NAME`.
//!
//! Invariant: a target is the address that the client has asked: what reaches this operation reaches the targets.

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::{Request, State};
use axum::http::header::HOST;

use crate::admin::error::{ApiError, Failures};
use crate::admin::state::AdminState;
use crate::api::metrics::ScrapeTarget;
use crate::function::FunctionName;
use crate::telemetry::metrics::budget::SeriesTier;

/// The functions that were called, as targets of Prometheus: one for each.
#[utoipa::path(get, path = "/sd/prometheus", operation_id = "list_targets", tag = "metrics", responses((status = 200, body = Vec<ScrapeTarget>), Failures))]
pub(in crate::admin) async fn list(State(state): State<AdminState>, request: Request) -> Result<Json<Vec<ScrapeTarget>>, ApiError> {
    let authority = request.uri().authority().map(|authority| authority.as_str());
    let host = authority.or_else(|| request.headers().get(HOST)?.to_str().ok());
    let host = host.ok_or_else(|| ApiError::invalid("the request names no host"))?.to_owned();
    let table = state.live.table();
    let registry = &state.fleet.config().metrics;
    let has_series =
        |name: &FunctionName| registry.get(name).and_then(|metrics| metrics.tier()).is_some_and(|tier| tier != SeriesTier::Folded);
    let targets = table.iter().filter(|entry| has_series(entry.0)).map(|(name, _)| ScrapeTarget {
        targets: vec![host.clone()],
        labels: BTreeMap::from([
            ("__metrics_path__".to_owned(), format!("/metrics/functions/{name}")),
            ("function".to_owned(), name.to_string()),
        ]),
    });
    Ok(Json(targets.collect()))
}
