//! V8 of the whole process: its flags and its handlers of fatal errors.
//!
//! `main` calls this before anything else; a failure beyond repair freezes its thread (`sys::freeze`).
//!
//! Invariant: flags are set once, before the platform starts.

use std::ffi::{CStr, c_char};

use deno_core::{JsRuntime, v8};

use super::v8_flags;
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
    v8_flags::set();
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
