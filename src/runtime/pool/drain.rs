//! The end of a version: its calls finish, or are cut when their time is over.
//!
//! A release retires the pool that it replaces; at the deadline of the drain it cuts what is left.
//!
//! Invariant: no call is dropped without an answer; the fault of one that was cut blames the host, and no limit of the function.

use std::time::Instant;

use super::Pool;
use super::state::PoolState;
use crate::fault::{Fault, Kind};
use crate::runtime::call::QueuedInvocation;
use crate::telemetry::metrics::labels::InstanceEnd;

impl Pool {
    /// Lets every call that was admitted finish, then ends the instances. New calls are still taken: they came through an old table.
    pub fn retire(&self) {
        let mut state = self.state.lock();
        state.retired = true;
        state.end_idle(0, InstanceEnd::Replaced);
        drop(state);
        self.changed.notify_waiters();
    }

    /// The version must not run any more: calls that wait or still come are answered with `fault`. Instances finish the calls that they
    /// have, and end.
    pub(super) fn forbid(&self, fault: Fault) {
        let mut state = self.state.lock();
        if state.over.is_some() {
            return;
        }
        state.forbid(fault);
        let waiting = state.take_unservable(Instant::now());
        drop(state);
        self.changed.notify_waiters();
        if let Some(unservable) = waiting {
            unservable.answer();
        }
    }

    /// Ends every instance now; calls that they have, that wait, or that still come are answered with the fault `draining`. Returns how
    /// many there were in instances and waiting.
    pub fn cut(&self) -> usize {
        let mut state = self.state.lock();
        let over = Fault::new(Kind::Draining, "the version was replaced, and the time to finish its calls is over").with_retry_after(1);
        let in_flight = state.cut(over.clone());
        let waiting = state.take_unservable(Instant::now());
        drop(state);
        self.changed.notify_waiters();
        let cut = in_flight + waiting.as_ref().map_or(0, UnservableCalls::count);
        if let Some(unservable) = waiting {
            unservable.answer();
        }
        cut
    }
}

/// Calls that no instance will answer, and their fault. They are kept until the pool's lock is released, because dropping a call may take
/// it.
pub(super) struct UnservableCalls {
    fault: Fault,
    invocations: Vec<QueuedInvocation>,
}

impl UnservableCalls {
    pub(super) fn count(&self) -> usize {
        self.invocations.len()
    }

    pub(super) fn answer(self) {
        for invocation in self.invocations {
            invocation.reply.send(Err(self.fault.clone()));
        }
    }
}

impl PoolState {
    fn forbid(&mut self, fault: Fault) {
        self.over = Some(fault);
        self.instances.iter_mut().for_each(|instance| instance.end(InstanceEnd::Fault));
    }

    /// Ends every instance; returns how many calls they have.
    fn cut(&mut self, over: Fault) -> usize {
        self.retired = true;
        self.over = Some(over);
        let mut in_flight = 0;
        for instance in &mut self.instances {
            in_flight += instance.in_flight as usize;
            instance.cut();
        }
        in_flight
    }

    /// The calls that wait, if no instance will ever take them.
    pub(super) fn take_unservable(&mut self, now: Instant) -> Option<UnservableCalls> {
        let fault = self.unservable_because(now)?.clone();
        Some(self.drain_waiting(fault))
    }

    pub(super) fn drain_waiting(&mut self, fault: Fault) -> UnservableCalls {
        UnservableCalls { fault, invocations: self.waiting.drain(..).collect() }
    }
}
