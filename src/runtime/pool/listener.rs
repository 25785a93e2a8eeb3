//! The events that a pool receives from its instances' threads: loaded, failed, lost, ended, and slots that are free again.
//!
//! `worker` calls this from the instance's own thread, or from the thread of `abandon` if the instance's thread is frozen.
//!
//! Invariant: a call that waits when an instance goes is assigned to another instance, waits for another one, or is answered.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Instant;

use super::Pool;
use super::drain::UnservableCalls;
use super::state::PoolState;
use crate::fault::Fault;
use crate::runtime::call::{QueuedInvocation, Slots};
use crate::runtime::isolate::{Loaded, TerminationReason};
use crate::runtime::worker::{Exit, Handle, InstanceListener};
use crate::telemetry::metrics::FunctionMetrics;
use crate::telemetry::metrics::labels::InstanceEnd;

impl Slots for Pool {
    fn release(&self, worker: u32, caller: Option<&Arc<str>>) {
        let mut state = self.state.lock();
        let now = Instant::now();
        state.release(worker, caller, now);
        state.assign_waiting(now);
    }
}

impl InstanceListener for Pool {
    fn ready(&self, worker: &Arc<Handle>, loaded: Loaded) {
        tracing::debug!(function = %self.version.function, version = %self.version.id, instance = worker.id, dialect = %loaded.dialect, "instance ready");
        let mut state = self.state.lock();
        let now = Instant::now();
        let is_first = state.loaded(worker.id, now);
        state.assign_waiting(now);
        drop(state);
        if let Ok(()) = self.loaded.set(loaded) {
            self.log_dialect();
        }
        if is_first {
            // The others of `min` have waited for it.
            self.fill_after_first_load();
        }
        self.changed.notify_waiters();
    }

    fn boot_failed(&self, worker: &Arc<Handle>, fault: Fault) {
        tracing::warn!(
            function = %self.version.function, version = %self.version.id, instance = worker.id,
            fault = fault.kind().label(), detail = fault.facts().detail.as_deref().unwrap_or_default(), "{}", fault.facts().message
        );
        let mut state = self.state.lock();
        self.remove(&mut state, worker.id);
        let unanswered = state.boot_failed(worker.id, &fault, Instant::now());
        drop(state);
        for invocation in unanswered {
            invocation.reply.send(Err(fault.clone()));
        }
        self.changed.notify_waiters();
    }

    fn lost(&self, worker: &Arc<Handle>, fault: &dyn Fn(u32) -> Fault) {
        // First: a caller that has its answer may call again at once.
        self.fleet.note_frozen(&self.version, worker);
        let calls = self.state.lock().lost_calls(worker.id);
        for stats in calls {
            stats.lost_signal.notify(fault(stats.call.load(Ordering::Acquire)));
        }
    }

    fn metrics(&self) -> Option<Arc<FunctionMetrics>> {
        Some(Pool::metrics(self).clone())
    }

    fn ended(&self, worker: &Arc<Handle>, exit: Exit, mut unheard: Vec<QueuedInvocation>) {
        self.log_end(worker.id, exit);
        for invocation in &mut unheard {
            // Their slots are gone with the instance.
            invocation.permit.void();
        }
        let mut state = self.state.lock();
        Pool::metrics(self).instance_ended(end_of(exit, state.find(worker.id).and_then(|instance| instance.ending)));
        self.remove(&mut state, worker.id);
        state.take_back(unheard);
        state.assign_waiting(Instant::now());
        let unservable = self.replace(&mut state);
        drop(state);
        if let Some(unservable) = unservable {
            unservable.answer();
        }
        self.changed.notify_waiters();
    }
}

impl Pool {
    /// An instance is gone; without any, the function is one of those that places are kept for.
    fn remove(&self, state: &mut PoolState, instance: u32) {
        if state.remove(instance) {
            self.fleet.note_served(&self.version.function, false);
        }
    }

    /// Creates the instances that are missing now that one is gone. Returns the calls that no instance will answer.
    fn replace(&self, state: &mut PoolState) -> Option<UnservableCalls> {
        while state.lacks_instance(Instant::now()) {
            if let Err(fault) = self.spawn(state) {
                return if state.has_instances() { None } else { Some(state.drain_waiting(fault)) };
            }
        }
        state.take_unservable(Instant::now())
    }

    fn log_end(&self, instance: u32, exit: Exit) {
        let (function, version) = (&self.version.function, &self.version.id);
        match exit {
            Exit::NotLoaded => {}
            Exit::Retired => tracing::info!(%function, %version, instance, "instance retired"),
            Exit::Interrupted(TerminationReason::Shutdown) => {
                tracing::info!(%function, %version, instance, "instance cut: its time to finish is over")
            }
            _ => tracing::warn!(%function, %version, instance, ?exit, "instance ended"),
        }
    }
}

/// Why an instance ended. `told` is why it was told to.
fn end_of(exit: Exit, told: Option<InstanceEnd>) -> InstanceEnd {
    match exit {
        Exit::Retired => told.unwrap_or(InstanceEnd::Idle),
        Exit::Interrupted(TerminationReason::Shutdown) => told.unwrap_or(InstanceEnd::Replaced),
        Exit::Interrupted(_) => InstanceEnd::Limit,
        Exit::NotLoaded | Exit::Crashed => InstanceEnd::Fault,
        Exit::Frozen(_) => InstanceEnd::Parked,
    }
}

impl Pool {
    /// The first log line of a version.
    fn log_dialect(&self) {
        let Some(loaded) = self.loaded.get() else { return };
        tracing::info!(function = %self.version.function, version = %self.version.id, dialect = %loaded.dialect, dialect_from = loaded.from, "function loaded");
    }
}
