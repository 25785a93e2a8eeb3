//! Garbage collections as V8 announces them: a thread is not frozen in the middle of one.
//!
//! A collection takes locks that all isolates of the process share (the mutex of cppgc's cross-thread roots, from the start of the atomic
//! pause to its end). V8 calls the prologue before it takes one, and the epilogue after it gave the last one back (`Heap::CollectGarbage`,
//! `IncrementalMarking::StartMarkingMajor`).
//!
//! Invariant: each prologue has its epilogue. V8 leaves both out, or neither, where a collection begins inside another one's callbacks.
#![allow(unsafe_code, reason = "the callbacks are C functions")]

use std::cell::Cell;
use std::ffi::c_void;
use std::ptr::null_mut;
use std::time::Instant;

use deno_core::v8;

use crate::sys::freeze;
use crate::telemetry::metrics::HOST;
use crate::telemetry::metrics::labels::GcKind;

thread_local! {
    /// When the collection of this thread's isolate began.
    static BEGAN: Cell<Option<Instant>> = const { Cell::new(None) };
}

/// Holds freezing off during the isolate's collections, from now on.
pub(super) fn hold_off_freezing(isolate: &mut v8::Isolate) {
    isolate.add_gc_prologue_callback(begins, null_mut(), v8::GCType::kGCTypeAll);
    isolate.add_gc_epilogue_callback(ends, null_mut(), v8::GCType::kGCTypeAll);
}

unsafe extern "C" fn begins(_: v8::UnsafeRawIsolatePtr, _: v8::GCType, _: v8::GCCallbackFlags, _: *mut c_void) {
    freeze::collection_begins();
    BEGAN.set(Some(Instant::now()));
}

unsafe extern "C" fn ends(_: v8::UnsafeRawIsolatePtr, kind: v8::GCType, _: v8::GCCallbackFlags, _: *mut c_void) {
    if let Some(began) = BEGAN.take() {
        let is_minor = kind == v8::GCType::kGCTypeScavenge || kind == v8::GCType::kGCTypeMinorMarkSweep;
        HOST.collected(if is_minor { GcKind::Minor } else { GcKind::Major }, began.elapsed());
    }
    freeze::collection_ends();
}
