//! What the host may use: instances and memory of all functions together.
//!
//! `Blanks` asks before it makes an instance, and once a second whether memory must be given back. What is in the way is the instance that was
//! idle for longest, of whichever function: a busy host ends the instances nobody calls, and refuses only when all are busy.
//!
//! Invariant: an instance that works is never ended for another's sake.

use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Weak};
use std::time::Instant;

use super::Pool;
use crate::config::kernel;
use crate::fault::{Fault, Kind};
use crate::runtime::containment;

/// What a new instance is taken to need before it is seen.
const NEW_INSTANCE_BYTES: u64 = 4 << 20;

/// Share of the budget (in eighths) above which idle instances are ended.
const HIGH_WATER_EIGHTHS: u64 = 7;

/// Instances that may be ending at a time to make room: each costs CPU to take down.
const EVICTING_MAX: usize = 64;

/// Parked threads of a process that still makes new instances. One is enough to ask for a new process; where nobody answers, the
/// memory that they hold must not grow without bound.
const PARKED_MAX: u64 = 8;

/// The numbers and what is used of them.
pub(super) struct Budget {
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
    pub(super) fn new(max_instances: usize, memory_bytes: u64) -> Self {
        Self {
            max_instances,
            memory_bytes,
            workers: AtomicUsize::new(0),
            evicting: AtomicUsize::new(0),
            freed: AtomicBool::new(false),
            resident_bytes: AtomicU64::new(kernel::resident_bytes()),
        }
    }

    pub(super) fn workers(&self) -> usize {
        self.workers.load(Ordering::Relaxed)
    }

    /// Counts a worker in, or says why there may be no more.
    pub(super) fn admit(&self, pools: impl FnOnce() -> Vec<Arc<Pool>>) -> Result<(), Fault> {
        if containment::parked_here() >= PARKED_MAX {
            return Err(
                Fault::new(Kind::Overloaded, "too many threads of this process are parked: it has to be restarted").with_retry_after(1)
            );
        }
        let before = self.workers.fetch_add(1, Ordering::Relaxed);
        let resident = self.resident_bytes.fetch_add(NEW_INSTANCE_BYTES, Ordering::Relaxed) + NEW_INSTANCE_BYTES;
        let too_many = before >= self.max_instances + self.evicting.load(Ordering::Relaxed);
        let too_large = resident > self.memory_bytes;
        if !(too_many || too_large) || self.evict(&pools(), Instant::now()) {
            return Ok(());
        }
        self.workers.fetch_sub(1, Ordering::Relaxed);
        self.resident_bytes.fetch_sub(NEW_INSTANCE_BYTES, Ordering::Relaxed);
        Err(if too_many {
            Fault::new(Kind::Overloaded, "the host runs as many instances as it may, and all of them are busy")
                .with_limit(format!("{} instances", self.max_instances), format!("{before} instances"))
        } else {
            Fault::new(Kind::Overloaded, "the host uses as much memory as it may, and every instance is busy")
                .with_limit(format!("{} MB", self.memory_bytes >> 20), format!("{} MB", resident >> 20))
        }
        .with_retry_after(1))
    }

    /// A worker is gone, or was never made.
    pub(super) fn leave(&self) {
        self.workers.fetch_sub(1, Ordering::Relaxed);
        self.note_freed();
        // Whoever left first makes the room, whether it was told to or not.
        let _ = self.evicting.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |count| count.checked_sub(1));
    }

    /// Workers have freed memory, or soon will have.
    pub(super) fn note_freed(&self) {
        self.freed.store(true, Ordering::Relaxed);
    }

    /// Whether workers have freed memory since this was asked last.
    pub(super) fn take_freed(&self) -> bool {
        self.freed.swap(false, Ordering::Relaxed)
    }

    /// Looks at memory again, and ends idle instances while there is too much of it in use.
    pub(super) fn sweep(&self, pools: &[Arc<Pool>], now: Instant) {
        let resident = kernel::resident_bytes();
        self.resident_bytes.store(resident, Ordering::Relaxed);
        let high_water = self.memory_bytes / 8 * HIGH_WATER_EIGHTHS;
        let mut excess = resident.saturating_sub(high_water);
        while excess > 0 && self.evict(pools, now) {
            excess = excess.saturating_sub(NEW_INSTANCE_BYTES);
        }
    }

    /// Ends the instance that was idle for longest. False if none is idle, or enough are ending already.
    fn evict(&self, pools: &[Arc<Pool>], now: Instant) -> bool {
        if self.evicting.load(Ordering::Relaxed) >= EVICTING_MAX {
            return false;
        }
        // A pool that is locked is busy; the one that asks is locked by its asker.
        let idlest = pools.iter().filter_map(|pool| Some((pool.idle_since()?, pool))).min_by_key(|(since, _)| *since);
        let Some((_, pool)) = idlest else { return false };
        let ended = pool.end_idlest(now);
        if ended {
            self.evicting.fetch_add(1, Ordering::Relaxed);
        }
        ended
    }
}

/// The pools that are still there.
pub(super) fn upgraded(pools: &[Weak<Pool>]) -> Vec<Arc<Pool>> {
    pools.iter().filter_map(Weak::upgrade).collect()
}
