//! What happens, told once: an event becomes a log line (and, later, a metric and a span) in this one place.
//!
//! Everybody calls it; lines leave through `sink` to standard error.
//!
//! Invariant: telling an event never blocks and never fails; lines that find no room are counted.

pub mod console;
pub mod events;
mod format;
pub mod log;
mod panics;
mod sink;

pub use sink::flush;
