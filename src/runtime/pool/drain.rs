//! The end of a version: its calls finish, or are cut when their time is over.
//!
//! A release retires the pool that it replaces; at the deadline of the drain it cuts what is left.
//!
//! Invariant: no call is dropped without an answer; the fault of one that was cut blames the host, and no limit of the function.

use std::time::Instant;

use super::Pool;
use super::state::State;
use crate::fault::{Fault, Kind};
use crate::runtime::call::Job;

impl Pool {
    /// Lets every call that was admitted finish, then ends the instances. New calls are still taken: they came through an old table.
    pub fn retire(&self) {
        let mut state = self.state.lock();
        state.retired = true;
        state.end_idle(0);
        drop(state);
        self.changed.notify_waiters();
    }

    /// Ends every instance now; calls that it has, that wait, or that still come are answered with the fault `draining`. Returns how many there were
    /// in instances and waiting.
    pub fn cut(&self) -> usize {
        let mut state = self.state.lock();
        let over = Fault::new(Kind::Draining, "the version was replaced, and the time to finish its calls is over").with_retry_after(1);
        let in_flight = state.cut(over.clone());
        let waiting = state.take_stranded(Instant::now());
        drop(state);
        self.changed.notify_waiters();
        let cut = in_flight + waiting.as_ref().map_or(0, Stranded::count);
        if let Some(stranded) = waiting {
            stranded.answer();
        }
        cut
    }
}

/// Calls that nobody will answer, and what they are told. Kept until the pool's lock is released: what a call holds may take it.
pub(super) struct Stranded {
    fault: Fault,
    jobs: Vec<Job>,
}

impl Stranded {
    pub(super) fn count(&self) -> usize {
        self.jobs.len()
    }

    pub(super) fn answer(self) {
        for job in self.jobs {
            job.reply.send(Err(self.fault.clone()));
        }
    }
}

impl State {
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
    pub(super) fn take_stranded(&mut self, now: Instant) -> Option<Stranded> {
        let fault = self.refusal(now)?.clone();
        Some(self.strand(fault))
    }

    pub(super) fn strand(&mut self, fault: Fault) -> Stranded {
        Stranded { fault, jobs: self.waiting.drain(..).collect() }
    }
}
