//! Termination of an isolate, from any thread.
//!
//! The watchdog, the heap callback and the pool terminate; the instance's own event loop checks the reason in every turn.
//!
//! Invariant: the reason is set first and terminates second, and the first reason stands. V8's own "is terminating" state is never read:
//! deno_core clears it while it converts exceptions.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, AtomicU8, AtomicU32, AtomicU64, Ordering};

use deno_core::v8;

use crate::runtime::containment::{self, ContainmentLevel};
use crate::runtime::limits::headroom::{GROWTH_WAIT_MAX, HEADROOM_BYTES, Headroom, HeadroomPermit, LITTLE_BYTES};

/// Why an isolate has to end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum TerminationReason {
    /// One uninterrupted turn, or one request, used more CPU time than `cpu_ms`.
    Cpu = 1,
    /// Heap and ArrayBuffers passed `memory_mb`.
    Memory = 2,
    /// Its module did not load in time.
    Boot = 3,
    /// The host ends it: the time to finish its calls is over.
    Shutdown = 4,
}

/// V8's interrupt callback that takes a sample.
pub(super) type Sample = unsafe extern "C" fn(v8::UnsafeRawIsolatePtr, *mut std::ffi::c_void);

/// The switch that ends one isolate; shared by its thread and the threads that may end it.
#[derive(Debug, Default)]
pub struct Interrupt {
    reason: AtomicU8,
    isolate: OnceLock<(v8::IsolateHandle, Sample)>,
    held_back: AtomicBool,
    granted: AtomicBool,
    headroom: Headroom,
    /// Odd while JavaScript may run; grows when JavaScript switches to other work. The watchdog compares it.
    turn: AtomicU64,
    /// The call whose code ran at the last sample.
    sampled: AtomicU32,
    /// The call that is to blame; 0 if that is not known, or if it is code outside every call.
    offender: AtomicU32,
}

impl Interrupt {
    /// `sample` is called by V8 on the isolate's thread after [`Interrupt::sample`].
    pub(super) fn attach(&self, isolate: v8::IsolateHandle, sample: Sample) {
        // Attached once, by the thread that created the isolate.
        let _ = self.isolate.set((isolate, sample));
    }

    /// Ends the isolate. Safe to call again and again; the first reason stands.
    pub fn terminate(&self, reason: TerminationReason) {
        let _ = self.reason.compare_exchange(0, reason as u8, Ordering::SeqCst, Ordering::SeqCst);
        self.terminate_again();
    }

    /// As `terminate`, with the call to blame.
    pub fn terminate_for(&self, reason: TerminationReason, call: u32) {
        if self.reason.compare_exchange(0, reason as u8, Ordering::SeqCst, Ordering::SeqCst).is_ok() {
            self.offender.store(call, Ordering::SeqCst);
        }
        self.terminate_again();
    }

    /// The call that is to blame for the termination, if that was known by then.
    pub fn offender(&self) -> Option<u32> {
        Some(self.offender.load(Ordering::SeqCst)).filter(|call| *call != 0)
    }

    /// Number of the turn: odd while JavaScript may run.
    pub fn turn(&self) -> u64 {
        self.turn.load(Ordering::SeqCst)
    }

    /// JavaScript begins or ends.
    pub fn flip_turn(&self) {
        self.turn.fetch_add(1, Ordering::SeqCst);
    }

    /// JavaScript switches to other work.
    pub fn next_turn(&self) {
        self.turn.fetch_add(2, Ordering::Release);
    }

    /// A sample saw this call. The bound on an uninterrupted stretch holds for one call: another call begins anew.
    pub(super) fn runs(&self, call: u32) {
        if self.sampled.swap(call, Ordering::Relaxed) != call {
            self.next_turn();
        }
    }

    /// Holds terminations back while modules are linked: deno_core and V8 do not withstand one there. The reason is set all the same.
    pub fn hold_back(&self, hold: bool) {
        self.held_back.store(hold, Ordering::SeqCst);
    }

    /// Repeats a termination that deno_core may have swallowed. Does nothing if no reason is set.
    pub fn terminate_again(&self) {
        if self.reason.load(Ordering::SeqCst) != 0
            && !self.held_back.load(Ordering::SeqCst)
            && let Some((isolate, _)) = self.isolate.get()
        {
            isolate.terminate_execution();
        }
    }

    /// Grants headroom to unwind in, after waiting for a permit; returns how many bytes. `None` if it was granted before.
    pub(super) fn grant_headroom(&self) -> Option<usize> {
        if self.granted.swap(true, Ordering::SeqCst) {
            return None;
        }
        containment::record(ContainmentLevel::HeadroomGranted);
        Some(match self.headroom.acquire_in_turn() {
            HeadroomPermit::Held | HeadroomPermit::TimedOut => HEADROOM_BYTES,
            HeadroomPermit::Lost => LITTLE_BYTES,
        })
    }

    /// Whether the isolate, which is not condemned, may have headroom until its limit is set. It holds a permit then.
    pub(super) fn may_grow(&self) -> bool {
        self.headroom.acquire(GROWTH_WAIT_MAX) == HeadroomPermit::Held
    }

    /// Whether the isolate may take a large piece of memory at once. One that waits for long continues without a permit, as everywhere; if
    /// frozen threads hold them all, it may not.
    pub(super) fn may_take_piece(&self) -> bool {
        self.headroom.acquire_in_turn() != HeadroomPermit::Lost
    }

    /// Its limit is set: it needs no headroom, unless it was granted some to end with.
    pub(super) fn has_grown(&self) {
        if !self.has_headroom() {
            self.headroom.release();
        }
    }

    /// Whether headroom was granted.
    pub fn has_headroom(&self) -> bool {
        self.granted.load(Ordering::SeqCst)
    }

    /// Whether the thread waits for headroom, with others.
    pub fn waits_for_headroom(&self) -> bool {
        self.headroom.is_waiting()
    }

    /// The isolate is gone: another may be granted headroom.
    pub fn return_headroom(&self) {
        self.headroom.release();
    }

    /// The thread is frozen, with the memory that it has. Returns whether it may have used headroom.
    pub fn lose_headroom(&self) -> bool {
        self.headroom.lose()
    }

    /// Has V8 sample the running JavaScript at its next check: see `sampler`.
    pub fn sample(&self) {
        if let Some((isolate, sample)) = self.isolate.get() {
            isolate.request_interrupt(*sample, std::ptr::null_mut());
        }
    }

    /// Why the isolate has to end, if it has to.
    pub fn reason(&self) -> Option<TerminationReason> {
        match self.reason.load(Ordering::SeqCst) {
            1 => Some(TerminationReason::Cpu),
            2 => Some(TerminationReason::Memory),
            3 => Some(TerminationReason::Boot),
            4 => Some(TerminationReason::Shutdown),
            _ => None,
        }
    }
}
