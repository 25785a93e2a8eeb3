//! The parent process without V8: it owns the listening sockets, and starts, replaces and restarts the engine process that serves them.
//!
//! `command::serve` runs [`run`] in the parent; each engine is the same binary, started with the same arguments, and takes its end of the
//! channel through [`engine::Engine`]. Both sides name sockets by [`sockets::Label`] and speak [`message`]; what ran when an engine died is read from
//! its [`crash_note`], and who did it twice is put in [`quarantine`]. The service manager that started the host may pass sockets in ([`activation`]) and
//! hears how it goes ([`service`]).
//!
//! Invariant: a listening socket is closed when the host is told to end and never before, so that no client is refused, whatever becomes of an engine.

pub mod activation;
pub mod acts;
mod channel;
pub mod crash_note;
pub mod engine;
mod family;
mod message;
mod plan;
pub mod quarantine;
mod run;
pub mod service;
mod signals;
pub mod sockets;
pub mod upgrade;

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

pub use run::run;

/// Lets this process and its children open as many files as the system allows: every connection is one.
pub fn raise_file_limit() {
    let limit = getrlimit(Resource::Nofile);
    // A limit that cannot be raised is one that was set on purpose.
    let _ = setrlimit(Resource::Nofile, Rlimit { current: limit.maximum, maximum: limit.maximum });
}
