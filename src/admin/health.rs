//! Probes: is the process alive, and may it be sent traffic?
//!
//! Invariant: constant time, no lock that a function's call could hold.

use axum::extract::State;
use axum::http::StatusCode;

use crate::shutdown::{Drained, Phase};

/// The process answers.
pub(super) async fn healthz() -> &'static str {
    "ok\n"
}

/// The functions are registered and nobody asked to stop.
pub(super) async fn readyz(State(drained): State<Drained>) -> (StatusCode, &'static str) {
    if drained.phase() == Phase::Stopping { (StatusCode::SERVICE_UNAVAILABLE, "draining\n") } else { (StatusCode::OK, "ready\n") }
}
