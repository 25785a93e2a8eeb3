//! The count of one request of a function: how it ended, and after how long the head of its answer came.
//!
//! `request` begins it; what becomes of it stands in the function's counters.
//!
//! Invariant: each request is counted once; one that is dropped before its end was given up.

use std::error::Error;
use std::io;
use std::sync::Arc;
use std::time::Instant;

use deno_core::OpState;
use deno_fetch::FetchError;

use crate::telemetry::metrics::labels::FetchEnd;
use crate::telemetry::metrics::{FunctionMetrics, HOST};

/// A request that has not ended.
pub(super) struct FetchCount {
    metrics: Option<Arc<FunctionMetrics>>,
    begun: Instant,
    end: FetchEnd,
}

impl FetchCount {
    pub(super) fn begin(state: &OpState) -> Self {
        Self { metrics: state.try_borrow::<Arc<FunctionMetrics>>().cloned(), begun: Instant::now(), end: FetchEnd::Aborted }
    }

    /// The host did not let it out.
    pub(super) fn refused(mut self) {
        self.end = FetchEnd::Refused;
    }

    /// The head of its answer has come.
    pub(super) fn answered(mut self) {
        self.end = FetchEnd::Answered;
        HOST.fetched(self.begun.elapsed());
    }

    /// No answer comes.
    pub(super) fn failed(mut self, error: Option<&FetchError>) {
        self.end = if error.is_some_and(is_denied) { FetchEnd::Refused } else { FetchEnd::Failed };
    }
}

impl Drop for FetchCount {
    fn drop(&mut self) {
        if let Some(metrics) = &self.metrics {
            metrics.fetched(self.end);
        }
    }
}

/// Whether `connector` is the cause of a failure: it does not let the connection out.
fn is_denied(error: &FetchError) -> bool {
    // The error of the client is kept beside the error of deno_fetch, and is not its source.
    let mut cause: Option<&(dyn Error + 'static)> = match error {
        FetchError::ClientSend(failed) => Some(&failed.source),
        error => Some(error),
    };
    while let Some(error) = cause {
        if is_denial(error) {
            return true;
        }
        cause = error.source();
    }
    false
}

fn is_denial(error: &(dyn Error + 'static)) -> bool {
    error.downcast_ref::<io::Error>().is_some_and(|error| error.kind() == io::ErrorKind::PermissionDenied)
}
