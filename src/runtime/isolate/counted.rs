//! The counters of a function where its ops find them.
//!
//! `worker` passes them when an isolate becomes an instance; `egress` counts requests, and `ops` console lines by way of a trait of its own.
//!
//! Invariant: an isolate without a function counts nothing.

use std::sync::Arc;

use deno_core::OpState;

use crate::function::Level;
use crate::runtime::ops::LineCounts;
use crate::telemetry::metrics::FunctionMetrics;
use crate::telemetry::metrics::labels::{LineDrop, LineLevel};

/// Puts the counters into the state of an isolate.
pub(super) fn put(state: &mut OpState, metrics: Arc<FunctionMetrics>) {
    state.put::<Arc<dyn LineCounts>>(metrics.clone());
    state.put(metrics);
}

impl LineCounts for FunctionMetrics {
    fn written(&self, level: Level, is_cut: bool) {
        self.wrote_line(match level {
            Level::Error => LineLevel::Error,
            Level::Warn => LineLevel::Warn,
            Level::Info => LineLevel::Info,
            Level::Debug | Level::Trace => LineLevel::Debug,
        });
        if is_cut {
            self.dropped_line(LineDrop::Cut);
        }
    }

    fn dropped(&self) {
        self.dropped_line(LineDrop::Volume);
    }
}
