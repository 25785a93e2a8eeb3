//! The instances of one version: which of them takes a call, and when there are more or fewer of them.
//!
//! `live` holds one pool per live version; `ingress` and `ctx.call` send calls; `worker` reports what becomes of its threads.
//!
//! Invariant: a call that was admitted is answered; being in flight is holding a [`Permit`](crate::runtime::ops::Permit).

mod blanks;
mod budget;
mod call;
mod state;

use std::sync::atomic::Ordering;
use std::sync::{Arc, Weak};
use std::time::Instant;

use parking_lot::Mutex;

use crate::fault::{Fault, Kind};
use crate::function::version::Version;
use crate::runtime::isolate::Assignment;
use crate::runtime::ops::{Identity, Job, Places, Tally};
use crate::runtime::worker::{BootLimits, Exit, Handle, Orders, Owner};

pub use blanks::{Blanks, BlanksConfig};
pub use call::Called;
use state::{Admission, State};

/// The pool of one version.
pub struct Pool {
    version: Arc<Version>,
    blanks: Arc<Blanks>,
    state: Mutex<State>,
    me: Weak<Pool>,
}

/// What an operator may ask about a pool.
#[derive(Clone, Debug, Default)]
pub struct PoolStatus {
    /// Instances that take calls.
    pub ready: usize,
    /// Instances that load their module.
    pub booting: usize,
    /// Calls in instances.
    pub in_flight: usize,
    /// Calls that wait for an instance.
    pub waiting: usize,
    /// V8 heap of all instances that is in RAM, in bytes, as last seen.
    pub heap_bytes: usize,
    /// ArrayBuffers and other memory outside the heaps, in bytes, as last seen.
    pub external_bytes: usize,
    /// Why the version does not load, if it does not.
    pub broken: Option<String>,
}

impl Pool {
    /// A pool without instances; the first call, or `min`, makes them.
    pub fn new(version: Arc<Version>, blanks: Arc<Blanks>) -> Arc<Self> {
        let scale = version.manifest.scale.clone();
        Arc::new_cyclic(|me| Self { version, blanks, state: Mutex::new(State::new(scale, me.clone())), me: me.clone() })
    }

    /// What the instances run.
    pub fn version(&self) -> &Arc<Version> {
        &self.version
    }

    /// Makes instances until there are `min`.
    pub fn fill_to_min(&self) {
        let mut state = self.state.lock();
        while state.wants_instance_for_min() {
            if let Err(fault) = self.spawn(&mut state) {
                tracing::warn!(function = %self.version.function, %fault, "an instance could not be started");
                break;
            }
        }
    }

    /// Makes one instance if there is none, so that the next call finds it loaded or loading.
    pub fn prewarm(&self) {
        let mut state = self.state.lock();
        if !state.has_instances()
            && let Err(fault) = self.spawn(&mut state)
        {
            tracing::debug!(function = %self.version.function, %fault, "no instance was made ahead");
        }
    }

    /// Lets every call that was admitted finish, then ends the instances. New calls are still taken: they came through an old table.
    pub fn retire(&self) {
        let mut state = self.state.lock();
        state.retired = true;
        state.retire_idle_instances(Instant::now());
    }

    /// Ends instances that had nothing to do for `idle_s`, above `min`, and lets others give memory back.
    fn sweep(&self, now: Instant, trims: &mut usize) {
        let mut state = self.state.lock();
        state.retire_idle_instances(now);
        state.trim_idle_instances(now, trims);
        state.tidy();
    }

    /// Since when its idlest instance has nothing to do, if one could be ended. `None` also if the pool is busy right now.
    fn idle_since(&self) -> Option<Instant> {
        self.state.try_lock()?.idle_since()
    }

    /// Ends its idlest instance to make room for others.
    fn end_idlest(&self, now: Instant) -> bool {
        self.state.try_lock().is_some_and(|mut state| state.end_idlest(now))
    }

    /// What goes on.
    pub fn status(&self) -> PoolStatus {
        self.state.lock().status()
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
            Admission::Full => {
                let scale = &self.version.manifest.scale;
                Err(Fault::new(Kind::Overloaded, "every instance of the function is full, and so is its queue")
                    .with_limit(format!("{} waiting", scale.queue), format!("{} waiting", state.waiting.len()))
                    .with_retry_after(1))
            }
            Admission::Broken(fault) => Err(fault),
        }
    }

    fn spawn(&self, state: &mut State) -> Result<(), Fault> {
        let owner = self.me.upgrade().ok_or_else(|| Fault::new(Kind::InstanceLost, "the version is gone"))?;
        let worker = self.blanks.take(self.version.manifest.limits.memory_bytes)?;
        let identity =
            Identity { function: self.version.function.as_str().into(), version: self.version.id.as_str().into(), instance: worker.id };
        let orders = Orders {
            assignment: Assignment { identity, version: self.version.clone() },
            owner: owner.clone(),
            boot: BootLimits { cpu: self.blanks.config().boot_cpu, wall: self.blanks.config().boot_wall },
        };
        if worker.assign(Box::new(orders)).is_err() {
            return Err(Fault::new(Kind::InstanceLost, "a blank isolate ended before it was used"));
        }
        state.add(worker);
        self.blanks.remember(&owner);
        Ok(())
    }

    /// The caller of a call left.
    fn cancel(&self, job: &Tally) {
        let mut state = self.state.lock();
        let instance = job.instance.load(Ordering::Acquire);
        if instance == 0 {
            // Its place in the queue is for somebody who still waits. What it holds is dropped after the lock.
            let left = state.take_waiting(job);
            drop(state);
            drop(left);
        } else if let Some(worker) = state.worker(instance) {
            worker.abort(job.call.load(Ordering::Acquire));
        }
    }
}

impl Places for Pool {
    fn release(&self, worker: u32) {
        let mut state = self.state.lock();
        let now = Instant::now();
        state.release(worker, now);
        state.place_waiting(now);
    }
}

impl Owner for Pool {
    fn ready(&self, worker: &Arc<Handle>, dialect: &str) {
        tracing::debug!(function = %self.version.function, version = %self.version.id, instance = worker.id, dialect, "instance ready");
        let mut state = self.state.lock();
        let now = Instant::now();
        state.ready(worker.id, now);
        state.place_waiting(now);
        if state.retired {
            state.retire_idle_instances(now);
        }
    }

    fn boot_failed(&self, worker: &Arc<Handle>, fault: Fault) {
        tracing::warn!(
            function = %self.version.function, version = %self.version.id, instance = worker.id,
            fault = fault.kind().label(), detail = fault.facts().detail.as_deref().unwrap_or_default(), "{}", fault.facts().message
        );
        let refused = self.state.lock().boot_failed(worker.id, &fault, Instant::now());
        for job in refused {
            job.reply.send(Err(fault.clone()));
        }
    }

    fn lost(&self, worker: &Arc<Handle>, fault: &dyn Fn(u32) -> Fault) {
        let calls = self.state.lock().lost_calls(worker.id);
        for tally in calls {
            tally.loss.tell(fault(tally.call.load(Ordering::Acquire)));
        }
    }

    fn ended(&self, worker: &Arc<Handle>, exit: Exit, mut unheard: Vec<Job>) {
        match exit {
            Exit::NotLoaded => {}
            Exit::Retired => {
                tracing::info!(function = %self.version.function, version = %self.version.id, instance = worker.id, "instance retired");
            }
            _ => {
                tracing::warn!(function = %self.version.function, version = %self.version.id, instance = worker.id, ?exit, "instance ended")
            }
        }
        for job in &mut unheard {
            // Their places went with the instance.
            job.permit.void();
        }
        let mut state = self.state.lock();
        state.remove(worker.id);
        state.take_back(unheard);
        state.place_waiting(Instant::now());
        while state.wants_instance_for_waiting(Instant::now()) || state.wants_instance_for_min() {
            if let Err(fault) = self.spawn(&mut state) {
                let stranded = if state.has_instances() { Vec::new() } else { state.waiting.drain(..).collect() };
                drop(state);
                for job in stranded {
                    job.reply.send(Err(fault.clone()));
                }
                return;
            }
        }
    }
}
