//! Events, each reported once: an event goes to the log, and to the clients that follow it, in this one place.
//!
//! Every room emits; lines leave through `log` to standard error and to the clients that follow them.
//!
//! Invariant: emitting an event never blocks and never fails; lines that find no room are counted.

mod bridge;
mod panics;
mod emit;
pub mod log;
pub mod event;
pub mod metrics;
pub mod traces;
mod format;
#[cfg(test)]
mod tests;

use crate::function::Level;
use log::{Form, Log};

pub use emit::{Subscriber, emit, is_wanted, level, set_level};
pub use event::Event;
pub use log::sink::{flush, hurry};

/// Sets telemetry up, once: the level, the log in this form, and the clients that follow it.
pub fn init(level: Level, form: Form) {
    if emit::set_subscribers(vec![Subscriber::Log(Log::new(form)), Subscriber::Tail], level) {
        bridge::install();
        panics::install();
    }
}
