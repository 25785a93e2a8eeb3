//! How long the parts of a cold start took, from the start of the thread to the first call.
//!
//! `event_loop` and `boot` note them on the worker's own thread; they are counted once the instance is ready.
//!
//! Invariant: what never becomes an instance of a function is not counted.

use std::time::{Duration, Instant};

use super::handle::Handle;
use crate::telemetry::metrics::HOST;
use crate::telemetry::metrics::labels::{ColdPhase, InstanceFrom};

/// The parts of one worker's cold start.
pub(super) struct ColdStart {
    took: [Duration; ColdPhase::ALL.len()],
    since: Instant,
}

impl ColdStart {
    /// The thread has started.
    pub(super) fn begin(handle: &Handle) -> Self {
        let mut cold_start = Self { took: Default::default(), since: handle.made };
        cold_start.done(ColdPhase::Thread);
        cold_start
    }

    /// The next part begins: what came before belongs to none.
    pub(super) fn resume(&mut self) {
        self.since = Instant::now();
    }

    /// A part is over, and the next begins.
    pub(super) fn done(&mut self, phase: ColdPhase) {
        let now = Instant::now();
        if let Some(took) = self.took.get_mut(phase as usize) {
            *took = now.saturating_duration_since(self.since);
        }
        self.since = now;
    }

    /// The instance takes calls. Returns where it came from.
    pub(super) fn ready(&self, handle: &Handle) -> InstanceFrom {
        let from = handle.came_from();
        for (phase, took) in ColdPhase::ALL.into_iter().zip(self.took) {
            if !matches!(phase, ColdPhase::FirstCall | ColdPhase::Total) {
                HOST.cold_start(phase, from, took);
            }
        }
        if let Some(asked) = handle.asked.get() {
            // A thread that was started for the function is part of it.
            let begun = if from == InstanceFrom::Fresh { handle.made } else { *asked };
            HOST.cold_start(ColdPhase::Total, from, begun.elapsed());
        }
        from
    }
}
