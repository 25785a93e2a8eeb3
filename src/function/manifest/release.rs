//! The conditions of a release: the check before a version gets traffic, and the automatic rollback while the traffic is new.
//!
//! Read by `parse` from `[check]` and `[rollback]`; applied by `release`.
//!
//! Invariant: without `[check]` only an exported `check()` is called; without `[rollback]` nothing is ever rolled back automatically.

use std::fmt;
use std::time::Duration;

use super::quoted::Quoted;

/// `[check]`: the call that a version must pass before it gets traffic.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Check {
    /// Path and query that must answer 2xx; `None`: no path is called.
    pub path: Option<String>,
    /// The time that this call may take, and that an exported `check()` may take.
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

/// `[rollback]`: the conditions under which a version that has just become live is rolled back to the one before it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RollbackRule {
    /// Faults that the function is to blame for, in percent of its calls, above which it is rolled back.
    pub faults_percent: u32,
    /// Calls below which the percentage is not significant.
    pub calls: u64,
    /// The time for which its faults are counted.
    pub watch: Duration,
}

impl Default for RollbackRule {
    fn default() -> Self {
        Self { faults_percent: 20, calls: 20, watch: Duration::from_secs(60) }
    }
}

impl fmt::Display for RollbackRule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "[rollback]\nfaults_percent = {}\ncalls = {}\nwatch_s = {}", self.faults_percent, self.calls, self.watch.as_secs())
    }
}
