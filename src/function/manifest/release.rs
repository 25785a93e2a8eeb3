//! What a release asks of a version: before it gets traffic, and while the traffic is new.
//!
//! Read by `parse` from `[check]` and `[return]`; obeyed by `release`.
//!
//! Invariant: without `[check]` only an exported `check()` is asked; without `[return]` nothing is ever undone by itself.

use std::fmt;
use std::time::Duration;

use super::Quoted;

/// `[check]`: the call that a version must pass before it gets traffic.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Check {
    /// Path and query that must answer 2xx; `None`: no path is called.
    pub path: Option<String>,
    /// How long it may take, and an exported `check()` as well.
    pub timeout: Duration,
}

impl Default for Check {
    fn default() -> Self {
        Self { path: None, timeout: Duration::from_millis(5000) }
    }
}

impl fmt::Display for Check {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "[check]")?;
        if let Some(path) = &self.path {
            writeln!(f, "path = {}", Quoted(path))?;
        }
        writeln!(f, "timeout_ms = {}", self.timeout.as_millis())
    }
}

/// `[return]`: when a version that has just become live is taken back for the one before it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Return {
    /// Faults of the function's own, in percent of its calls, above which it is taken back.
    pub faults_percent: u32,
    /// Calls after which the percentage means something.
    pub calls: u64,
    /// How long it is watched.
    pub watch: Duration,
}

impl Default for Return {
    fn default() -> Self {
        Self { faults_percent: 20, calls: 20, watch: Duration::from_secs(60) }
    }
}

impl fmt::Display for Return {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "[return]\nfaults_percent = {}\ncalls = {}\nwatch_s = {}", self.faults_percent, self.calls, self.watch.as_secs())
    }
}
