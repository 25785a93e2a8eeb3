//! What the host may use: instances and memory of all functions together.
//!
//! `Fleet` asks before it creates an instance, and once a second whether memory must be given back. An idle instance makes room: one of the
//! function that has the most instances, and among equals the one that was idle for longest. A busy host ends the instances that no caller
//! needs, and rejects calls only when all are busy.
//!
//! Invariant: an instance that works is never ended for another's sake, and a function's only instance never for the third one of another
//! function. As long as functions have no instance, the last quarter of the places is kept for them: no function takes every place.

use std::cmp::Reverse;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};

use super::member::{FleetMember, Idle};
use crate::fault::{Fault, Kind};
use crate::sys::kernel;
use crate::telemetry::metrics::labels::InstanceEnd;

/// The assumed memory of a new instance, until the kernel counts it.
const NEW_INSTANCE_BYTES: u64 = 4 << 20;

/// Part of the budget (in eighths) above which idle instances are ended.
const HIGH_WATER_EIGHTHS: u64 = 7;

/// Part of the budget above which no instance is created ahead: it would be the next to end.
const AHEAD_EIGHTHS: u64 = 6;

/// Part of the places that further instances of a function leave to functions that have none: at most one place for each such function, and
/// never more than this part. A host of few places and many functions can so still use most of its places.
const RESERVE_PART: usize = 4;

/// Part of the memory (in eighths) that further instances leave to functions that have none: the part above which idle instances end.
const FURTHER_EIGHTHS: u64 = HIGH_WATER_EIGHTHS;

/// Instances that may be ending at a time to make room: each costs CPU to take down.
const EVICTING_MAX: usize = 64;

/// The host's budget and the used part of it.
pub(in crate::runtime) struct Budget {
    max_instances: usize,
    memory_bytes: u64,
    /// Workers that exist, prewarmed ones included.
    workers: AtomicUsize,
    /// Workers among them that wait for a function.
    prewarmed: AtomicUsize,
    /// Workers among them that were told to end to make room.
    evicting: AtomicUsize,
    /// Functions of the host, whether they have instances or not.
    functions: AtomicUsize,
    /// Functions that have instances.
    served: AtomicUsize,
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
            prewarmed: AtomicUsize::new(0),
            evicting: AtomicUsize::new(0),
            functions: AtomicUsize::new(0),
            served: AtomicUsize::new(0),
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

    /// The host has this many functions.
    pub(in crate::runtime) fn expect(&self, functions: usize) {
        self.functions.store(functions, Ordering::Relaxed);
    }

    /// This many functions have instances.
    pub(super) fn serves(&self, functions: usize) {
        self.served.store(functions, Ordering::Relaxed);
    }

    /// This many workers wait for a function.
    pub(super) fn holds_prewarmed(&self, workers: usize) {
        self.prewarmed.store(workers, Ordering::SeqCst);
    }

    /// Places that further instances leave to functions that have none.
    fn reserve(&self) -> usize {
        let without = self.functions.load(Ordering::Relaxed).saturating_sub(self.served.load(Ordering::Relaxed));
        without.min(self.max_instances / RESERVE_PART)
    }

    /// Whether the reserve is whole. A caller takes its place first and asks then: of two that take the last free place at the same time, at
    /// least one sees both.
    pub(super) fn has_reserve(&self) -> bool {
        let all = self.max_instances + self.evicting.load(Ordering::SeqCst) + self.prewarmed.load(Ordering::SeqCst);
        all >= self.workers.load(Ordering::SeqCst) + self.reserve()
    }

    /// Ends an idle instance for a further one of a function that has `instances` instances, or returns why there may be no further one.
    pub(super) fn make_room_beside_reserve(&self, instances: usize, pools: &[Arc<dyn FleetMember>]) -> Result<(), Fault> {
        if self.evict(pools, instances, InstanceEnd::Evicted) { Ok(()) } else { Err(self.keeps_reserve()) }
    }

    fn keeps_reserve(&self) -> Fault {
        let used = self.workers.load(Ordering::Relaxed).saturating_sub(self.prewarmed.load(Ordering::Relaxed));
        Fault::new(Kind::Overloaded, "the host keeps its last instances for functions that have none")
            .with_limit(format!("{} instances, {} of them kept", self.max_instances, self.reserve()), format!("{used} instances"))
            .with_retry_after(1)
    }

    /// Counts a worker in, or returns why there may be no more. It is for a function that has `instances` instances already.
    pub(in crate::runtime) fn admit(&self, instances: usize, pools: impl FnOnce() -> Vec<Arc<dyn FleetMember>>) -> Result<(), Fault> {
        let before = self.workers.fetch_add(1, Ordering::SeqCst);
        let resident = self.resident_bytes.fetch_add(NEW_INSTANCE_BYTES, Ordering::Relaxed) + NEW_INSTANCE_BYTES;
        let is_further = instances > 0;
        let too_many = before >= self.max_instances + self.evicting.load(Ordering::Relaxed);
        let into_reserve = is_further && !self.has_reserve();
        let memory = if is_further && self.reserve() > 0 { self.memory_bytes / 8 * FURTHER_EIGHTHS } else { self.memory_bytes };
        let too_large = resident > memory;
        if !(too_many || into_reserve || too_large) || self.evict(&pools(), instances, InstanceEnd::Evicted) {
            return Ok(());
        }
        self.workers.fetch_sub(1, Ordering::SeqCst);
        self.resident_bytes.fetch_sub(NEW_INSTANCE_BYTES, Ordering::Relaxed);
        Err(if too_many {
            Fault::new(Kind::Overloaded, "the host runs as many instances as it may, and none of them may end for this one")
                .with_limit(format!("{} instances", self.max_instances), format!("{before} instances"))
        } else if into_reserve {
            self.keeps_reserve()
        } else {
            Fault::new(Kind::Overloaded, "the host uses as much memory as it may, and no instance may end for this one")
                .with_limit(format!("{} MB", memory >> 20), format!("{} MB", resident >> 20))
        }
        .with_retry_after(1))
    }

    /// A prewarmed worker was told to end to make room.
    pub(super) fn note_evicted(&self) {
        self.evicting.fetch_add(1, Ordering::Relaxed);
    }

    /// A worker is gone, or was never created.
    pub(in crate::runtime) fn leave(&self) {
        self.workers.fetch_sub(1, Ordering::SeqCst);
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
        while excess > 0 && self.evict(pools, 0, InstanceEnd::Trimmed) {
            excess = excess.saturating_sub(NEW_INSTANCE_BYTES);
        }
    }

    /// Ends an idle instance for a function that has `instances` instances. Returns false if there is none for it, or if enough are ending
    /// already.
    fn evict(&self, pools: &[Arc<dyn FleetMember>], instances: usize, why: InstanceEnd) -> bool {
        if self.evicting.load(Ordering::Relaxed) >= EVICTING_MAX {
            return false;
        }
        // A pool that is locked is busy; the one that asks is locked by its asker.
        let idle = pools.iter().filter_map(|pool| Some((pool.idle()?, pool)));
        let ended = victim(idle, instances).is_some_and(|pool| pool.end_idlest(why));
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
mod tests;
