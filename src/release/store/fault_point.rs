//! Points where a test may kill the process: after any step of a release, and between any two changes of the state folder.
//!
//! `transaction`, `files` and `Store::remove` call them; the environment variable `SKEP_DIE_AT` names one. Builds without debug assertions
//! have none.
//!
//! Invariant: every name that the program passes is in [`FAULT_POINTS`], and the program passes every name there.

use std::ffi::OsString;
use std::sync::LazyLock;

use rustix::process::{Signal, getpid, kill_process};

/// The steps of writing one file durably.
pub(crate) struct Steps {
    /// No byte of it is on the disk.
    pub begun: &'static str,
    /// The temporary file is whole, for this process.
    pub written: &'static str,
    /// And on the disk.
    pub synced: &'static str,
    /// It has its name, for this process.
    pub renamed: &'static str,
    /// And on the disk; the caller does not know yet.
    pub durable: &'static str,
}

pub(super) const VERSION: Steps = Steps {
    begun: "version begun",
    written: "version written",
    synced: "version synced",
    renamed: "version renamed",
    durable: "version durable",
};

pub(super) const INDEX: Steps =
    Steps { begun: "index begun", written: "index written", synced: "index synced", renamed: "index renamed", durable: "index durable" };

/// Before the first file of a version that is no longer kept is removed.
pub(super) const REMOVAL_BEGUN: &str = "removal begun";
/// After the last one of that version.
pub(super) const REMOVAL_DONE: &str = "removal done";

/// After each step of a release.
pub(in crate::release) const STEPS: [&str; 7] =
    ["release received", "release compiled", "release booted", "release checked", "release warmed", "release published", "release drained"];

/// Every value that `SKEP_DIE_AT` may have.
pub const FAULT_POINTS: [&str; 19] = [
    STEPS[0],
    STEPS[1],
    STEPS[2],
    STEPS[3],
    STEPS[4],
    STEPS[5],
    STEPS[6],
    VERSION.begun,
    VERSION.written,
    VERSION.synced,
    VERSION.renamed,
    VERSION.durable,
    INDEX.begun,
    INDEX.written,
    INDEX.synced,
    INDEX.renamed,
    INDEX.durable,
    REMOVAL_BEGUN,
    REMOVAL_DONE,
];

/// Read once, and only in builds where a test may kill the process.
static DIE_AT: LazyLock<Option<OsString>> = LazyLock::new(|| std::env::var_os("SKEP_DIE_AT"));

#[cfg(test)]
thread_local! {
    /// The points that this thread has passed.
    pub(super) static PASSED: std::cell::RefCell<Vec<&'static str>> = const { std::cell::RefCell::new(Vec::new()) };
}

/// Kills the process, as a power cut would, if `SKEP_DIE_AT` names this point.
pub(in crate::release) fn fault_point(name: &'static str) {
    #[cfg(test)]
    PASSED.with_borrow_mut(|passed| passed.push(name));
    if cfg!(debug_assertions) && DIE_AT.as_deref().is_some_and(|wanted| wanted == name) {
        // If the signal does not arrive, at least nothing continues.
        let _ = kill_process(getpid(), Signal::KILL);
        loop {
            std::thread::park();
        }
    }
}
