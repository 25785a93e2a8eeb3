//! Events, each reported once: an event goes to the log in this one place.
//!
//! Every room emits; lines leave through `log` to standard error and to `store`, which keeps them in files and shows them to the clients that
//! look for them or follow them.
//!
//! Invariant: emitting an event never blocks and never fails; lines that find no room are counted.

mod bridge;
mod panics;
pub mod store;
mod emit;
pub mod log;
pub mod event;
pub mod metrics;
pub mod traces;
mod format;
pub mod stream;
#[cfg(test)]
mod tests;

use crate::config::LogStderr;
use crate::function::Level;
use log::{Form, Log};

pub use bridge::AUDIT;
pub use emit::{Subscriber, emit, is_wanted, level, set_level};
pub use event::Event;
pub use log::sink::{flush, hurry};

/// Sets telemetry up, once: the level, the form of the log, and what of it stands on standard error.
pub fn init(level: Level, form: Form, shown: LogStderr) {
    if emit::set_subscribers(vec![Subscriber::Log(Log::new(form, shown))], level) {
        bridge::install();
        panics::install();
    }
}
