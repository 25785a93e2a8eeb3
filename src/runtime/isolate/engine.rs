//! V8 of the whole process: its flags and its handlers of fatal errors.
//!
//! `main` calls this before anything else; a failure beyond repair freezes its thread (`sys::freeze`).
//!
//! Invariant: flags are set once, before the platform starts; every one that differs from V8's default says why.

use std::ffi::{CStr, c_char};

use deno_core::{JsRuntime, v8};

use crate::process::crash_note;
use crate::sys::environment;
use crate::sys::freeze::{self, FreezeCause};

/// Variables that deno_fetch reads whenever it creates a client. A connection to a proxy is checked for the proxy's address, and then leads
/// anywhere.
const PROXY_VARIABLES: [&str; 8] =
    ["ALL_PROXY", "all_proxy", "HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy", "NO_PROXY", "no_proxy"];

/// Sets V8 up for the process. Must be the first thing `main` does, before any thread exists: with memory protection keys only threads
/// that descend from this one may run JavaScript.
pub fn init_v8() {
    deno_core::v8_set_flags(
        [
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
        ]
        .map(str::to_owned)
        .to_vec(),
    );
    environment::remove(&PROXY_VARIABLES);
    JsRuntime::init_platform(None);
    v8::V8::set_fatal_error_handler(|file: &str, _line: i32, message: &str| check_failed(file, message));
    freeze::install_handlers(crash_note::offender);
}

/// Called by V8 when a check fails, before it aborts; on any thread.
fn check_failed(file: &str, message: &str) {
    freeze::write_stderr(&[b"V8 check failed: ", file.as_bytes(), b": ", message.as_bytes(), b"\n"]);
    if freeze::outlives_checks() {
        freeze::freeze_here(FreezeCause::Check);
    }
    freeze::die(libc::SIGABRT);
}

/// V8's callback when it cannot get memory, before it aborts; on any thread.
#[allow(unsafe_code, reason = "the callback is a C function")]
pub(super) unsafe extern "C" fn out_of_memory(location: *const c_char, _details: &v8::OomDetails) {
    // SAFETY: V8 passes a C string or null; see its API.
    let location = if location.is_null() { &[] } else { unsafe { CStr::from_ptr(location) }.to_bytes() };
    freeze::write_stderr(&[b"V8 is out of memory: ", location, b"\n"]);
    freeze::freeze_here(FreezeCause::Memory);
}

/// V8's version, for `skep --version` and the admin API.
pub fn v8_version() -> &'static str {
    v8::V8::get_version()
}
