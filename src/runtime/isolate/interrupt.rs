//! Stopping an isolate from another thread.
//!
//! The watchdog, the heap callback and the pool strike; the instance's own event loop looks at the reason before and after every turn.
//!
//! Invariant: the reason is set first and terminates second, and the first reason stands. V8's own "is terminating" state is never read:
//! deno_core clears it while it converts exceptions.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicU8, Ordering};

use deno_core::v8;

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
#[derive(Default)]
pub struct Interrupt {
    reason: AtomicU8,
    isolate: OnceLock<v8::IsolateHandle>,
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

    /// Repeats a termination that deno_core may have swallowed. Does nothing if no reason is set.
    pub fn strike_again(&self) {
        if self.reason.load(Ordering::SeqCst) != 0
            && let Some(isolate) = self.isolate.get()
        {
            isolate.terminate_execution();
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
