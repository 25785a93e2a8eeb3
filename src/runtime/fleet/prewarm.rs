//! Prewarmed isolates: created before a function needs them.
//!
//! `Fleet::take` pops them; the keeper replaces them.

use std::sync::Arc;
use std::time::Instant;

use crate::runtime::worker::Handle;

/// The isolates that wait.
#[derive(Default)]
pub(super) struct PrewarmPool {
    pub(super) workers: Vec<Arc<Handle>>,
    pub(super) last_taken: Option<Instant>,
}

impl PrewarmPool {
    /// Ends all of them.
    pub(super) fn retire(&mut self) {
        for worker in self.workers.drain(..) {
            worker.retire();
        }
    }
}
