//! Who is where: the instances of a pool, the calls that wait, and the decisions about both.
//!
//! `Pool` holds this under its lock and carries the decisions out.
//!
//! Invariant: no clock, no thread and no channel is made here; the same state and time give the same decision.

use std::collections::VecDeque;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Weak};
use std::time::{Duration, Instant};

use super::{Pool, PoolStatus};
use crate::fault::Fault;
use crate::function::Scale;
use crate::runtime::ops::{Job, Permit, Tally};
use crate::runtime::worker::Handle;

/// First pause after a failed boot; doubles up to [`BROKEN_PAUSE_MAX`].
const BROKEN_PAUSE: Duration = Duration::from_millis(500);

/// Longest time for which a failed boot is answered from memory.
const BROKEN_PAUSE_MAX: Duration = Duration::from_secs(30);

/// How long an instance is idle before it collects its garbage: a pause between two calls is no idleness.
const TRIM_AFTER: Duration = Duration::from_secs(2);

/// What to do with a call.
pub(super) enum Admission {
    /// Give it to this instance.
    Place(usize),
    /// Make another instance and let the call wait for it.
    SpawnAndWait,
    /// Let it wait.
    Wait,
    /// Refuse it: the queue is full.
    Full,
    /// Refuse it: the version does not load.
    Broken(Fault),
}

struct Instance {
    worker: Arc<Handle>,
    in_flight: u32,
    phase: Phase,
    idle_since: Instant,
    trimmed: bool,
    /// Calls that were placed here and may be open; cleared of the others as it grows.
    calls: Vec<Weak<Tally>>,
}

/// Calls that an instance may remember beside those that are open.
const FORGOTTEN_MAX: usize = 64;

impl Instance {
    fn remember(&mut self, tally: &Arc<Tally>) {
        if self.calls.len() > 2 * self.in_flight as usize + FORGOTTEN_MAX {
            self.calls.retain(|call| call.strong_count() > 0);
        }
        self.calls.push(Arc::downgrade(tally));
    }
}

/// Where an instance is in its life.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Phase {
    /// It loads its module; calls wait for it.
    Booting,
    /// It takes calls.
    Ready,
    /// It takes no more calls and is as good as gone.
    Ending,
}

struct Broken {
    fault: Fault,
    until: Instant,
    pause: Duration,
}

/// The state of one pool.
pub(super) struct State {
    scale: Scale,
    pool: Weak<Pool>,
    instances: Vec<Instance>,
    pub(super) waiting: VecDeque<Job>,
    pub(super) retired: bool,
    broken: Option<Broken>,
}

impl State {
    pub(super) fn new(scale: Scale, pool: Weak<Pool>) -> Self {
        Self { scale, pool, instances: Vec::new(), waiting: VecDeque::new(), retired: false, broken: None }
    }

    /// Decides about one call: the least loaded instance with room, else a new one, else the queue.
    pub(super) fn admission(&mut self, now: Instant) -> Admission {
        if let Some(index) = self.instance_with_room() {
            return Admission::Place(index);
        }
        if self.alive() == 0
            && let Some(broken) = &self.broken
            && now < broken.until
        {
            return Admission::Broken(broken.fault.clone());
        }
        if self.wants_instance_for(self.waiting.len() + 1, now) {
            return Admission::SpawnAndWait;
        }
        if self.queue_has_room() { Admission::Wait } else { Admission::Full }
    }

    fn instance_with_room(&self) -> Option<usize> {
        let concurrency = self.scale.concurrency;
        let room =
            |instance: &&Instance| instance.phase == Phase::Ready && instance.in_flight < concurrency && !instance.worker.is_condemned();
        let best = self.instances.iter().filter(room).min_by_key(|instance| instance.in_flight)?;
        self.instances.iter().position(|instance| instance.worker.id == best.worker.id)
    }

    /// Whether `waiting` calls are more than the instances that are booting will take.
    fn wants_instance_for(&self, waiting: usize, now: Instant) -> bool {
        // After a failed boot the next one has to wait, or a broken version would be booted in a loop.
        let may_boot = self.broken.as_ref().is_none_or(|broken| now >= broken.until);
        may_boot && self.alive() < self.scale.max as usize && waiting > self.booting() * self.scale.concurrency as usize
    }

    pub(super) fn wants_instance_for_waiting(&self, now: Instant) -> bool {
        self.wants_instance_for(self.waiting.len(), now)
    }

    pub(super) fn wants_instance_for_min(&self) -> bool {
        !self.retired && self.broken.is_none() && self.alive() < self.scale.min as usize
    }

    fn count(&self, phase: Phase) -> usize {
        self.instances.iter().filter(|instance| instance.phase == phase).count()
    }

    /// Instances that are not about to end.
    fn alive(&self) -> usize {
        self.count(Phase::Booting) + self.instances.iter().filter(|one| one.phase == Phase::Ready && !one.worker.is_condemned()).count()
    }

    /// Calls that booting instances will take are not "in the queue": they wait for a cold start, not for room.
    pub(super) fn queue_has_room(&self) -> bool {
        self.waiting.len() < self.scale.queue as usize + self.booting() * self.scale.concurrency as usize
    }

    fn booting(&self) -> usize {
        self.count(Phase::Booting)
    }

    pub(super) fn has_instances(&self) -> bool {
        self.alive() > 0
    }

    /// A worker that loads its module.
    pub(super) fn add(&mut self, worker: Arc<Handle>) {
        self.instances.push(Instance {
            worker,
            in_flight: 0,
            phase: Phase::Booting,
            idle_since: Instant::now(),
            trimmed: false,
            calls: Vec::new(),
        });
    }

    /// Sends a call to an instance. If that has just ended, the call waits at the front of the queue.
    pub(super) fn place(&mut self, index: usize, mut job: Job, now: Instant) {
        let Some(instance) = self.instances.get_mut(index) else { return self.waiting.push_front(job) };
        let Some(pool) = self.pool.upgrade() else { return };
        let tally = job.tally.clone();
        job.permit = Permit::new(pool, instance.worker.id);
        instance.in_flight += 1;
        instance.idle_since = now;
        instance.trimmed = false;
        instance.remember(&tally);
        tally.instance.store(instance.worker.id, Ordering::Release);
        match instance.worker.call(job) {
            Ok(call) => tally.call.store(call, Ordering::Release),
            Err(mut job) => {
                // Its end is about to be reported. The place is counted off here, because dropping a permit takes the pool's lock.
                job.permit.void();
                instance.in_flight -= 1;
                instance.phase = Phase::Ending;
                tally.instance.store(0, Ordering::Release);
                self.waiting.push_front(job);
            }
        }
    }

    /// Places what waits, as far as there is room. Calls whose caller has left are dropped on the way.
    pub(super) fn place_waiting(&mut self, now: Instant) {
        while !self.waiting.is_empty() {
            let Some(index) = self.instance_with_room() else { return };
            let Some(job) = self.waiting.pop_front() else { return };
            if !job.reply.is_closed() {
                self.place(index, job, now);
            }
        }
        if self.retired {
            self.retire_idle_instances(now);
        }
    }

    pub(super) fn ready(&mut self, worker: u32, now: Instant) {
        self.broken = None;
        if let Some(instance) = self.find(worker) {
            instance.phase = Phase::Ready;
            instance.idle_since = now;
        }
    }

    /// A place is free again.
    pub(super) fn release(&mut self, worker: u32, now: Instant) {
        if let Some(instance) = self.find(worker) {
            instance.in_flight = instance.in_flight.saturating_sub(1);
            instance.idle_since = now;
        }
    }

    /// The open calls of an instance, whose thread will never answer them.
    pub(super) fn lost_calls(&mut self, worker: u32) -> Vec<Arc<Tally>> {
        let calls = self.find(worker).map(|instance| std::mem::take(&mut instance.calls)).unwrap_or_default();
        calls.iter().filter_map(Weak::upgrade).filter(|tally| tally.instance.load(Ordering::Acquire) == worker).collect()
    }

    /// Calls that an instance never heard are the next to be placed.
    pub(super) fn take_back(&mut self, unheard: Vec<Job>) {
        for job in unheard.into_iter().rev() {
            job.tally.instance.store(0, Ordering::Release);
            self.waiting.push_front(job);
        }
    }

    pub(super) fn remove(&mut self, worker: u32) {
        self.instances.retain(|instance| instance.worker.id != worker);
    }

    /// A module did not load. Without another instance nobody will answer what waits: it is returned.
    pub(super) fn boot_failed(&mut self, worker: u32, fault: &Fault, now: Instant) -> Vec<Job> {
        self.remove(worker);
        let pause = self.broken.as_ref().map_or(BROKEN_PAUSE, |broken| (broken.pause * 2).min(BROKEN_PAUSE_MAX));
        self.broken = Some(Broken { fault: fault.clone(), until: now + pause, pause });
        if self.alive() == 0 { self.waiting.drain(..).collect() } else { Vec::new() }
    }

    /// Ends instances above `min` that were idle for `idle_s`; all idle ones if the version is retired.
    pub(super) fn retire_idle_instances(&mut self, now: Instant) {
        if !self.waiting.is_empty() {
            return;
        }
        let keep = if self.retired { 0 } else { self.scale.min as usize };
        let patience = if self.retired { Duration::ZERO } else { self.scale.idle };
        let mut count = self.alive();
        for instance in &mut self.instances {
            let idle =
                instance.phase == Phase::Ready && instance.in_flight == 0 && now.saturating_duration_since(instance.idle_since) >= patience;
            if idle && count > keep {
                count -= 1;
                instance.phase = Phase::Ending;
                instance.worker.retire();
            }
        }
    }

    /// Since when the idlest instance has nothing to do. `min` is kept against other functions too.
    pub(super) fn idle_since(&self) -> Option<Instant> {
        if self.alive() <= self.scale.min as usize && !self.retired {
            return None;
        }
        self.instances.iter().filter(|one| one.phase == Phase::Ready && one.in_flight == 0).map(|one| one.idle_since).min()
    }

    /// Ends the idlest instance.
    pub(super) fn end_idlest(&mut self, now: Instant) -> bool {
        let Some(since) = self.idle_since() else { return false };
        let idlest = self.instances.iter_mut().find(|one| one.phase == Phase::Ready && one.in_flight == 0 && one.idle_since == since);
        let Some(instance) = idlest else { return false };
        instance.phase = Phase::Ending;
        instance.idle_since = now;
        instance.worker.retire();
        true
    }

    /// Takes a waiting call out of the queue.
    pub(super) fn take_waiting(&mut self, tally: &Tally) -> Option<Job> {
        let index = self.waiting.iter().position(|job| std::ptr::eq(&*job.tally, tally))?;
        self.waiting.remove(index)
    }

    /// Has instances that have calls look after those that only wait for background work.
    pub(super) fn tidy(&self) {
        for instance in self.instances.iter().filter(|one| one.phase == Phase::Ready && one.in_flight > 0) {
            instance.worker.tidy();
        }
    }

    /// Lets instances that have just become idle give memory back, once, as many as `budget` allows.
    pub(super) fn trim_idle_instances(&mut self, now: Instant, budget: &mut usize) {
        for instance in &mut self.instances {
            let idle = instance.phase == Phase::Ready && instance.in_flight == 0;
            if *budget > 0 && idle && !instance.trimmed && now.saturating_duration_since(instance.idle_since) >= TRIM_AFTER {
                instance.trimmed = true;
                *budget -= 1;
                instance.worker.trim();
            }
        }
    }

    pub(super) fn worker(&self, id: u32) -> Option<&Arc<Handle>> {
        self.instances.iter().find(|instance| instance.worker.id == id).map(|instance| &instance.worker)
    }

    fn find(&mut self, worker: u32) -> Option<&mut Instance> {
        self.instances.iter_mut().find(|instance| instance.worker.id == worker)
    }

    pub(super) fn status(&self) -> PoolStatus {
        let memory = || self.instances.iter().map(|instance| instance.worker.memory());
        PoolStatus {
            heap_bytes: memory().map(|memory| memory.heap_bytes).sum(),
            external_bytes: memory().map(|memory| memory.external_bytes).sum(),
            ready: self.count(Phase::Ready),
            booting: self.booting(),
            in_flight: self.instances.iter().map(|instance| instance.in_flight as usize).sum(),
            waiting: self.waiting.len(),
            broken: self.broken.as_ref().map(|broken| broken.fault.to_string()),
        }
    }
}
