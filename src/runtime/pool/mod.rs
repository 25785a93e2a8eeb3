//! The instances of one version: which of them takes a call, and when there are more or fewer of them.
//!
//! `live` holds one pool per live version. `invoke` sends calls; `worker` reports the events of its threads; `admin` and `release` read the
//! status and change the scale.
//!
//! Invariant: a call that was admitted is answered; being in flight is holding a [`Permit`](crate::runtime::call::Permit).

mod call;
mod listener;
mod drain;
mod scale;
mod status;
mod shares;
mod state;
mod policy;
mod instance;
mod counters;
mod warm;
#[cfg(test)]
mod tests;

use std::sync::atomic::Ordering;
use std::sync::{Arc, OnceLock, Weak};
use std::time::Instant;

use parking_lot::Mutex;
use tokio::sync::Notify;

use crate::fault::{Fault, Kind};
use crate::function::Scale;
use crate::function::version::Version;
use crate::runtime::call::{CallStats, QueuedInvocation, Slots};
use crate::runtime::fleet::Fleet;
use crate::runtime::isolate::{Assignment, Loaded};
use crate::runtime::ops::Identity;
use crate::runtime::worker::{BootLimits, BootRequest, Handle};

pub use call::CallOutcome;
use counters::CallCounters;
pub use counters::CallCounts;
use state::{Admission, PoolState};
pub use status::{InstanceState, InstanceStatus, PoolStatus};

/// The pool of one version.
pub struct Pool {
    version: Arc<Version>,
    fleet: Arc<Fleet>,
    // Lock order: see runtime.
    state: Mutex<PoolState>,
    counters: CallCounters,
    /// What the module is, once its first instance is ready.
    loaded: OnceLock<Loaded>,
    /// Notified when an instance is ready, failed or gone, when a waiting call leaves, and when the pool retires.
    changed: Notify,
    me: Weak<Pool>,
}

/// The pool as the owner of its instances' slots.
fn slots_of(pool: &Weak<Pool>) -> Weak<dyn Slots> {
    pool.clone()
}

impl Pool {
    /// A pool without instances, with the scale of the manifest; the first call, or `min`, creates them.
    pub fn new(version: Arc<Version>, fleet: Arc<Fleet>) -> Arc<Self> {
        let scale = version.manifest.scale.clone();
        Self::with_scale(version, scale, fleet)
    }

    /// The same with a scale of its own.
    pub fn with_scale(version: Arc<Version>, scale: Scale, fleet: Arc<Fleet>) -> Arc<Self> {
        Arc::new_cyclic(|me| Self {
            version,
            fleet,
            state: Mutex::new(PoolState::new(scale, slots_of(me))),
            counters: CallCounters::default(),
            loaded: OnceLock::new(),
            changed: Notify::new(),
            me: me.clone(),
        })
    }

    /// The version that the instances run.
    pub fn version(&self) -> &Arc<Version> {
        &self.version
    }

    /// What the version's module is, once an instance of this pool has loaded it.
    pub fn loaded(&self) -> Option<&Loaded> {
        self.loaded.get()
    }

    /// Takes a call in: into an instance, into the queue, or not at all.
    fn admit(&self, invocation: QueuedInvocation) -> Result<(), Fault> {
        let mut state = self.state.lock();
        let now = invocation.admitted;
        match state.admission(invocation.request.caller.as_ref(), now) {
            Admission::Assign(index) => {
                state.assign(index, invocation, now);
                Ok(())
            }
            Admission::SpawnAndWait => {
                let spawned = self.spawn(&mut state);
                match spawned {
                    Ok(()) => {
                        state.waiting.push_back(invocation);
                        Ok(())
                    }
                    // Other instances may free a slot; without any instance no slot becomes free.
                    Err(_) if state.has_instances() && state.queue_has_room() => {
                        state.waiting.push_back(invocation);
                        Ok(())
                    }
                    Err(fault) => Err(fault),
                }
            }
            Admission::Wait => {
                state.waiting.push_back(invocation);
                Ok(())
            }
            Admission::Full => Err(Fault::new(Kind::Overloaded, "every instance of the function is full, and so is its queue")
                .with_limit(format!("{} waiting", state.scale.queue), format!("{} waiting", state.waiting.len()))
                .with_retry_after(1)),
            Admission::FullOfFunctions => Err(state.full_of_functions(invocation.request.caller.as_ref())),
            Admission::Refuse(fault) => Err(fault),
        }
    }

    /// Creates an instance, if the version may have one. If the host is full, an idle one ends for it.
    fn spawn(&self, state: &mut PoolState) -> Result<(), Fault> {
        self.fleet.may_start(&self.version)?;
        let worker = self.fleet.take(self.version.manifest.limits.memory_bytes, state.alive())?;
        self.assign(state, worker)
    }

    /// Turns a prewarmed worker into an instance.
    fn assign(&self, state: &mut PoolState, worker: Arc<Handle>) -> Result<(), Fault> {
        let Some(pool) = self.me.upgrade() else {
            worker.retire();
            return Err(Fault::new(Kind::InstanceLost, "the version is gone"));
        };
        let identity =
            Identity { function: self.version.function.as_str().into(), version: self.version.id.as_str().into(), instance: worker.id };
        let request = BootRequest {
            assignment: Assignment { identity, version: self.version.clone() },
            listener: pool.clone(),
            boot: BootLimits { cpu: self.fleet.config().boot_cpu, wall: self.fleet.config().boot_wall },
        };
        if worker.assign(Box::new(request)).is_err() {
            return Err(Fault::new(Kind::InstanceLost, "a prewarmed isolate ended before it was used"));
        }
        if state.instances.is_empty() {
            self.fleet.note_served(&self.version.function, true);
        }
        state.add(worker, Instant::now());
        self.fleet.register(&pool);
        Ok(())
    }

    /// The caller of a call left.
    fn cancel(&self, stats: &CallStats) {
        let mut state = self.state.lock();
        let instance = stats.instance.load(Ordering::Acquire);
        if instance == 0 {
            // Its place in the queue is for a call that still waits. The invocation is dropped after the lock is released.
            let left = state.take_waiting(stats);
            drop(state);
            drop(left);
            self.changed.notify_waiters();
        } else if let Some(worker) = state.worker(instance) {
            worker.abort(stats.call.load(Ordering::Acquire));
        }
    }
}
