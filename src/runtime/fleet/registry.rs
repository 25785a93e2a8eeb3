//! The fleet: every worker of the process, and the pools that have any.
//!
//! Pools take workers here and register once they have any; the keeper sweeps the registered pools.
//!
//! Invariant: every worker was admitted by the budget, and leaves it when its thread ends. No lock is held while a pool is called.

use std::collections::HashMap;
use std::io;
use std::sync::{Arc, OnceLock, Weak};
use std::time::{Duration, Instant};

use parking_lot::{Condvar, Mutex};

use super::budget::Budget;
use super::member::FleetMember;
use super::prewarm::PrewarmPool;
use crate::fault::{Fault, Kind};
use crate::function::FunctionName;
use crate::process::quarantine::Quarantine;
use crate::runtime::ops::HostApi;
use crate::runtime::worker::{Handle, PREWARMED_HEAP_BYTES};
use crate::telemetry::metrics::FunctionRegistry;

/// The host-wide settings.
#[derive(Clone, Debug)]
pub struct FleetConfig {
    /// Prewarmed isolates to keep ready.
    pub warm: usize,
    /// Workers at a time, prewarmed ones included.
    pub max_instances: usize,
    /// Memory the process may use before idle workers are ended and new ones rejected.
    pub memory_bytes: u64,
    /// CPU time a module may use while it loads.
    pub boot_cpu: Duration,
    /// Wall-clock time a module may take to load.
    pub boot_wall: Duration,
    /// The counters of functions.
    pub metrics: Arc<FunctionRegistry>,
}

/// The number of instances of a function for which a worker is created that no call waits for: it takes no place that is kept for a first
/// one.
pub(super) const FURTHER: usize = 1;

/// Starts the thread of a worker with this much heap, in bytes; calls the last argument when that thread ends.
pub type SpawnWorker = fn(Arc<dyn HostApi>, usize, Box<dyn Fn() + Send + Sync>) -> io::Result<Arc<Handle>>;

/// All workers of the process.
pub struct Fleet {
    pub(super) config: FleetConfig,
    pub(super) host: Arc<dyn HostApi>,
    pub(super) make: SpawnWorker,
    // Lock order: see runtime.
    pub(super) prewarmed: Mutex<PrewarmPool>,
    /// Notified when a prewarmed isolate is taken.
    pub(super) taken: Condvar,
    // Lock order: see runtime.
    pub(super) members: Mutex<Vec<Weak<dyn FleetMember>>>,
    pub(super) budget: Arc<Budget>,
    // Lock order: see runtime.
    /// The functions that have instances, and how many of their pools have any: a version that is replaced has some beside the new one.
    served: Mutex<HashMap<FunctionName, usize>>,
    /// The versions that must not run.
    pub(super) quarantine: OnceLock<Arc<Quarantine>>,
}

impl Fleet {
    /// A fleet without the keeper's thread.
    pub(in crate::runtime) fn new(config: FleetConfig, host: Arc<dyn HostApi>, make: SpawnWorker) -> Self {
        let budget = Arc::new(Budget::new(config.max_instances, config.memory_bytes));
        Self {
            config,
            host,
            make,
            prewarmed: Mutex::default(),
            taken: Condvar::new(),
            members: Mutex::default(),
            budget,
            served: Mutex::default(),
            quarantine: OnceLock::new(),
        }
    }

    /// The settings it was started with.
    pub fn config(&self) -> &FleetConfig {
        &self.config
    }

    /// Isolates that wait for a function.
    pub fn prewarmed(&self) -> usize {
        self.prewarmed.lock().workers.len()
    }

    /// Workers that exist, prewarmed ones included.
    pub fn workers(&self) -> usize {
        self.budget.workers()
    }

    /// Calls in instances and waiting, of all pools.
    pub fn in_flight(&self) -> usize {
        self.members().iter().map(|pool| pool.calls()).sum()
    }

    /// The host has this many functions. As long as some of them have no instance, the last places are kept for those.
    pub fn expect(&self, functions: usize) {
        self.budget.expect(functions);
    }

    /// A pool of this function has its first instance (or has lost its last one).
    pub(in crate::runtime) fn note_served(&self, function: &FunctionName, has_instances: bool) {
        let mut served = self.served.lock();
        if has_instances {
            *served.entry(function.clone()).or_insert(0) += 1;
        } else if let Some(pools) = served.get_mut(function) {
            *pools -= 1;
            if *pools == 0 {
                served.remove(function);
            }
        }
        self.budget.serves(served.len());
    }

    /// A worker for a function that has `instances` already: a prewarmed one if its heap fits.
    pub(in crate::runtime) fn take(&self, memory_bytes: u64, instances: usize) -> Result<Arc<Handle>, Fault> {
        let memory = usize::try_from(memory_bytes).unwrap_or(usize::MAX);
        if memory < PREWARMED_HEAP_BYTES {
            // A heap limit can be raised, never lowered: small functions get an isolate of their own size.
            return self.spawn_small(memory, instances);
        }
        match self.take_prewarmed() {
            Some(worker) if instances == 0 || self.budget.has_reserve() => Ok(worker),
            Some(worker) => match self.budget.make_room_beside_reserve(instances, &self.members()) {
                Ok(()) => Ok(worker),
                Err(fault) => {
                    self.put_back(worker);
                    Err(fault)
                }
            },
            None => self.spawn(PREWARMED_HEAP_BYTES, instances, || self.members()),
        }
    }

    /// A worker whose heap is smaller than a prewarmed one's. On a host that is full, a prewarmed isolate ends for a function's first one.
    fn spawn_small(&self, memory: usize, instances: usize) -> Result<Arc<Handle>, Fault> {
        let spawned = self.spawn(memory, instances, || self.members());
        if spawned.is_ok() || instances > 0 {
            return spawned;
        }
        let Some(prewarmed) = self.take_prewarmed() else { return spawned };
        self.budget.note_evicted();
        prewarmed.retire();
        self.spawn(memory, instances, || self.members())
    }

    /// A prewarmed isolate, if one is there.
    fn take_prewarmed(&self) -> Option<Arc<Handle>> {
        let worker = {
            let mut prewarmed = self.prewarmed.lock();
            prewarmed.workers.retain(|worker| !worker.is_over());
            prewarmed.last_taken = Some(Instant::now());
            let worker = prewarmed.workers.pop();
            self.budget.holds_prewarmed(prewarmed.workers.len());
            worker
        };
        self.taken.notify_one();
        worker
    }

    /// A prewarmed isolate waits for a function.
    pub(super) fn put_back(&self, worker: Arc<Handle>) {
        worker.is_prewarmed();
        let mut prewarmed = self.prewarmed.lock();
        prewarmed.workers.push(worker);
        self.budget.holds_prewarmed(prewarmed.workers.len());
    }

    /// A worker that no call waits for: no instance is ended for it, and the prewarmed isolates are left for the calls that do wait.
    pub(in crate::runtime) fn make_ahead(&self, memory_bytes: u64) -> Result<Arc<Handle>, Fault> {
        if !self.budget.has_plenty() {
            return Err(Fault::new(Kind::Overloaded, "the host has no memory for instances that no call needs yet"));
        }
        let memory = usize::try_from(memory_bytes).unwrap_or(usize::MAX);
        self.spawn(memory.min(PREWARMED_HEAP_BYTES), FURTHER, Vec::new)
    }

    /// Creates a worker for a function that has `instances` already. An idle instance of `members` may be ended for it.
    pub(super) fn spawn(
        &self,
        heap_bytes: usize,
        instances: usize,
        members: impl FnOnce() -> Vec<Arc<dyn FleetMember>>,
    ) -> Result<Arc<Handle>, Fault> {
        self.budget.admit(instances, members)?;
        let budget = self.budget.clone();
        (self.make)(self.host.clone(), heap_bytes, Box::new(move || budget.leave())).map_err(|error| {
            self.budget.leave();
            Fault::new(Kind::Overloaded, "the host cannot spawn another thread").with_detail(error.to_string()).with_retry_after(1)
        })
    }

    /// The pools that have instances.
    pub(super) fn members(&self) -> Vec<Arc<dyn FleetMember>> {
        self.members.lock().iter().filter_map(Weak::upgrade).collect()
    }

    /// A worker for a check.
    ///
    /// # Errors
    /// `overloaded` if the host has no room for another worker.
    pub fn spawn_for_check(&self, memory_bytes: u64) -> Result<Arc<Handle>, Fault> {
        self.take(memory_bytes, 0)
    }

    /// A pool has instances from now on: it is swept.
    pub(in crate::runtime) fn register(&self, pool: &Arc<impl FleetMember + 'static>) {
        let mut members = self.members.lock();
        let address = Arc::as_ptr(pool).cast::<()>();
        if !members.iter().any(|known| known.as_ptr().cast::<()>() == address) {
            let pool: Weak<dyn FleetMember> = Arc::downgrade(pool) as Weak<dyn FleetMember>;
            members.push(pool);
        }
    }
}

impl Drop for Fleet {
    fn drop(&mut self) {
        self.prewarmed.get_mut().retire();
    }
}
