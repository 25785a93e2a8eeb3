//! Stopping an isolate from another thread.
//!
//! The watchdog, the heap callback and the pool strike; the instance's own event loop looks at the reason before and after every turn.
//!
//! Invariant: the reason is set first and terminates second, and the first reason stands. V8's own "is terminating" state is never read:
//! deno_core clears it while it converts exceptions.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, AtomicU8, AtomicU32, AtomicU64, Ordering};

use deno_core::v8;

use super::sampler;
use crate::runtime::containment::{self, Rung};
use crate::runtime::limits::headroom::Grace;

/// Why an isolate has to end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Reason {
    /// One uninterrupted turn, or one request, used more CPU time than `cpu_ms`.
    Cpu = 1,
    /// Heap and ArrayBuffers passed `memory_mb`.
    Memory = 2,
    /// Its module did not load in time.
    Boot = 3,
    /// The host ends it: shutdown.
    Shutdown = 4,
}

/// The switch that ends one isolate; shared by its thread and whoever may end it.
#[derive(Debug, Default)]
pub struct Interrupt {
    reason: AtomicU8,
    isolate: OnceLock<v8::IsolateHandle>,
    held_back: AtomicBool,
    lent: AtomicBool,
    grace: Grace,
    /// Odd while JavaScript may run; grows when it goes on with something else. The watchdog compares.
    turn: AtomicU64,
    /// The call whose code ran at the last sample.
    sampled: AtomicU32,
    /// The call that is to blame; 0 if that is not known, or if it is code outside every call.
    culprit: AtomicU32,
}

impl Interrupt {
    pub(super) fn attach(&self, isolate: v8::IsolateHandle) {
        // Attached once, by the thread that made the isolate.
        let _ = self.isolate.set(isolate);
    }

    /// Ends the isolate. Safe to call again and again; the first reason stands.
    pub fn strike(&self, reason: Reason) {
        let _ = self.reason.compare_exchange(0, reason as u8, Ordering::SeqCst, Ordering::SeqCst);
        self.strike_again();
    }

    /// As `strike`, and it is known whose fault it is.
    pub fn strike_for(&self, reason: Reason, call: u32) {
        if self.reason.compare_exchange(0, reason as u8, Ordering::SeqCst, Ordering::SeqCst).is_ok() {
            self.culprit.store(call, Ordering::SeqCst);
        }
        self.strike_again();
    }

    /// The call that is to blame for the strike, if that was known when it struck.
    pub fn culprit(&self) -> Option<u32> {
        Some(self.culprit.load(Ordering::SeqCst)).filter(|call| *call != 0)
    }

    /// Number of the turn: odd while JavaScript may run.
    pub fn turn(&self) -> u64 {
        self.turn.load(Ordering::SeqCst)
    }

    /// JavaScript begins or ends.
    pub fn flip_turn(&self) {
        self.turn.fetch_add(1, Ordering::SeqCst);
    }

    /// JavaScript goes on with something else.
    pub fn next_turn(&self) {
        self.turn.fetch_add(2, Ordering::Release);
    }

    /// A sample saw this call. The bound on an uninterrupted stretch is one call's: another one begins anew.
    pub(super) fn runs(&self, call: u32) {
        if self.sampled.swap(call, Ordering::Relaxed) != call {
            self.next_turn();
        }
    }

    /// Holds terminations back while modules are linked: deno_core and V8 do not stand one there. The reason is set all the same.
    pub fn hold_back(&self, hold: bool) {
        self.held_back.store(hold, Ordering::SeqCst);
    }

    /// Repeats a termination that deno_core may have swallowed. Does nothing if no reason is set.
    pub fn strike_again(&self) {
        if self.reason.load(Ordering::SeqCst) != 0
            && !self.held_back.load(Ordering::SeqCst)
            && let Some(isolate) = self.isolate.get()
        {
            isolate.terminate_execution();
        }
    }

    /// Lends memory to unwind in, after waiting for a permit. False if it was lent before.
    pub(super) fn lend(&self) -> bool {
        let first = !self.lent.swap(true, Ordering::SeqCst);
        if first {
            containment::record(Rung::Graced);
            self.grace.enter();
        }
        first
    }

    /// Whether memory beyond the limit was lent.
    pub fn was_graced(&self) -> bool {
        self.lent.load(Ordering::SeqCst)
    }

    /// The isolate is gone or parked: another may be lent memory.
    pub fn end_grace(&self) {
        self.grace.leave();
    }

    /// Has the running JavaScript say whose it is, when it comes to its next check: see `sample`.
    pub fn sample(&self) {
        if let Some(isolate) = self.isolate.get() {
            isolate.request_interrupt(sampler::take, std::ptr::null_mut());
        }
    }

    /// Why the isolate has to end, if it has to.
    pub fn reason(&self) -> Option<Reason> {
        match self.reason.load(Ordering::SeqCst) {
            1 => Some(Reason::Cpu),
            2 => Some(Reason::Memory),
            3 => Some(Reason::Boot),
            4 => Some(Reason::Shutdown),
            _ => None,
        }
    }
}
