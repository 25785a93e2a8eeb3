//! `GET /metrics`, and the same of one function.
//!
//! A scrape is taken and written on a blocking thread, in the form that the client likes best.
//!
//! Invariant: one scrape at a time, and no thread that answers requests writes it; a client that leaves frees its turn.

use std::sync::Arc;
use std::time::Instant;

use axum::Extension;
use axum::body::Body;
use axum::extract::State;
use axum::http::header::{ACCEPT, ACCEPT_ENCODING, CONTENT_ENCODING, CONTENT_TYPE, VARY};
use axum::http::{HeaderMap, HeaderName};
use axum::response::Response;

use super::family::Family;
use super::form::MetricsForm;
use super::service::MetricsService;
use super::snapshot::Snapshot;
use super::{compat, functions, host};
use crate::admin::error::{ApiError, Failures};
use crate::admin::extract::{FunctionPath, FunctionPathParams};
use crate::admin::state::AdminState;
use crate::api::error::ApiErrorKind;

/// All metrics, as Prometheus reads them: in text, as OpenMetrics, or as protobuf with native histograms.
#[utoipa::path(get, path = "/metrics", operation_id = "scrape", tag = "metrics",
    responses((status = 200, body = String, content_type = "text/plain"), Failures))]
pub(in crate::admin) async fn all(
    State(state): State<AdminState>,
    Extension(service): Extension<Arc<MetricsService>>,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    answer((state, service), headers, |state, service| Some(Snapshot::take(state, service)), families(true)).await
}

/// The metrics of one function, also under the names of kubeless if those were asked for.
#[utoipa::path(get, path = "/metrics/functions/{name}", operation_id = "scrape_function", tag = "metrics", params(FunctionPathParams),
    responses((status = 200, body = String, content_type = "text/plain"), Failures))]
pub(in crate::admin) async fn one(
    State(state): State<AdminState>,
    Extension(service): Extension<Arc<MetricsService>>,
    FunctionPath(name): FunctionPath,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    state.endpoint(&name)?;
    answer((state, service), headers, move |state, service| Snapshot::take_one(state, service, &name), families(false)).await
}

/// The families of a scrape, of the host too or of functions alone.
fn families(with_host: bool) -> Vec<&'static Family> {
    if with_host {
        let families = functions::FAMILIES.iter().chain(compat::FAMILIES).chain(host::FAMILIES);
        families.chain([&host::SERIES]).collect()
    } else {
        functions::FAMILIES.iter().chain(compat::OF_ONE).collect()
    }
}

async fn answer(
    (state, service): (AdminState, Arc<MetricsService>),
    headers: HeaderMap,
    take: impl FnOnce(&AdminState, &Arc<MetricsService>) -> Option<Snapshot> + Send + 'static,
    families: Vec<&'static Family>,
) -> Result<Response, ApiError> {
    let busy = || ApiError::new(ApiErrorKind::Busy, "too many scrapes wait").retry_after(1);
    let _place = service.places.clone().try_acquire_owned().map_err(|_| busy())?;
    let _turn = service.turn.acquire().await.map_err(|_| busy())?;
    let text = |name: HeaderName| headers.get_all(&name).iter().filter_map(|value| value.to_str().ok()).collect::<Vec<_>>().join(",");
    let form = MetricsForm::of(&text(ACCEPT));
    let is_gzip = accepts_gzip(&text(ACCEPT_ENCODING));
    let scraped = service.clone();
    let written = tokio::task::spawn_blocking(move || {
        let began = Instant::now();
        // A function without series has nothing to show.
        let written = match take(&state, &scraped) {
            Some(snapshot) => form.write(&Arc::new(snapshot), &families, is_gzip),
            None => form.write_nothing(is_gzip),
        };
        scraped.note_scrape(began.elapsed());
        written
    });
    let failed = |_| ApiError::new(ApiErrorKind::Unavailable, "the metrics cannot be written");
    let bytes = written.await.map_err(|_| failed(std::fmt::Error))?.map_err(failed)?;
    let response = Response::builder().header(CONTENT_TYPE, form.content_type()).header(VARY, "accept, accept-encoding");
    let response = if is_gzip { response.header(CONTENT_ENCODING, "gzip") } else { response };
    response.body(Body::from(bytes)).map_err(|_| failed(std::fmt::Error))
}

fn accepts_gzip(accepted: &str) -> bool {
    accepted.split(',').any(|coding| {
        let mut parts = coding.split(';').map(str::trim);
        let is_gzip = parts.next().is_some_and(|name| name.eq_ignore_ascii_case("gzip"));
        let quality = parts.find_map(|part| part.strip_prefix("q=")).and_then(|quality| quality.parse::<f64>().ok()).unwrap_or(1.0);
        is_gzip && quality > 0.0
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_body_is_compressed_for_those_who_ask() {
        for (accepted, is_gzip) in
            [("", false), ("gzip", true), ("deflate, gzip;q=0.5", true), ("gzip;q=0", false), ("identity", false), ("GZIP", true)]
        {
            assert_eq!(accepts_gzip(accepted), is_gzip, "{accepted}");
        }
    }

    #[test]
    fn no_two_families_have_one_name() {
        let mut names: Vec<_> =
            families(true).iter().map(|family| family.name).chain(compat::OF_ONE.iter().map(|family| family.name)).collect();
        names.sort_unstable();
        let all = names.len();
        names.dedup_by(|one, other| one == other);
        assert_eq!(names.len(), all);
    }
}
