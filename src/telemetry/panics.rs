//! Panics go to the log, as one line each: the thread, the place and the message.
//!
//! Installed together with the log. The code that catches a panic (`runtime::ops::catch_panic`) reports its consequence.
//!
//! Invariant: nothing is unwound, resolved or waited for here: the panicking thread may be an instance's, below V8, or hold the log's own
//! lock.

use std::panic::PanicHookInfo;

use super::log::sink;
use crate::function::text::clean;

/// Bytes of a panic's message that are kept.
const MESSAGE_BYTES_MAX: usize = 4 << 10;

/// Replaces the hook that prints to standard error, backtrace and all.
pub(in crate::telemetry) fn install() {
    std::panic::set_hook(Box::new(report));
}

fn report(panic: &PanicHookInfo<'_>) {
    // The system's name of the thread: an instance's thread bears the function's name.
    let thread = rustix::thread::name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let location = panic.location().map(ToString::to_string).unwrap_or_default();
    let text = panic.payload_as_str().unwrap_or("a value that is not text");
    let text = text.get(..text.floor_char_boundary(MESSAGE_BYTES_MAX)).unwrap_or_default();
    if sink::is_appending() {
        // The thread panicked while it wrote a line, and holds the log's lock.
        sink::write_past(&format!("panic: {} thread={} location={location}\n", clean(text), clean(&thread)));
    } else {
        tracing::error!(thread, location, panic = text, "a thread panicked");
    }
}
