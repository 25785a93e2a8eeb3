//! What a pool hears of its instances' threads: loaded, failed, lost, ended; and of places that are free again.
//!
//! `worker` calls this from the instance's own thread, or from the undertaker's if that is parked.
//!
//! Invariant: a call that waits when an instance goes is placed elsewhere, waits for another one, or is answered.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Instant;

use super::Pool;
use super::drain::Stranded;
use super::state::State;
use crate::fault::Fault;
use crate::runtime::call::{Job, Places};
use crate::runtime::isolate::Reason;
use crate::runtime::worker::{Exit, Handle, Owner};

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
        state.loaded(worker.id, now);
        state.place_waiting(now);
        drop(state);
        self.changed.notify_waiters();
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
        self.changed.notify_waiters();
    }

    fn lost(&self, worker: &Arc<Handle>, fault: &dyn Fn(u32) -> Fault) {
        let calls = self.state.lock().lost_calls(worker.id);
        for stats in calls {
            stats.loss.tell(fault(stats.call.load(Ordering::Acquire)));
        }
    }

    fn ended(&self, worker: &Arc<Handle>, exit: Exit, mut unheard: Vec<Job>) {
        self.log_end(worker.id, exit);
        for job in &mut unheard {
            // Their places went with the instance.
            job.permit.void();
        }
        let mut state = self.state.lock();
        state.remove(worker.id);
        state.take_back(unheard);
        state.place_waiting(Instant::now());
        let stranded = self.replace(&mut state);
        drop(state);
        if let Some(stranded) = stranded {
            stranded.answer();
        }
        self.changed.notify_waiters();
    }
}

impl Pool {
    /// Makes what is missing now that an instance is gone. Returns the calls that nobody will answer.
    fn replace(&self, state: &mut State) -> Option<Stranded> {
        while state.lacks_instance(Instant::now()) {
            if let Err(fault) = self.spawn(state) {
                return if state.has_instances() { None } else { Some(state.strand(fault)) };
            }
        }
        state.take_stranded(Instant::now())
    }

    fn log_end(&self, instance: u32, exit: Exit) {
        let (function, version) = (&self.version.function, &self.version.id);
        match exit {
            Exit::NotLoaded => {}
            Exit::Retired => tracing::info!(%function, %version, instance, "instance retired"),
            Exit::Interrupted(Reason::Shutdown) => {
                tracing::info!(%function, %version, instance, "instance cut: its time to finish is over")
            }
            _ => tracing::warn!(%function, %version, instance, ?exit, "instance ended"),
        }
    }
}
