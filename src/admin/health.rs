//! Probes: is the process alive, and may it get traffic?
//!
//! Invariant: constant time, and no lock that a function's call could hold.

use axum::extract::State;
use axum::http::StatusCode;

use crate::shutdown::{Drained, ShutdownPhase};

/// The process answers.
pub(super) async fn healthz() -> &'static str {
    "ok\n"
}

/// The functions are registered and no shutdown has begun.
pub(super) async fn readyz(State(drained): State<Drained>) -> (StatusCode, &'static str) {
    if drained.phase() == ShutdownPhase::Stopping { (StatusCode::SERVICE_UNAVAILABLE, "draining\n") } else { (StatusCode::OK, "ready\n") }
}
