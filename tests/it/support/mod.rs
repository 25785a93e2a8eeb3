//! The kit of the tests: a project on disk, the real binary serving it, and clients that control every byte.
//!
//! A test writes a [`Project`], starts a [`Skep`] on it, talks to it through [`Client`] or [`http2`], and checks its log lines.
//! Nothing here sleeps or fixes a port: addresses come from the binary's first lines, and waiting means waiting for a fact.
//!
//! Invariant: dropping a `Skep` ends every process it started.

pub mod client;
pub mod http2;
pub mod npm;
pub mod process;
pub mod project;
pub mod upstream;

use std::time::Duration;

pub use client::{Client, Request, Response};
pub use process::{Launch, Skep};
pub use project::Project;
pub use upstream::Upstream;

/// How long anything may take before the test calls it a hang. It never decides whether a test passes.
pub const HANG: Duration = Duration::from_secs(30);

/// Repeats `attempt` until it yields something; panics with `what` when that takes as long as a hang.
///
/// Each attempt should itself be a round trip to the server, so that the loop is paced by it.
pub fn eventually<T>(what: &str, mut attempt: impl FnMut() -> Option<T>) -> T {
    let begun = std::time::Instant::now();
    loop {
        if let Some(found) = attempt() {
            return found;
        }
        assert!(begun.elapsed() < HANG, "never happened: {what}");
        std::thread::yield_now();
    }
}
