//! The state of a pool: its instances, the calls that wait, and the decisions about both.
//!
//! `Pool` holds this under its lock and carries the decisions out. The decisions of every call stand here; `scale`, `status` and `drain`
//! add those that are taken once a second or for an operator.
//!
//! Invariant: this file reads no clock and creates no thread and no channel; the same state and time give the same decision.

use std::collections::VecDeque;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Weak};
use std::time::{Duration, Instant};

use super::instance::{Instance, InstancePhase};
use super::policy::{Decision, Scaler};
use crate::fault::Fault;
use crate::function::Scale;
use crate::runtime::call::{CallStats, Permit, QueuedInvocation, Slots};
use crate::runtime::worker::Handle;
use crate::telemetry::metrics::labels::InstanceEnd;

/// First pause after a failed boot; doubles up to [`BROKEN_PAUSE_MAX`].
const BROKEN_PAUSE: Duration = Duration::from_millis(500);

/// Longest time for which calls get the fault of the last failed boot instead of another boot.
const BROKEN_PAUSE_MAX: Duration = Duration::from_secs(30);

/// The decision about a call.
pub(super) enum Admission {
    /// Give it to this instance.
    Assign(usize),
    /// Create another instance and let the call wait for it.
    SpawnAndWait,
    /// Let it wait.
    Wait,
    /// Reject it: the queue is full.
    Full,
    /// Reject it: other functions have their share of the queue.
    FullOfFunctions,
    /// Reject it: the version does not load, must not run, or its time is over.
    Refuse(Fault),
}

pub(super) struct Broken {
    pub(super) fault: Fault,
    until: Instant,
    pause: Duration,
}

/// The state of one pool.
pub(super) struct PoolState {
    pub(super) scale: Scale,
    /// Receives the slots of ended calls: the pool itself.
    slots: Weak<dyn Slots>,
    pub(super) instances: Vec<Instance>,
    pub(super) waiting: VecDeque<QueuedInvocation>,
    pub(super) broken: Option<Broken>,
    /// Whether an instance has loaded its module, ever.
    pub(super) has_loaded: bool,
    pub(super) retired: bool,
    /// The fault of every call from now on: the time of the version is over, or it must not run any more.
    pub(super) over: Option<Fault>,
    pub(super) scaler: Scaler,
    pub(super) decision: Decision,
    /// When the scaler last saw a call.
    pub(super) active: Option<Instant>,
}

impl PoolState {
    pub(super) fn new(scale: Scale, slots: Weak<dyn Slots>) -> Self {
        Self {
            scale,
            slots,
            instances: Vec::new(),
            waiting: VecDeque::new(),
            broken: None,
            has_loaded: false,
            retired: false,
            over: None,
            scaler: Scaler::default(),
            decision: Decision::default(),
            active: None,
        }
    }

    /// Decides about one call: the least loaded instance with room, else a new one, else the queue. `caller` is the function that makes it.
    pub(super) fn admission(&mut self, caller: Option<&Arc<str>>, now: Instant) -> Admission {
        let may_hold = self.may_hold(caller);
        if may_hold && let Some(index) = self.instance_with_room() {
            return Admission::Assign(index);
        }
        if let Some(fault) = self.unservable_because(now) {
            return Admission::Refuse(fault.clone());
        }
        if may_hold && self.wants_instance_for(self.waiting.len() + 1, now) {
            return Admission::SpawnAndWait;
        }
        if !self.may_wait(caller) {
            return Admission::FullOfFunctions;
        }
        if self.queue_has_room() { Admission::Wait } else { Admission::Full }
    }

    fn instance_with_room(&self) -> Option<usize> {
        let room = |(_, instance): &(usize, &Instance)| instance.in_flight < self.scale.concurrency && instance.takes_calls();
        let least_loaded = self.instances.iter().enumerate().filter(room).min_by_key(|(_, instance)| instance.in_flight)?;
        Some(least_loaded.0)
    }

    /// The fault of a call that no instance has room for, if no instance will ever take it.
    pub(super) fn unservable_because(&self, now: Instant) -> Option<&Fault> {
        let broken = || self.broken.as_ref().filter(|broken| now < broken.until).map(|broken| &broken.fault);
        self.over.as_ref().or_else(|| if self.has_instances() { None } else { broken() })
    }

    /// After a failed boot the next one has to wait, or a broken version would be booted in a loop.
    pub(super) fn may_boot(&self, now: Instant) -> bool {
        self.over.is_none() && self.broken.as_ref().is_none_or(|broken| now >= broken.until)
    }

    /// Whether `waiting` calls are more than the instances that are booting will take.
    fn wants_instance_for(&self, waiting: usize, now: Instant) -> bool {
        self.may_boot(now) && self.alive() < self.scale.max as usize && waiting > self.booting() * self.scale.concurrency as usize
    }

    /// Whether an instance is missing, for the calls that wait or for `min`.
    pub(super) fn lacks_instance(&self, now: Instant) -> bool {
        self.wants_instance_for(self.waiting.len(), now) || self.wants_instance_for_min()
    }

    pub(super) fn wants_instance_for_min(&self) -> bool {
        self.may_load_unasked() && !self.retired && self.over.is_none() && self.broken.is_none() && self.alive() < self.scale.min as usize
    }

    /// Of a version that has never loaded, one instance loads at a time, except for calls: if the module does not load, that costs one boot
    /// and not `min` of them.
    pub(super) fn may_load_unasked(&self) -> bool {
        self.has_loaded || self.booting() == 0
    }

    /// Instances that are not about to end.
    pub(super) fn alive(&self) -> usize {
        self.instances.iter().filter(|instance| instance.is_alive()).count()
    }

    /// Instances that take calls.
    pub(super) fn ready(&self) -> usize {
        self.instances.iter().filter(|instance| instance.takes_calls()).count()
    }

    pub(super) fn booting(&self) -> usize {
        self.instances.iter().filter(|instance| instance.phase == InstancePhase::Booting).count()
    }

    pub(super) fn has_instances(&self) -> bool {
        self.alive() > 0
    }

    /// Calls that booting instances will take are not "in the queue": they wait for a cold start, not for room.
    pub(super) fn queue_has_room(&self) -> bool {
        self.waiting.len() < self.queue_room()
    }

    pub(super) fn queue_room(&self) -> usize {
        self.scale.queue as usize + self.booting() * self.scale.concurrency as usize
    }

    /// A worker that loads its module.
    pub(super) fn add(&mut self, worker: Arc<Handle>, now: Instant) {
        self.instances.push(Instance::new(worker, now));
    }

    /// Sends a call to an instance. If that has just ended, the call waits at the front of the queue.
    pub(super) fn assign(&mut self, index: usize, mut invocation: QueuedInvocation, now: Instant) {
        let Some(instance) = self.instances.get_mut(index) else { return self.waiting.push_front(invocation) };
        let Some(slots) = self.slots.upgrade() else { return };
        let stats = invocation.stats.clone();
        let caller = invocation.request.caller.clone();
        invocation.permit = Permit::new(slots, instance.worker.id, caller.clone());
        instance.assign(&stats, caller.as_ref(), now);
        stats.instance.store(instance.worker.id, Ordering::Release);
        match instance.worker.call(invocation) {
            Ok(call) => stats.call.store(call, Ordering::Release),
            Err(mut invocation) => {
                // The end of the instance is about to be reported. The slot is counted off here, because dropping a permit takes the pool's
                // lock.
                invocation.permit.void();
                instance.release(caller.as_ref());
                instance.requests -= 1;
                instance.phase = InstancePhase::Ending;
                stats.instance.store(0, Ordering::Release);
                self.waiting.push_front(invocation);
            }
        }
    }

    /// Assigns the calls that wait, as far as there is room and other functions have not their share. Calls whose caller has left are dropped on the way.
    pub(super) fn assign_waiting(&mut self, now: Instant) {
        while !self.waiting.is_empty() {
            let Some(index) = self.instance_with_room() else { return };
            // The next one, mostly: a call of a function that has its share is passed over.
            let next = self.waiting.iter().position(|invocation| self.may_hold(invocation.request.caller.as_ref()));
            let Some(invocation) = next.and_then(|next| self.waiting.remove(next)) else { break };
            if !invocation.reply.is_closed() {
                self.assign(index, invocation, now);
            }
        }
        if self.retired {
            self.end_idle(0, InstanceEnd::Replaced);
        }
    }

    /// An instance has loaded its module. Returns whether it is the first one of the version.
    pub(super) fn loaded(&mut self, worker: u32, now: Instant) -> bool {
        let is_first = !std::mem::replace(&mut self.has_loaded, true);
        self.broken = None;
        if let Some(instance) = self.find(worker) {
            instance.loaded(now);
        }
        is_first
    }

    /// A slot is free again.
    pub(super) fn release(&mut self, worker: u32, caller: Option<&Arc<str>>, now: Instant) {
        if let Some(instance) = self.find(worker) {
            instance.release(caller);
            instance.idle_since = now;
        }
    }

    /// The open calls of an instance, whose thread will never answer them.
    pub(super) fn lost_calls(&mut self, worker: u32) -> Vec<Arc<CallStats>> {
        let calls = self.find(worker).map(|instance| std::mem::take(&mut instance.calls)).unwrap_or_default();
        calls.iter().filter_map(Weak::upgrade).filter(|stats| stats.instance.load(Ordering::Acquire) == worker).collect()
    }

    /// Calls that never reached an instance's JavaScript are the next to be assigned.
    pub(super) fn take_back(&mut self, unheard: Vec<QueuedInvocation>) {
        for invocation in unheard.into_iter().rev() {
            invocation.stats.instance.store(0, Ordering::Release);
            self.waiting.push_front(invocation);
        }
    }

    /// An instance is gone. Returns whether it was the last one.
    pub(super) fn remove(&mut self, worker: u32) -> bool {
        let before = self.instances.len();
        self.instances.retain(|instance| instance.worker.id != worker);
        before > 0 && self.instances.is_empty()
    }

    /// A module did not load. If the pool has no other instance, no instance will answer the calls that wait: they are returned.
    pub(super) fn boot_failed(&mut self, worker: u32, fault: &Fault, now: Instant) -> Vec<QueuedInvocation> {
        let _was_last = self.remove(worker);
        let pause = self.broken.as_ref().map_or(BROKEN_PAUSE, |broken| (broken.pause * 2).min(BROKEN_PAUSE_MAX));
        self.broken = Some(Broken { fault: fault.clone(), until: now + pause, pause });
        if self.has_instances() { Vec::new() } else { self.waiting.drain(..).collect() }
    }

    /// Takes a waiting call out of the queue.
    pub(super) fn take_waiting(&mut self, stats: &CallStats) -> Option<QueuedInvocation> {
        let index = self.waiting.iter().position(|invocation| std::ptr::eq(&*invocation.stats, stats))?;
        self.waiting.remove(index)
    }

    pub(super) fn worker(&self, id: u32) -> Option<&Arc<Handle>> {
        self.instances.iter().find(|instance| instance.worker.id == id).map(|instance| &instance.worker)
    }

    pub(super) fn find(&mut self, worker: u32) -> Option<&mut Instance> {
        self.instances.iter_mut().find(|instance| instance.worker.id == worker)
    }
}
