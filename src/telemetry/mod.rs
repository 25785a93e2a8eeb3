//! What happens, told once: an event becomes a log line (and, later, a metric and a span) in this one place.
//!
//! Everybody calls it; lines leave through `sink` to standard error, and through `tail` to whoever follows them.
//!
//! Invariant: telling an event never blocks and never fails; lines that find no room are counted.

pub mod console;
pub mod event;
pub mod log;

pub use log::sink::flush;
