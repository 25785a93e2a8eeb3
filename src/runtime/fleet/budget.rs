//! What the host may use: instances and memory of all functions together.
//!
//! `Fleet` asks before it creates an instance, and once a second whether memory must be given back. An idle instance makes room: one of the
//! function that has the most instances, and among equals the one that was idle for longest. A busy host ends the instances that no caller
//! needs, and rejects calls only when all are busy.
//!
//! Invariant: an instance that works is never ended for another's sake, and a function's only instance never for the third one of another
//! function.

use std::cmp::Reverse;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};

use super::member::{FleetMember, Idle};
use crate::fault::{Fault, Kind};
use crate::runtime::containment;
use crate::sys::kernel;

/// The assumed memory of a new instance, until the kernel counts it.
const NEW_INSTANCE_BYTES: u64 = 4 << 20;

/// Part of the budget (in eighths) above which idle instances are ended.
const HIGH_WATER_EIGHTHS: u64 = 7;

/// Part of the budget above which no instance is created ahead: it would be the next to end.
const AHEAD_EIGHTHS: u64 = 6;

/// Instances that may be ending at a time to make room: each costs CPU to take down.
const EVICTING_MAX: usize = 64;

/// Frozen threads of a process that still creates new instances. One is enough to ask for a new process; where no supervisor answers, the
/// memory that they hold must not grow without bound.
const FROZEN_MAX: u64 = 8;

/// The host's budget and the used part of it.
pub(in crate::runtime) struct Budget {
    max_instances: usize,
    memory_bytes: u64,
    /// Workers that exist, prewarmed ones included.
    workers: AtomicUsize,
    /// Workers among them that were told to end to make room.
    evicting: AtomicUsize,
    /// Whether workers have freed memory since the last call of `take_freed`.
    freed: AtomicBool,
    /// As the kernel last reported it, plus an assumption for the instances created since.
    resident_bytes: AtomicU64,
}

impl Budget {
    pub(in crate::runtime) fn new(max_instances: usize, memory_bytes: u64) -> Self {
        Self {
            max_instances,
            memory_bytes,
            workers: AtomicUsize::new(0),
            evicting: AtomicUsize::new(0),
            freed: AtomicBool::new(false),
            resident_bytes: AtomicU64::new(kernel::resident_bytes()),
        }
    }

    pub(in crate::runtime) fn workers(&self) -> usize {
        self.workers.load(Ordering::Relaxed)
    }

    /// Whether there is memory for instances that no call needs yet.
    pub(in crate::runtime) fn has_plenty(&self) -> bool {
        self.resident_bytes.load(Ordering::Relaxed) < self.memory_bytes / 8 * AHEAD_EIGHTHS
    }

    /// Counts a worker in, or returns why there may be no more. It is for a function that has `instances` instances already.
    pub(in crate::runtime) fn admit(&self, instances: usize, pools: impl FnOnce() -> Vec<Arc<dyn FleetMember>>) -> Result<(), Fault> {
        if containment::frozen_here() >= FROZEN_MAX {
            return Err(
                Fault::new(Kind::Overloaded, "too many threads of this process are frozen: it has to be restarted").with_retry_after(1)
            );
        }
        let before = self.workers.fetch_add(1, Ordering::Relaxed);
        let resident = self.resident_bytes.fetch_add(NEW_INSTANCE_BYTES, Ordering::Relaxed) + NEW_INSTANCE_BYTES;
        let too_many = before >= self.max_instances + self.evicting.load(Ordering::Relaxed);
        let too_large = resident > self.memory_bytes;
        if !(too_many || too_large) || self.evict(&pools(), instances) {
            return Ok(());
        }
        self.workers.fetch_sub(1, Ordering::Relaxed);
        self.resident_bytes.fetch_sub(NEW_INSTANCE_BYTES, Ordering::Relaxed);
        Err(if too_many {
            Fault::new(Kind::Overloaded, "the host runs as many instances as it may, and none of them may end for this one")
                .with_limit(format!("{} instances", self.max_instances), format!("{before} instances"))
        } else {
            Fault::new(Kind::Overloaded, "the host uses as much memory as it may, and no instance may end for this one")
                .with_limit(format!("{} MB", self.memory_bytes >> 20), format!("{} MB", resident >> 20))
        }
        .with_retry_after(1))
    }

    /// A worker is gone, or was never created.
    pub(in crate::runtime) fn leave(&self) {
        self.workers.fetch_sub(1, Ordering::Relaxed);
        self.note_freed();
        // The first worker that leaves makes the room, whether it was told to or not.
        let _ = self.evicting.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |count| count.checked_sub(1));
    }

    /// Workers have freed memory, or soon will have.
    pub(in crate::runtime) fn note_freed(&self) {
        self.freed.store(true, Ordering::Relaxed);
    }

    /// Whether workers have freed memory since the last call of this method.
    pub(in crate::runtime) fn take_freed(&self) -> bool {
        self.freed.swap(false, Ordering::Relaxed)
    }

    /// Reads the memory in use, and ends idle instances while it is too much.
    pub(in crate::runtime) fn sweep(&self, pools: &[Arc<dyn FleetMember>]) {
        let resident = kernel::resident_bytes();
        self.resident_bytes.store(resident, Ordering::Relaxed);
        let high_water = self.memory_bytes / 8 * HIGH_WATER_EIGHTHS;
        let mut excess = resident.saturating_sub(high_water);
        while excess > 0 && self.evict(pools, 0) {
            excess = excess.saturating_sub(NEW_INSTANCE_BYTES);
        }
    }

    /// Ends an idle instance for a function that has `instances` instances. Returns false if there is none for it, or if enough are ending
    /// already.
    fn evict(&self, pools: &[Arc<dyn FleetMember>], instances: usize) -> bool {
        if self.evicting.load(Ordering::Relaxed) >= EVICTING_MAX {
            return false;
        }
        // A pool that is locked is busy; the one that asks is locked by its asker.
        let idle = pools.iter().filter_map(|pool| Some((pool.idle()?, pool)));
        let ended = victim(idle, instances).is_some_and(|pool| pool.end_idlest());
        if ended {
            self.evicting.fetch_add(1, Ordering::Relaxed);
        }
        ended
    }
}

/// The pool whose idle instance ends for a function that has `instances` instances: that of the function with the most, among equals the
/// one idle for longest. A function that has more than one never takes the only one of another.
fn victim<T>(idle: impl Iterator<Item = (Idle, T)>, instances: usize) -> Option<T> {
    let may_lose = |(idle, _): &(Idle, T)| idle.instances > 1 || instances <= 1;
    idle.filter(may_lose).max_by_key(|(idle, _)| (idle.instances, Reverse(idle.since))).map(|(_, owner)| owner)
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use proptest::prelude::*;

    use super::*;

    /// The pool that loses an instance to a function with `instances` instances; the pools are (instances, seconds idle).
    fn chosen(pools: &[(usize, u64)], instances: usize) -> Option<usize> {
        let now = Instant::now() + Duration::from_secs(10_000);
        let idle = |(instances, seconds): (usize, u64)| Idle { instances, since: now - Duration::from_secs(seconds) };
        victim(pools.iter().enumerate().map(|(index, pool)| (idle(*pool), index)), instances)
    }

    #[test]
    fn among_functions_with_one_instance_the_longest_idle_makes_room() {
        assert_eq!(chosen(&[(1, 5), (1, 90), (1, 30)], 0), Some(1));
        assert_eq!(chosen(&[(1, 5), (1, 90), (1, 30)], 1), Some(1));
    }

    #[test]
    fn a_function_with_many_instances_makes_room_before_one_with_few() {
        assert_eq!(chosen(&[(1, 300), (4, 2), (2, 60)], 0), Some(1));
        assert_eq!(chosen(&[(4, 2), (1, 300), (4, 3)], 7), Some(2));
    }

    #[test]
    fn a_function_with_many_instances_does_not_push_out_the_only_one_of_another() {
        assert_eq!(chosen(&[(1, 300), (1, 200)], 2), None);
        assert_eq!(chosen(&[(1, 300), (2, 1)], 2), Some(1));
    }

    proptest! {
        /// A pool is chosen exactly if one may lose an instance, and no other such pool has more instances or was idle for longer.
        #[test]
        fn the_choice_is_fair(pools in prop::collection::vec((1_usize..6, 0_u64..400), 0..12), instances in 0_usize..6) {
            let allowed = |pool: &&(usize, u64)| instances < 2 || pool.0 > 1;
            match chosen(&pools, instances) {
                None => prop_assert_eq!(pools.iter().filter(allowed).count(), 0),
                Some(index) => {
                    prop_assert!(allowed(&&pools[index]));
                    prop_assert!(pools.iter().filter(allowed).all(|pool| *pool <= pools[index]));
                }
            }
        }
    }
}
