//! V8 of the whole process: its flags and its last words.
//!
//! `main` calls this before anything else; what fails beyond repair goes to `containment::park`.
//!
//! Invariant: flags are set once, before the platform starts; every one that differs from V8's default says why.

use deno_core::{JsRuntime, v8};

use crate::runtime::containment::freeze;
use crate::runtime::egress;

/// Sets V8 up for the process. Must be the first thing `main` does, before any thread exists: with memory protection keys only threads
/// that descend from this one may run JavaScript.
pub fn init_engine() {
    deno_core::v8_set_flags(
        [
            "skep",
            // 256 MB a memory.
            "--wasm-max-mem-pages=4096",
            // As in js-prelude/28_guard_wasm.js, which counts what these bound one by one.
            "--wasm-max-table-size=100000",
            "--wasm-max-module-size=8388608",
            // The helper threads are everybody's.
            "--wasm-num-compilation-tasks=1",
            // V8 15.0 loses stack checks when it unrolls: for an inner loop of its own (`new Array(100)`) it takes away the check of the
            // loop around it, and `for (;;) new Array(100).fill({})` can then be ended by nobody.
            "--no-turboshaft-loop-unrolling",
            // Garbage is collected and hot code compiled on the function's own thread: that is charged to it, has its weight, and can be
            // parked. On a helper thread it is nobody's, and the end of the process when memory is short: V8 15.0 fails a check there
            // (`GetTimerForCollectionRequest(kind).IsStarted()`, two compilations of an isolate at its limit). `load -- churn` met that once in
            // about 100 isolates that `memory_mb` ended. Requests per CPU second are 3 to 6 % more without the helpers.
            "--single-threaded-gc",
            "--no-concurrent-recompilation",
            "--no-concurrent-sparkplug",
            // An isolate's pages end with it. V8 would hand them, full of what was there, to the next one, or keep them: for 8 to 16 seconds, and
            // for ever if its clean-up task has just run and nobody collects garbage. The price is 1,100 page faults a new isolate, about 2 ms.
            "--no-memory-pool-share-memory-on-teardown",
        ]
        .map(str::to_owned)
        .to_vec(),
    );
    egress::forget_proxies();
    JsRuntime::init_platform(None);
    v8::V8::set_fatal_error_handler(|file: &str, _line: i32, message: &str| freeze::check_failed(file, message));
    freeze::install_handlers();
}

/// The engine's version, for `skep --version` and the admin API.
pub fn engine_version() -> &'static str {
    v8::V8::get_version()
}
