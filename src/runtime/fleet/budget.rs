//! What the host may use: instances and memory of all functions together.
//!
//! `Fleet` asks before it makes an instance, and once a second whether memory must be given back. What is in the way is an idle instance of the
//! function that has the most, and of those the one that was idle for longest: a busy host ends the instances nobody calls, and refuses only when all
//! are busy.
//!
//! Invariant: an instance that works is never ended for another's sake, and the only one of a function never for the third one of another.

use std::cmp::Reverse;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::time::Instant;

use super::FleetMember;
use crate::fault::{Fault, Kind};
use crate::runtime::containment;
use crate::sys::kernel;

/// What a new instance is taken to need before it is seen.
const NEW_INSTANCE_BYTES: u64 = 4 << 20;

/// Share of the budget (in eighths) above which idle instances are ended.
const HIGH_WATER_EIGHTHS: u64 = 7;

/// The same above which none is made ahead: what is made shall not be what is ended next.
const AHEAD_EIGHTHS: u64 = 6;

/// Instances that may be ending at a time to make room: each costs CPU to take down.
const EVICTING_MAX: usize = 64;

/// Parked threads of a process that still makes new instances. One is enough to ask for a new process; where nobody answers, the
/// memory that they hold must not grow without bound.
const PARKED_MAX: u64 = 8;

/// A pool that has an instance without anything to do.
#[derive(Clone, Copy, Debug)]
pub struct Idle {
    /// Instances that the pool has.
    pub instances: usize,
    /// Since when the idlest has nothing to do.
    pub since: Instant,
}

/// The numbers and what is used of them.
pub(in crate::runtime) struct Budget {
    max_instances: usize,
    memory_bytes: u64,
    /// Workers that exist, blank ones included.
    workers: AtomicUsize,
    /// Workers among them that were told to end to make room.
    evicting: AtomicUsize,
    /// Whether workers have freed memory since `take_freed` was asked last.
    freed: AtomicBool,
    /// As the kernel said last, with a guess for what was made since.
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

    /// Whether there is memory for instances that nobody needs yet.
    pub(in crate::runtime) fn has_plenty(&self) -> bool {
        self.resident_bytes.load(Ordering::Relaxed) < self.memory_bytes / 8 * AHEAD_EIGHTHS
    }

    /// Counts a worker in, or says why there may be no more. It is for a function that has so many `instances` already.
    pub(in crate::runtime) fn admit(&self, instances: usize, pools: impl FnOnce() -> Vec<Arc<dyn FleetMember>>) -> Result<(), Fault> {
        if containment::parked_here() >= PARKED_MAX {
            return Err(
                Fault::new(Kind::Overloaded, "too many threads of this process are parked: it has to be restarted").with_retry_after(1)
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

    /// A worker is gone, or was never made.
    pub(in crate::runtime) fn leave(&self) {
        self.workers.fetch_sub(1, Ordering::Relaxed);
        self.note_freed();
        // Whoever left first makes the room, whether it was told to or not.
        let _ = self.evicting.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |count| count.checked_sub(1));
    }

    /// Workers have freed memory, or soon will have.
    pub(in crate::runtime) fn note_freed(&self) {
        self.freed.store(true, Ordering::Relaxed);
    }

    /// Whether workers have freed memory since this was asked last.
    pub(in crate::runtime) fn take_freed(&self) -> bool {
        self.freed.swap(false, Ordering::Relaxed)
    }

    /// Looks at memory again, and ends idle instances while there is too much of it in use.
    pub(in crate::runtime) fn sweep(&self, pools: &[Arc<dyn FleetMember>]) {
        let resident = kernel::resident_bytes();
        self.resident_bytes.store(resident, Ordering::Relaxed);
        let high_water = self.memory_bytes / 8 * HIGH_WATER_EIGHTHS;
        let mut excess = resident.saturating_sub(high_water);
        while excess > 0 && self.evict(pools, 0) {
            excess = excess.saturating_sub(NEW_INSTANCE_BYTES);
        }
    }

    /// Ends an idle instance for a function that has so many `instances`. False if there is none for it, or enough are ending already.
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

/// Whose idle instance ends for a function that has so many `instances`: of the function with the most, the one idle for longest. A function that has
/// more than one takes the only one from nobody.
fn victim<T>(idle: impl Iterator<Item = (Idle, T)>, instances: usize) -> Option<T> {
    let may_lose = |(idle, _): &(Idle, T)| idle.instances > 1 || instances <= 1;
    idle.filter(may_lose).max_by_key(|(idle, _)| (idle.instances, Reverse(idle.since))).map(|(_, owner)| owner)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use proptest::prelude::*;

    use super::*;

    /// Ends one for a function with so many `instances`; the pools are (instances, seconds idle).
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
        /// Whoever asks: somebody is chosen exactly if somebody may be, and nobody who may be has more instances or was idle for longer.
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
