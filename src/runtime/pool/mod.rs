//! The instances of one version: which of them takes a call, and when there are more or fewer of them.
//!
//! `live` holds one pool per live version; `ingress` and `ctx.call` send calls; `worker` reports what becomes of its threads; `admin` and releases
//! ask and order.
//!
//! Invariant: a call that was admitted is answered; being in flight is holding a [`Permit`](crate::runtime::call::Permit).

mod call;
mod drain;
mod instance;
mod listener;
mod policy;
mod scale;
mod state;
mod status;
#[cfg(test)]
mod tests;
mod warm;

use std::sync::atomic::Ordering;
use std::sync::{Arc, Weak};
use std::time::Instant;

use parking_lot::Mutex;
use tokio::sync::Notify;

use crate::fault::{Fault, Kind};
use crate::function::Scale;
use crate::function::version::Version;
use crate::runtime::call::{CallStats, Job};
use crate::runtime::fleet::Fleet;
use crate::runtime::isolate::Assignment;
use crate::runtime::ops::Identity;
use crate::runtime::worker::{BootLimits, Handle, Orders};

pub use call::CallOutcome;
use state::{Admission, State};
use status::Counters;
pub use status::{Counts, InstanceState, InstanceStatus, PoolStatus};

/// The pool of one version.
pub struct Pool {
    version: Arc<Version>,
    fleet: Arc<Fleet>,
    state: Mutex<State>,
    counters: Counters,
    /// An instance is ready, failed or gone, or no call waits any more.
    changed: Notify,
    me: Weak<Pool>,
}

impl Pool {
    /// A pool without instances, with the scale of the manifest; the first call, or `min`, makes them.
    pub fn new(version: Arc<Version>, fleet: Arc<Fleet>) -> Arc<Self> {
        let scale = version.manifest.scale.clone();
        Self::with_scale(version, scale, fleet)
    }

    /// The same with a scale of its own.
    pub fn with_scale(version: Arc<Version>, scale: Scale, fleet: Arc<Fleet>) -> Arc<Self> {
        Arc::new_cyclic(|me| Self {
            version,
            fleet,
            state: Mutex::new(State::new(scale, me.clone())),
            counters: Counters::default(),
            changed: Notify::new(),
            me: me.clone(),
        })
    }

    /// What the instances run.
    pub fn version(&self) -> &Arc<Version> {
        &self.version
    }

    /// Takes a call in: into an instance, into the queue, or not at all.
    fn admit(&self, job: Job) -> Result<(), Fault> {
        let mut state = self.state.lock();
        let now = Instant::now();
        match state.admission(now) {
            Admission::Place(index) => {
                state.place(index, job, now);
                Ok(())
            }
            Admission::SpawnAndWait => {
                let spawned = self.spawn(&mut state);
                match spawned {
                    Ok(()) => {
                        state.waiting.push_back(job);
                        Ok(())
                    }
                    // Others may free a place; without any instance nobody will.
                    Err(_) if state.has_instances() && state.queue_has_room() => {
                        state.waiting.push_back(job);
                        Ok(())
                    }
                    Err(fault) => Err(fault),
                }
            }
            Admission::Wait => {
                state.waiting.push_back(job);
                Ok(())
            }
            Admission::Full => Err(Fault::new(Kind::Overloaded, "every instance of the function is full, and so is its queue")
                .with_limit(format!("{} waiting", state.scale.queue), format!("{} waiting", state.waiting.len()))
                .with_retry_after(1)),
            Admission::Refuse(fault) => Err(fault),
        }
    }

    /// Makes an instance. If the host is full, one that is idle ends for it.
    fn spawn(&self, state: &mut State) -> Result<(), Fault> {
        let worker = self.fleet.take(self.version.manifest.limits.memory_bytes, state.alive())?;
        self.assign(state, worker)
    }

    /// Makes a blank worker an instance.
    fn assign(&self, state: &mut State, worker: Arc<Handle>) -> Result<(), Fault> {
        let Some(owner) = self.me.upgrade() else {
            worker.retire();
            return Err(Fault::new(Kind::InstanceLost, "the version is gone"));
        };
        let identity =
            Identity { function: self.version.function.as_str().into(), version: self.version.id.as_str().into(), instance: worker.id };
        let orders = Orders {
            assignment: Assignment { identity, version: self.version.clone() },
            owner: owner.clone(),
            boot: BootLimits { cpu: self.fleet.config().boot_cpu, wall: self.fleet.config().boot_wall },
        };
        if worker.assign(Box::new(orders)).is_err() {
            return Err(Fault::new(Kind::InstanceLost, "a blank isolate ended before it was used"));
        }
        state.add(worker, Instant::now());
        self.fleet.register(&owner);
        Ok(())
    }

    /// The caller of a call left.
    fn cancel(&self, job: &CallStats) {
        let mut state = self.state.lock();
        let instance = job.instance.load(Ordering::Acquire);
        if instance == 0 {
            // Its place in the queue is for somebody who still waits. What it holds is dropped after the lock.
            let left = state.take_waiting(job);
            drop(state);
            drop(left);
            self.changed.notify_waiters();
        } else if let Some(worker) = state.worker(instance) {
            worker.abort(job.call.load(Ordering::Acquire));
        }
    }
}
