//! The one way from an operation to a release: the order goes to `release`, the record comes back.
//!
//! Every operation that releases ends here.
//!
//! Invariant: the response is the record as it is at that moment; with `?wait=true` it comes when the release has ended.

use std::sync::Arc;

use axum::Json;
use axum::http::StatusCode;

use crate::admin::auth::Caller;
use crate::admin::error::ApiError;
use crate::admin::state::AdminState;
use crate::api::release::{Purpose, Record};
use crate::function::FunctionName;
use crate::live::{Sticky, WEIGHT_WHOLE};
use crate::release::Deployments;
use crate::release::deploy::order::{Change, FunctionChange, Order, TrafficWeight};

/// Longest note.
const NOTE_BYTES_MAX: usize = 1024;

/// A release that was taken in, or has ended.
pub(super) type Answer = Result<(StatusCode, Json<Arc<Record>>), ApiError>;

/// A change of one function, as a release of its own.
pub(super) struct OneChange {
    pub(super) purpose: Purpose,
    pub(super) function: FunctionName,
    pub(super) what: FunctionChange,
    pub(super) note: Option<String>,
}

impl OneChange {
    /// Submits it.
    pub(super) async fn submit(self, state: &AdminState, caller: Caller, wait: bool) -> Answer {
        let Self { purpose, function, what, note } = self;
        submit(state, Order { purpose, changes: vec![Change { function, what }], files: None, note, by: caller.token }, wait).await
    }
}

/// Submits an order, and waits for the end of its release if told to.
pub(super) async fn submit(state: &AdminState, order: Order, wait: bool) -> Answer {
    let deployments: &Arc<Deployments> = state.deployments()?;
    let record = deployments.submit(order)?;
    if !wait {
        return Ok((StatusCode::ACCEPTED, Json(record)));
    }
    let mut record_rx = deployments.subscribe(&record.id)?;
    // The sender is kept as long as the record: it does not go before the end.
    let ended = record_rx.wait_for(|record| record.status.is_end()).await;
    Ok((StatusCode::OK, Json(ended.map(|record| record.clone()).unwrap_or(record))))
}

/// A candidate's weight, of `percent` and of what keeps a caller on one side.
pub(super) fn weight(percent: f64, sticky: Option<String>) -> Result<TrafficWeight, ApiError> {
    if !(0.0..=100.0).contains(&percent) {
        return Err(ApiError::invalid(format!("{percent} is not a part of the calls: 0 to 100 percent")));
    }
    let sticky = sticky.map(|text| Sticky::parse(&text)).transpose().map_err(ApiError::invalid)?;
    // In range by the check above.
    Ok(TrafficWeight { basis_points: (percent * f64::from(WEIGHT_WHOLE) / 100.0).round() as u16, sticky })
}

/// A note that is not empty and not too long.
pub(super) fn note(note: Option<String>) -> Result<Option<String>, ApiError> {
    match note {
        Some(note) if note.len() > NOTE_BYTES_MAX => Err(ApiError::invalid(format!("a note has at most {NOTE_BYTES_MAX} bytes"))),
        note => Ok(note.filter(|note| !note.is_empty())),
    }
}
