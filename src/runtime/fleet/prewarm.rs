//! Prewarmed isolates: made before a function needs them, by the one thread that also sweeps the pools.
//!
//! `Fleet::take` pops them; this thread replaces them after a pause.
//!
//! Invariant: a prewarmed isolate is made ahead of its need, so no instance is ended for it.

use std::sync::{Arc, Weak};
use std::time::{Duration, Instant};

use super::Fleet;
use crate::runtime::worker::{BLANK_HEAP_BYTES, Handle};

use super::sweep::{SWEEP_EVERY, sweep};

/// How long the pool is left alone after an isolate was taken: making the next one would compete with the cold start it was taken for.
const REFILL_PAUSE: Duration = Duration::from_millis(20);

/// The isolates that wait.
#[derive(Default)]
pub(super) struct PrewarmPool {
    workers: Vec<Arc<Handle>>,
    last_taken: Option<Instant>,
}

impl PrewarmPool {
    /// Ends all of them.
    pub(super) fn retire(&mut self) {
        for worker in self.workers.drain(..) {
            worker.retire();
        }
    }
}

impl Fleet {
    /// A prewarmed isolate, if one is there.
    pub(super) fn take_prewarmed(&self) -> Option<Arc<Handle>> {
        let worker = {
            let mut prewarmed = self.prewarmed.lock();
            prewarmed.workers.retain(|worker| !worker.is_over());
            prewarmed.last_taken = Some(Instant::now());
            prewarmed.workers.pop()
        };
        self.taken.notify_one();
        worker
    }
}

/// Keeps the pool filled and sweeps, until the fleet is gone.
pub(super) fn run(fleet: &Weak<Fleet>) {
    let mut swept = Instant::now();
    while let Some(fleet) = fleet.upgrade() {
        let mut full = fleet.prewarmed.lock().last_taken.is_some_and(|taken| taken.elapsed() < REFILL_PAUSE);
        let pause = if full { REFILL_PAUSE } else { SWEEP_EVERY };
        while !full && fleet.prewarmed.lock().workers.len() < fleet.config.warm {
            match fleet.spawn(BLANK_HEAP_BYTES, 0, Vec::new) {
                Ok(worker) => fleet.prewarmed.lock().workers.push(worker),
                Err(_) => full = true,
            }
        }
        if swept.elapsed() >= SWEEP_EVERY {
            swept = Instant::now();
            sweep(&fleet, swept);
        }
        let mut prewarmed = fleet.prewarmed.lock();
        if full || prewarmed.workers.len() >= fleet.config.warm {
            // Sweeps take samples: they come evenly.
            fleet.taken.wait_for(&mut prewarmed, pause.min(SWEEP_EVERY.saturating_sub(swept.elapsed())));
        }
    }
}
