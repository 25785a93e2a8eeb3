//! The one thread of the fleet: it refills the prewarmed isolates and sweeps the pools.
//!
//! Invariant: a prewarmed isolate is created ahead of its need, so no instance is ended for it.

use std::sync::Weak;
use std::time::{Duration, Instant};

use super::registry::{FURTHER, Fleet};
use super::sweep::{SWEEP_EVERY, sweep};
use crate::runtime::worker::PREWARMED_HEAP_BYTES;

/// How long the prewarmed isolates are left alone after an isolate was taken: creating the next one would compete with the cold start it
/// was taken for.
const REFILL_PAUSE: Duration = Duration::from_millis(20);

/// Keeps the prewarmed isolates filled up and sweeps, until the fleet is gone.
pub(super) fn run(fleet: &Weak<Fleet>) {
    let mut swept = Instant::now();
    while let Some(fleet) = fleet.upgrade() {
        let mut full = fleet.prewarmed.lock().last_taken.is_some_and(|taken| taken.elapsed() < REFILL_PAUSE);
        let pause = if full { REFILL_PAUSE } else { SWEEP_EVERY };
        while !full && fleet.prewarmed.lock().workers.len() < fleet.config.warm {
            match fleet.spawn(PREWARMED_HEAP_BYTES, FURTHER, Vec::new) {
                Ok(worker) => fleet.put_back(worker),
                Err(_) => full = true,
            }
        }
        if swept.elapsed() >= SWEEP_EVERY {
            swept = Instant::now();
            sweep(&fleet, swept);
        }
        let mut prewarmed = fleet.prewarmed.lock();
        if full || prewarmed.workers.len() >= fleet.config.warm {
            // Sweeps take samples, so they come evenly.
            fleet.taken.wait_for(&mut prewarmed, pause.min(SWEEP_EVERY.saturating_sub(swept.elapsed())));
        }
    }
}
