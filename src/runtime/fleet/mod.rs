//! All pools together: who has instances, what the host may use, and the prewarmed isolates that make a cold start cost only the function's own modules.
//!
//! Pools take workers here and register once they have any. One thread refills the prewarmed isolates and sweeps the pools.
//!
//! Invariant: every worker was admitted by the budget, and leaves it when its thread ends.

mod budget;
mod prewarm;
mod sweep;

use std::io;
use std::sync::{Arc, Weak};
use std::time::{Duration, Instant};

use parking_lot::{Condvar, Mutex};

use crate::fault::{Fault, Kind};
use crate::runtime::ops::Host;
use crate::runtime::worker::{BLANK_HEAP_BYTES, Handle};

use budget::Budget;
pub use budget::Idle;
use prewarm::PrewarmPool;

/// The host-wide numbers.
#[derive(Clone, Debug)]
pub struct FleetConfig {
    /// Prewarmed isolates to keep ready.
    pub warm: usize,
    /// Workers at a time, prewarmed ones included.
    pub max_instances: usize,
    /// Memory the process may use before idle workers are ended and new ones refused.
    pub memory_bytes: u64,
    /// CPU time a module may use while it loads.
    pub boot_cpu: Duration,
    /// Wall-clock time a module may take to load.
    pub boot_wall: Duration,
}

/// A pool as the fleet sees it. The fleet holds no lock of its own while it calls one.
pub trait FleetMember: Send + Sync {
    /// The instances it could lose to make room for others. `None` also if the pool is busy right now.
    fn idle(&self) -> Option<Idle>;

    /// Ends the instance that is idle for longest, to make room for others.
    fn end_idlest(&self) -> bool;

    /// Calls in its instances and waiting.
    fn calls(&self) -> usize;

    /// Looks at the traffic: makes instances ahead, ends those above what is wanted, and lets as many idle ones give memory back as `trims` allows.
    fn sweep(&self, now: Instant, trims: &mut usize);
}

/// Starts the thread of a worker.
type MakeWorker = fn(Arc<dyn Host>, usize, Box<dyn Fn() + Send + Sync>) -> io::Result<Arc<Handle>>;

/// All workers of the process.
pub struct Fleet {
    config: FleetConfig,
    host: Arc<dyn Host>,
    make: MakeWorker,
    prewarmed: Mutex<PrewarmPool>,
    /// A prewarmed isolate was taken.
    taken: Condvar,
    members: Mutex<Vec<Weak<dyn FleetMember>>>,
    budget: Arc<Budget>,
}

impl Fleet {
    /// Starts the thread that prewarms isolates and sweeps the pools.
    ///
    /// # Errors
    /// If the system cannot spawn a thread.
    pub fn start(config: FleetConfig, host: Arc<dyn Host>) -> io::Result<Arc<Self>> {
        let fleet = Arc::new(Self::new(config, host, Handle::spawn));
        let weak = Arc::downgrade(&fleet);
        std::thread::Builder::new().name("skep fleet".to_owned()).spawn(move || prewarm::run(&weak))?;
        Ok(fleet)
    }

    /// A fleet without that thread.
    pub(in crate::runtime) fn new(config: FleetConfig, host: Arc<dyn Host>, make: MakeWorker) -> Self {
        let budget = Arc::new(Budget::new(config.max_instances, config.memory_bytes));
        Self { config, host, make, prewarmed: Mutex::default(), taken: Condvar::new(), members: Mutex::default(), budget }
    }

    /// The numbers it was started with.
    pub fn config(&self) -> &FleetConfig {
        &self.config
    }

    /// Workers that exist, prewarmed ones included.
    pub fn workers(&self) -> usize {
        self.budget.workers()
    }

    /// Calls in instances and waiting, of all pools.
    pub fn in_flight(&self) -> usize {
        self.members().iter().map(|pool| pool.calls()).sum()
    }

    /// A worker for a function that has `instances` already: a prewarmed one if its heap fits.
    pub(in crate::runtime) fn take(&self, memory_bytes: u64, instances: usize) -> Result<Arc<Handle>, Fault> {
        let memory = usize::try_from(memory_bytes).unwrap_or(usize::MAX);
        if memory < BLANK_HEAP_BYTES {
            // A heap limit can be raised, never lowered: small functions get an isolate of their own size.
            return self.spawn(memory, instances, || self.members());
        }
        match self.take_prewarmed() {
            Some(worker) => Ok(worker),
            None => self.spawn(BLANK_HEAP_BYTES, instances, || self.members()),
        }
    }

    /// A worker that no call waits for: no instance is ended for it, and the prewarmed isolates are left for the calls that do wait.
    pub(in crate::runtime) fn make_ahead(&self, memory_bytes: u64) -> Result<Arc<Handle>, Fault> {
        if !self.budget.has_plenty() {
            return Err(Fault::new(Kind::Overloaded, "the host has no memory for instances that no call needs yet"));
        }
        let memory = usize::try_from(memory_bytes).unwrap_or(usize::MAX);
        self.spawn(memory.min(BLANK_HEAP_BYTES), 0, Vec::new)
    }

    /// Makes a worker for a function that has `instances` already. An idle instance of `members` may be ended for it.
    fn spawn(
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
    fn members(&self) -> Vec<Arc<dyn FleetMember>> {
        self.members.lock().iter().filter_map(Weak::upgrade).collect()
    }

    /// A worker for a check.
    ///
    /// # Errors
    /// `overloaded` if there are as many as there may be.
    pub fn spare(&self, memory_bytes: u64) -> Result<Arc<Handle>, Fault> {
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
