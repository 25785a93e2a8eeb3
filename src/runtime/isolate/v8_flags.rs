//! V8's flags.
//!
//! `engine` sets them for the process, and the build script (`src/recording/mod.rs`) for the code that it records: V8 takes compiled code
//! of the same flags only.
//!
//! Invariant: every flag that differs from V8's default says why.

/// The name of the program, and the flags.
const V8_FLAGS: &[&str] = &[
    "skep",
    // 256 MB a memory.
    "--wasm-max-mem-pages=4096",
    // As in js-prelude/guards/lazy/wasm.js and wasm_module.js, which count what these bound one by one.
    "--wasm-max-table-size=100000",
    "--wasm-max-module-size=8388608",
    // All instances share the helper threads.
    "--wasm-num-compilation-tasks=1",
    // V8 15.0 loses stack checks when it unrolls: for an inner loop of its own (`new Array(100)`) it takes away the check of the
    // loop around it, and `for (;;) new Array(100).fill({})` can then not be terminated.
    "--no-turboshaft-loop-unrolling",
    // Garbage is collected and hot code compiled on the function's own thread: that is charged to it, has its weight, and can be
    // frozen. On a helper thread it is charged to no function, and ends the process when memory is short: V8 15.0 fails a check
    // there (`GetTimerForCollectionRequest(kind).IsStarted()`, two compilations of an isolate at its limit). `load -- churn` met
    // that once in about 100 isolates that `memory_mb` ended. Requests per CPU second are 3 to 6 % more without the helpers.
    "--single-threaded-gc",
    "--no-concurrent-recompilation",
    "--no-concurrent-sparkplug",
    // An isolate's pages end with it. V8 would hand them, with their old contents, to the next one, or keep them: for 8 to 16
    // seconds, and forever if its clean-up task has just run and no isolate collects garbage. The price is 1,100 page faults a new
    // isolate, about 2 ms.
    "--no-memory-pool-share-memory-on-teardown",
];

/// Sets the flags of the process. Must come before V8 starts.
pub(crate) fn set() {
    deno_core::v8_set_flags(V8_FLAGS.iter().map(|flag| (*flag).to_owned()).collect());
}
