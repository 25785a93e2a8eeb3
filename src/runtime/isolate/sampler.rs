//! Samples of the running JavaScript: the watchdog asks whose code runs, and V8 answers at its next check, on the isolate's own thread.
//!
//! A turn may run code of many calls, and V8 does not report when it switches from one to the next. So the watchdog samples busy turns: the
//! CPU time since the last sample is noted for the call whose code runs now. `worker` collects the notes at the end of the turn.
//!
//! Invariant: no JavaScript runs here and nothing is borrowed that an interrupted op could hold.
#![allow(unsafe_code, reason = "an interrupt of V8 is a C function")]

use std::cell::RefCell;
use std::ffi::c_void;
use std::sync::Arc;
use std::time::Duration;

use deno_core::v8;

use super::heap::Heap;
use super::terminate::{Interrupt, TerminationReason};
use crate::runtime::limits::cpu_account::CpuSlice;
use crate::runtime::ops::{call_in_context, catch_panic_or, external_bytes};
use crate::sys::cpu_clock::own_cpu_ns;
use crate::sys::map_bound;

/// The isolate of a thread.
struct SampledIsolate {
    heap: Arc<Heap>,
    interrupt: Arc<Interrupt>,
    context: v8::Global<v8::Context>,
}

/// The notes of one thread.
#[derive(Default)]
struct Notes {
    slices: Vec<CpuSlice>,
    /// The thread's CPU clock up to which time was noted.
    noted_ns: u64,
    /// CPU time that one call may use in one turn.
    limit_ns: u64,
    isolate: Option<SampledIsolate>,
    /// The stack at the last sample.
    stack: Option<String>,
}

thread_local! {
    static NOTES: RefCell<Notes> = const { RefCell::new(Notes { slices: Vec::new(), noted_ns: 0, limit_ns: u64::MAX, isolate: None, stack: None }) };
}

/// The calling thread has this isolate.
pub(super) fn attach(heap: &Arc<Heap>, interrupt: &Arc<Interrupt>, context: v8::Global<v8::Context>) {
    map_bound::ask(may_map);
    NOTES.with_borrow_mut(|notes| notes.isolate = Some(SampledIsolate { heap: heap.clone(), interrupt: interrupt.clone(), context }));
}

/// The calling thread's isolate is about to go.
pub(super) fn forget() {
    NOTES.with_borrow_mut(|notes| notes.isolate = None);
}

/// Sets the CPU time that one call may use in one turn, on the calling thread.
pub fn limit(cpu: Duration) {
    NOTES.with_borrow_mut(|notes| notes.limit_ns = u64::try_from(cpu.as_nanos()).unwrap_or(u64::MAX));
}

/// Moves the calling thread's notes into `into`; the next note begins at `now_ns` of the thread's CPU clock.
pub fn collect(into: &mut Vec<CpuSlice>, now_ns: u64) {
    NOTES.with_borrow_mut(|notes| {
        into.append(&mut notes.slices);
        notes.noted_ns = now_ns;
    });
}

/// The JavaScript stack of the calling thread at the last sample; each is returned once.
pub fn stack() -> Option<String> {
    NOTES.with_borrow_mut(|notes| notes.stack.take())
}

/// Whether the calling thread's isolate has to end.
pub(super) fn is_condemned() -> bool {
    let reason = |notes: &RefCell<Notes>| notes.try_borrow().ok()?.isolate.as_ref()?.interrupt.reason();
    NOTES.with(reason).is_some()
}

/// Whether the calling thread's isolate may take more than its function's limit from the system in one piece.
pub(super) fn may_map() -> bool {
    let ask = |notes: &RefCell<Notes>| notes.try_borrow().ok()?.isolate.as_ref().map(|isolate| isolate.heap.clone());
    NOTES.with(ask).is_none_or(|heap| heap.may_map())
}

/// V8 calls this on the isolate's thread.
pub(super) unsafe extern "C" fn take(isolate: v8::UnsafeRawIsolatePtr, _data: *mut c_void) {
    catch_panic_or("sample", (), || sample(isolate));
}

fn sample(isolate: v8::UnsafeRawIsolatePtr) {
    // SAFETY: V8 passes the isolate that it interrupted, on the thread that entered it; the scope ends before this returns.
    let mut isolate = unsafe { v8::Isolate::from_raw_isolate_ptr(isolate) };
    let statistics = isolate.get_heap_statistics();
    let external = external_bytes(&mut isolate);
    let now_ns = own_cpu_ns();
    NOTES.with(|notes| {
        // Nothing that borrows them runs JavaScript, so this never fails.
        let Ok(mut notes) = notes.try_borrow_mut() else { return };
        let Some(context) = notes.isolate.as_ref().map(|isolate| &isolate.context) else { return };
        let (call, stack) = seen(&mut isolate, context);
        let call = call.unwrap_or(0);
        let spent_ns = notes.note(call, now_ns);
        notes.stack = stack;
        let Some(SampledIsolate { heap, interrupt, .. }) = &notes.isolate else { return };
        // A turn may allocate for long without an end. Nothing can be collected here, so half of it may be garbage.
        if heap.is_over(statistics.used_heap_size() / 2, external / 2) {
            heap.condemn();
        }
        interrupt.runs(call);
        if spent_ns > notes.limit_ns {
            interrupt.terminate_for(TerminationReason::Cpu, call);
        }
    });
}

impl Notes {
    /// Returns the CPU time that the call has used in this turn.
    fn note(&mut self, call: u32, now_ns: u64) -> u64 {
        let cpu_ns = now_ns.saturating_sub(self.noted_ns);
        self.noted_ns = now_ns;
        match self.slices.iter_mut().find(|slice| slice.call == call) {
            Some(slice) => {
                slice.cpu_ns += cpu_ns;
                slice.cpu_ns
            }
            None => {
                self.slices.push(CpuSlice { call, cpu_ns });
                cpu_ns
            }
        }
    }
}

/// The id that the prelude's dispatch put into the async context, and the stack as text.
fn seen(isolate: &mut v8::Isolate, context: &v8::Global<v8::Context>) -> (Option<u32>, Option<String>) {
    // SAFETY: see `take`.
    v8::callback_scope!(unsafe scope, isolate);
    let context = v8::Local::new(scope, context);
    let scope = &mut v8::ContextScope::new(scope, context);
    (call_in_context(scope), stack_text(scope))
}

/// The innermost frames. Nothing of the function runs for it: names and positions are V8's own.
fn stack_text(scope: &mut v8::PinScope<'_, '_>) -> Option<String> {
    let stack = v8::StackTrace::current_stack_trace(scope, FRAMES)?;
    let mut text = String::new();
    for index in 0..stack.get_frame_count() {
        let frame = stack.get_frame(scope, index)?;
        let name = |name: Option<v8::Local<'_, v8::String>>| name.map(|name| name.to_rust_string_lossy(scope)).unwrap_or_default();
        let (function, script) = (name(frame.get_function_name(scope)), name(frame.get_script_name(scope)));
        text.push_str(&format!("at {function} ({script}:{}:{})\n", frame.get_line_number(), frame.get_column()));
    }
    Some(text)
}

/// Frames that are kept.
const FRAMES: usize = 8;
