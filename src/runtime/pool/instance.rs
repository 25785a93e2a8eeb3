//! One instance as its pool sees it: the phase of its life, its calls, and how long it has been idle.
//!
//! `state` keeps these in a list; `scale`, `status` and `drain` read and end them.
//!
//! Invariant: an instance that ends takes no more calls, and leaves the list only when its thread reports the end.

use std::collections::HashMap;
use std::sync::{Arc, Weak};
use std::time::{Duration, Instant};

use crate::runtime::call::CallStats;
use crate::runtime::isolate::TerminationReason;
use crate::runtime::worker::Handle;
use crate::telemetry::metrics::labels::InstanceEnd;

/// How long an instance is idle before it collects its garbage: a pause between two calls is not idleness.
const TRIM_AFTER: Duration = Duration::from_secs(2);

/// Calls that an instance may remember beside those that are open.
const FORGOTTEN_MAX: usize = 64;

pub(super) struct Instance {
    pub(super) worker: Arc<Handle>,
    pub(super) phase: InstancePhase,
    /// Its module was loaded: JavaScript may be terminated.
    loaded: bool,
    pub(super) in_flight: u32,
    /// Calls among them that other functions made, by function.
    pub(super) of_functions: HashMap<Arc<str>, u32>,
    /// The most calls at a time since the last sample of the pool.
    pub(super) peak: u32,
    /// Calls that were assigned to it so far.
    pub(super) requests: u64,
    pub(super) idle_since: Instant,
    pub(super) made: Instant,
    /// CPU time that its thread used before it became an instance: as a prewarmed isolate, mostly.
    pub(super) cpu_before_ns: u64,
    trimmed: bool,
    /// Why it was told to end.
    pub(super) ending: Option<InstanceEnd>,
    /// Calls that were assigned to it and may be open; cleared of the others as it grows.
    pub(super) calls: Vec<Weak<CallStats>>,
}

/// The phase of an instance's life.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum InstancePhase {
    /// It loads its module; calls wait for it.
    Booting,
    /// It takes calls.
    Ready,
    /// It takes no more calls and ends when it has none.
    Ending,
}

impl Instance {
    /// A worker that loads its module.
    pub(super) fn new(worker: Arc<Handle>, now: Instant) -> Self {
        let cpu_before_ns = worker.cpu_ns().unwrap_or(0);
        Self {
            worker,
            phase: InstancePhase::Booting,
            loaded: false,
            in_flight: 0,
            of_functions: HashMap::new(),
            peak: 0,
            requests: 0,
            idle_since: now,
            made: now,
            cpu_before_ns,
            trimmed: false,
            ending: None,
            calls: Vec::new(),
        }
    }

    /// Its module is loaded. One that was told to end meanwhile ends all the same.
    pub(super) fn loaded(&mut self, now: Instant) {
        self.loaded = true;
        self.idle_since = now;
        if self.phase == InstancePhase::Booting {
            self.phase = InstancePhase::Ready;
        }
    }

    /// Whether it takes calls. A terminating instance takes none, even before its thread reports the end.
    pub(super) fn takes_calls(&self) -> bool {
        self.phase == InstancePhase::Ready && !self.worker.is_condemned()
    }

    /// Whether it takes calls, or will.
    pub(super) fn is_alive(&self) -> bool {
        self.phase == InstancePhase::Booting || self.takes_calls()
    }

    /// Whether it has nothing to do.
    pub(super) fn is_idle(&self) -> bool {
        self.takes_calls() && self.in_flight == 0
    }

    /// A call gets a slot in it; function `caller` makes it, or a client.
    pub(super) fn assign(&mut self, stats: &Arc<CallStats>, caller: Option<&Arc<str>>, now: Instant) {
        self.in_flight += 1;
        if let Some(caller) = caller {
            *self.of_functions.entry(caller.clone()).or_insert(0) += 1;
        }
        self.peak = self.peak.max(self.in_flight);
        self.requests += 1;
        self.idle_since = now;
        self.trimmed = false;
        if self.calls.len() > 2 * self.in_flight as usize + FORGOTTEN_MAX {
            self.calls.retain(|call| call.strong_count() > 0);
        }
        self.calls.push(Arc::downgrade(stats));
    }

    /// A call gives its slot back.
    pub(super) fn release(&mut self, caller: Option<&Arc<str>>) {
        self.in_flight = self.in_flight.saturating_sub(1);
        if let Some(caller) = caller
            && let Some(count) = self.of_functions.get_mut(caller)
        {
            *count -= 1;
            if *count == 0 {
                self.of_functions.remove(caller);
            }
        }
    }

    /// It takes no more calls, finishes those it has, and ends.
    pub(super) fn end(&mut self, why: InstanceEnd) {
        self.ending.get_or_insert(why);
        self.phase = InstancePhase::Ending;
        self.worker.retire();
    }

    /// It ends at once, whatever calls it has. While its module loads it has none, and loading is never broken off: loading has limits of
    /// its own.
    pub(super) fn cut(&mut self) {
        self.end(InstanceEnd::Replaced);
        if self.loaded {
            self.worker.terminate(TerminationReason::Shutdown);
        }
    }

    /// Whether it has just become idle and has not given memory back since.
    pub(super) fn may_trim(&self, now: Instant) -> bool {
        self.is_idle() && !self.trimmed && now.saturating_duration_since(self.idle_since) >= TRIM_AFTER
    }

    /// Lets it give memory back.
    pub(super) fn trim(&mut self) {
        self.trimmed = true;
        self.worker.trim();
    }
}
