//! The sweep: once a second every pool samples its traffic, and memory is given back.
//!
//! Invariant: few instances collect their garbage at a time, because each costs milliseconds of CPU that calls may need.

use std::time::{Duration, Instant};

use super::registry::Fleet;
use crate::sys::malloc;

/// Instances that collect their garbage in one sweep.
const TRIMS_PER_SWEEP: usize = 2;

/// How often the pools are swept.
pub(super) const SWEEP_EVERY: Duration = Duration::from_secs(1);

/// Sweeps every pool once.
pub(super) fn sweep(fleet: &Fleet, now: Instant) {
    // The pools' own locks are taken without the fleet's: a pool that spawns takes them the other way round.
    let pools = {
        fleet.members.lock().retain(|pool| pool.strong_count() > 0);
        fleet.members()
    };
    if fleet.budget.take_freed() && !malloc::give_back_soon() {
        fleet.budget.note_freed();
    }
    let mut trims = TRIMS_PER_SWEEP;
    fleet.budget.sweep(&pools);
    for pool in pools {
        pool.sweep(now, &mut trims);
    }
    if trims < TRIMS_PER_SWEEP {
        fleet.budget.note_freed();
    }
}
