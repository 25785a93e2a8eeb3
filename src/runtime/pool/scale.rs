//! More and fewer instances: what `min`, the traffic and an operator want.
//!
//! `fleet` sweeps every pool once a second. `policy` decides; this file creates instances ahead of their need and ends those above it. An
//! operator changes the scale and has single instances replaced.
//!
//! Invariant: no instance ends for one that is created ahead, and the scaler never creates the first instance: a call, `min` or `prewarm`
//! does.

use std::time::{Duration, Instant};

use super::Pool;
use super::instance::Instance;
use super::policy::{LoadSample, STABLE_WINDOW, Scaler};
use super::state::PoolState;
use crate::fault::Fault;
use crate::function::Scale;
use crate::runtime::fleet::{FleetMember, Idle};
use crate::telemetry::metrics::labels::InstanceEnd;

impl Pool {
    /// How many instances there may be, and how many calls may wait for them.
    pub fn scale(&self) -> Scale {
        self.state.lock().scale.clone()
    }

    /// Changes the scale at once: instances are created up to `min`, the calls that wait are assigned where there is room now, and idle
    /// instances above `max` end. Busy ones above it end within seconds, when they have finished their calls.
    pub fn rescale(&self, scale: Scale) {
        let mut state = self.state.lock();
        let max = scale.max as usize;
        state.scale = scale;
        state.assign_waiting(Instant::now());
        state.end_idle(max, InstanceEnd::Idle);
        drop(state);
        self.fill_to_min();
    }

    /// Has an instance replaced: it takes no more calls, finishes those it has, and ends. Another one is created ahead if `min` or the
    /// traffic needs it. Returns false if there is no such instance, or if it ends already.
    pub fn recycle(&self, instance: u32) -> bool {
        let mut state = self.state.lock();
        let Some(leaving) = state.find(instance).filter(|one| one.is_alive()) else { return false };
        let was_busy = leaving.in_flight > 0;
        leaving.end(InstanceEnd::Recycled);
        let missed = state.alive() < (state.decision.wanted as usize).max(usize::from(was_busy));
        let makes_one = missed && state.may_make_ahead();
        if makes_one && let Err(fault) = self.spawn_ahead(&mut state) {
            tracing::debug!(function = %self.version.function, %fault, "an instance that was recycled is not replaced ahead");
        }
        drop(state);
        self.fill_to_min();
        true
    }

    /// Creates instances until there are `min`, and enough for the calls that wait. Before the version has loaded once, `min` is good for
    /// one instance at a time.
    pub fn fill_to_min(&self) {
        // One lock for each: a call that comes meanwhile does not wait for all of them.
        while self.make_if(|state| state.lacks_instance(Instant::now())) {}
    }

    /// The first instance of the version has loaded: creates the others of `min`.
    pub(super) fn fill_after_first_load(&self) {
        while self.make_if(PoolState::wants_instance_for_min) {}
    }

    fn make_if(&self, is_missing: impl FnOnce(&PoolState) -> bool) -> bool {
        let mut state = self.state.lock();
        if !is_missing(&state) {
            return false;
        }
        let made = self.spawn(&mut state);
        drop(state);
        if let Err(fault) = &made {
            tracing::warn!(function = %self.version.function, %fault, "cannot start an instance");
        }
        made.is_ok()
    }

    /// Creates one instance if there is none, so that the next call finds it loaded or loading.
    pub fn prewarm(&self) {
        let mut state = self.state.lock();
        if !state.has_instances()
            && let Err(fault) = self.spawn(&mut state)
        {
            tracing::debug!(function = %self.version.function, %fault, "cannot create an instance ahead");
        }
    }

    fn make_ahead(&self) -> bool {
        let mut state = self.state.lock();
        let missing = state.has_instances() && state.alive() < state.decision.wanted as usize;
        missing && state.may_make_ahead() && self.spawn_ahead(&mut state).is_ok()
    }

    fn spawn_ahead(&self, state: &mut PoolState) -> Result<(), Fault> {
        self.fleet.may_start(&self.version)?;
        let worker = self.fleet.make_ahead(self.version.manifest.limits.memory_bytes)?;
        self.assign(state, worker)
    }
}

impl FleetMember for Pool {
    fn idle(&self) -> Option<Idle> {
        self.state.try_lock()?.idle()
    }

    fn end_idlest(&self, why: InstanceEnd) -> bool {
        self.state.try_lock().is_some_and(|mut state| state.end_idlest(why))
    }

    fn calls(&self) -> usize {
        let status = self.status();
        status.in_flight + status.waiting
    }

    fn heed_quarantine(&self) {
        if let Some(fault) = self.fleet.forbids(&self.version) {
            self.forbid(fault);
        }
    }

    fn sweep(&self, now: Instant, trims: &mut usize) {
        // A pool that came to its first instance while the quarantine grew was not told.
        self.heed_quarantine();
        let mut state = self.state.lock();
        state.apply_decision(now);
        state.trim_idle(now, trims);
        state.tidy();
        drop(state);
        while self.make_ahead() {}
    }
}

impl PoolState {
    /// Takes a sample, decides how many instances there are to be, and ends those that are too many.
    fn apply_decision(&mut self, now: Instant) {
        let sample = self.sample(now);
        if self.instances.is_empty() && self.waiting.is_empty() && sample.idle >= STABLE_WINDOW.max(self.scale.idle) {
            // No caller needs it: it costs neither memory nor time.
            self.scaler = Scaler::default();
            self.decision = super::policy::Decision::default();
            return;
        }
        self.decision = self.scaler.decide(sample, &self.scale);
        if self.retired {
            self.end_idle(0, InstanceEnd::Replaced);
        } else {
            self.end_above(self.decision.keep as usize, Instance::takes_calls, InstanceEnd::Idle);
        }
    }

    /// Instances that are about to end have calls of their own, which no other instance will get: they do not count.
    fn sample(&mut self, now: Instant) -> LoadSample {
        let waiting = u32::try_from(self.waiting.len()).unwrap_or(u32::MAX);
        let (mut in_flight, mut peak) = (0, 0);
        for instance in self.instances.iter_mut().filter(|instance| instance.is_alive()) {
            in_flight += instance.in_flight;
            peak += instance.peak;
            instance.peak = instance.in_flight;
            self.active = self.active.max(Some(instance.idle_since));
        }
        let concurrency = waiting.saturating_add(in_flight);
        if concurrency > 0 {
            self.active = Some(now);
        }
        LoadSample {
            at: now,
            concurrency,
            peak: waiting.saturating_add(peak),
            ready: u32::try_from(self.ready()).unwrap_or(u32::MAX),
            idle: self.active.map_or(Duration::MAX, |active| now.saturating_duration_since(active)),
        }
    }

    /// A version that does not load, or whose time is over, gets no instance that no call waits for; one that has never loaded has one at a
    /// time.
    fn may_make_ahead(&self) -> bool {
        self.may_load_unasked() && !self.retired && self.over.is_none() && self.broken.is_none() && self.alive() < self.scale.max as usize
    }

    /// Ends idle instances above `keep`.
    pub(super) fn end_idle(&mut self, keep: usize, why: InstanceEnd) {
        self.end_above(keep, Instance::is_idle, why);
    }

    /// Ends the least busy instances above `keep`, the idlest first, among those that may be ended. They finish the calls they have.
    fn end_above(&mut self, keep: usize, may_be_ended: fn(&Instance) -> bool, why: InstanceEnd) {
        let surplus = self.alive().saturating_sub(keep);
        if surplus == 0 || !self.waiting.is_empty() {
            return;
        }
        let mut candidates: Vec<&mut Instance> = self.instances.iter_mut().filter(|instance| may_be_ended(instance)).collect();
        candidates.sort_by_key(|instance| (instance.in_flight, instance.idle_since));
        candidates.into_iter().take(surplus).for_each(|instance| instance.end(why));
    }

    /// No instance of `min` ends for another function.
    fn idle(&self) -> Option<Idle> {
        let instances = self.alive();
        if instances <= self.scale.min as usize && !self.retired {
            return None;
        }
        let since = self.instances.iter().filter(|instance| instance.is_idle()).map(|instance| instance.idle_since).min()?;
        Some(Idle { instances, since })
    }

    fn end_idlest(&mut self, why: InstanceEnd) -> bool {
        let Some(Idle { since, .. }) = self.idle() else { return false };
        let idlest = self.instances.iter_mut().find(|instance| instance.is_idle() && instance.idle_since == since);
        idlest.map(|instance| instance.end(why)).is_some()
    }

    /// Has instances stop waiting for background work that takes too long.
    fn tidy(&self) {
        for instance in self.instances.iter().filter(|instance| instance.in_flight > 0) {
            instance.worker.tidy();
        }
    }

    /// Lets instances that have just become idle give memory back, once, as many as `budget` allows.
    fn trim_idle(&mut self, now: Instant, budget: &mut usize) {
        for instance in self.instances.iter_mut().filter(|instance| instance.may_trim(now)).take(*budget) {
            instance.trim();
            *budget -= 1;
        }
    }
}
