//! Waiting for instances: until enough of them are ready, or until none is left.
//!
//! A release warms a version before it becomes live, and waits for the one before it to finish.
//!
//! Invariant: a waiting future does not poll; the events of the instances wake it. Loading has limits of its own, and the number of
//! attempts is bounded.

use std::time::Instant;

use super::Pool;
use crate::fault::{Fault, Kind};

/// The most instances that `warm` creates for each that is asked for: one that dies as soon as it is ready is not created again and again.
pub(super) const TRIES: usize = 2;

impl Pool {
    /// Creates an instance if there is none, and waits until one is ready.
    ///
    /// # Errors
    /// Why the version does not load, or why there may be no instance.
    pub async fn boot_one(&self) -> Result<(), Fault> {
        self.warm(1).await.map(drop)
    }

    /// Creates instances until `instances` of them (at most `scale.max`) are ready. Returns how many are ready: fewer, if the host has no
    /// room for more.
    ///
    /// # Errors
    /// Why the version does not load, or why there may not be a single instance.
    pub async fn warm(&self, instances: usize) -> Result<usize, Fault> {
        let mut tries = instances.min(self.state.lock().scale.max as usize) * TRIES;
        let mut spawn_error = None;
        loop {
            // From here on a notification wakes this future, so none is missed between the check and the wait.
            let changed = self.changed.notified();
            if let Some(warmed) = self.try_warm(instances, &mut tries, &mut spawn_error) {
                return warmed;
            }
            changed.await;
        }
    }

    /// Creates the missing instances. Returns `None` while instances load that the caller has to wait for.
    fn try_warm(&self, instances: usize, tries: &mut usize, spawn_error: &mut Option<Fault>) -> Option<Result<usize, Fault>> {
        let mut state = self.state.lock();
        let wanted = instances.min(state.scale.max as usize);
        let ready = state.ready();
        if ready >= wanted {
            return Some(Ok(ready));
        }
        if state.retired {
            return Some(Err(Fault::new(Kind::Draining, "the version is being replaced: it gets no more instances")));
        }
        if !state.may_boot(Instant::now())
            && let Some(broken) = &state.broken
        {
            return Some(Err(broken.fault.clone()));
        }
        while state.alive() < wanted && *tries > 0 {
            *tries -= 1;
            if let Err(fault) = self.spawn(&mut state) {
                *spawn_error = Some(fault);
                *tries = 0;
            }
        }
        if state.booting() > 0 {
            return None;
        }
        let died = || Fault::new(Kind::InstanceLost, "every instance ended as soon as it was ready");
        Some(if ready > 0 { Ok(ready) } else { Err(spawn_error.take().unwrap_or_else(died)) })
    }

    /// Waits until no instance is left and no call waits for one. Meant for a version that was retired: another one may get new instances
    /// at any time.
    pub async fn drained(&self) {
        loop {
            let changed = self.changed.notified();
            if self.is_empty() {
                return;
            }
            changed.await;
        }
    }

    fn is_empty(&self) -> bool {
        let state = self.state.lock();
        state.instances.is_empty() && state.waiting.is_empty()
    }
}
