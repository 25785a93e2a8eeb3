//! The parent process without V8: it owns the listening sockets, and starts, replaces and restarts the engine process that serves them.
//!
//! `command::serve` runs [`run`] in the parent; each engine is the same binary, started with the same arguments, and takes its end of the
//! channel through `process::engine`. What both sides share stands in `process`; a version that took engines down twice is quarantined by
//! `quarantine`.
//!
//! Invariant: a listening socket is closed when the host is told to end and never before, so that no client is refused, whatever happens to
//! an engine.

mod run;
mod quarantine;
mod engines;
mod compilers;
mod plan;
mod signals;

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

pub use run::run;

/// Lets this process and its children open as many files as the system allows: every connection is one.
pub fn raise_file_limit() {
    let limit = getrlimit(Resource::Nofile);
    // A limit that cannot be raised was set on purpose.
    let _ = setrlimit(Resource::Nofile, Rlimit { current: limit.maximum, maximum: limit.maximum });
}
