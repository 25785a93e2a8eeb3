//! What runs: every function with its version and instances.
//!
//! Invariant: a listing never compiles or starts anything.

use axum::Json;
use axum::extract::State;
use serde::Serialize;

use super::Admin;
use crate::fault::Kind;

/// One function in the listing.
#[derive(Serialize)]
pub(super) struct Listed {
    name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    version: Option<String>,
    state: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
    ready: usize,
    booting: usize,
    in_flight: usize,
    waiting: usize,
    heap_bytes: usize,
    external_bytes: usize,
}

/// `GET /api/v1/functions`
pub(super) async fn list(State(admin): State<Admin>) -> Json<Vec<Listed>> {
    let table = admin.live.table();
    let listed = table.iter().map(|(name, endpoint)| {
        let (version, state, reason, status) = match endpoint.live.made() {
            None => (None, "registered", None, Default::default()),
            Some(Err(fault)) => {
                let detail = fault.facts().detail.as_deref().unwrap_or(&fault.facts().message).to_owned();
                let state = if fault.kind() == Kind::Quarantined { "quarantined" } else { "broken" };
                (None, state, Some(detail), Default::default())
            }
            Some(Ok(pool)) => {
                let status = pool.status();
                let state = if status.broken.is_some() { "broken" } else { "live" };
                (Some(pool.version().id.to_string()), state, status.broken.clone(), status)
            }
        };
        Listed {
            name: name.to_string(),
            version,
            state,
            reason,
            ready: status.ready,
            booting: status.booting,
            in_flight: status.in_flight,
            waiting: status.waiting,
            heap_bytes: status.heap_bytes,
            external_bytes: status.external_bytes,
        }
    });
    Json(listed.collect())
}
