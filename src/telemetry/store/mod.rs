//! The log on the disk: a file for each function and stream, written by one thread of the host, packed, searched and followed where it lies.
//!
//! Lines come from the rings of `log`, one for each process. Below the log folder stand `<function>/{business,requests}.ndjson`,
//! `_host/{host,audit,requests}.ndjson`, and closed segments beside them, packed with an index. `admin::api` and the commands read.
//!
//! Invariant: nothing that emits a line waits for the disk. A line that was emitted is written although its process is killed the next instant,
//! as long as the process that has the writer lives; where the disk takes nothing, lines are dropped and counted.
#![allow(clippy::disallowed_methods, reason = "the log folder")]

mod follow;
mod keeper;
mod writer;
mod batch;
mod disk;
mod open_files;
mod search;
mod blocks;
mod pack;
mod retention;
mod filter;
mod index;
mod files;
mod segment;
mod line;
#[cfg(test)]
mod tests;

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use crate::function::FunctionName;
use crate::telemetry::log::sink;

pub use filter::{FilterError, LogFilter};
pub use follow::{FollowEvent, Follower};
pub use keeper::{KeepConfig, LogKeeper, keep_alone};
pub use line::moment_ms;
pub use retention::{FunctionRules, KeepRules};
pub use search::{FoundLine, LINES_MAX, LogReader, SearchError, SearchOrder, SearchOutcome, SearchTask};

/// Keeps the lines of a function by its own rules from now on. Never blocks.
pub fn keep_by(function: &FunctionName, rules: FunctionRules) {
    // Two numbers are always JSON.
    let rules = serde_json::to_vec(&rules).unwrap_or_default();
    sink::keep_by(function.as_str(), &rules);
}

/// The wall clock.
fn since_1970() -> Duration {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default()
}

/// In milliseconds since 1970.
pub fn now_ms() -> i64 {
    i64::try_from(since_1970().as_millis()).unwrap_or(i64::MAX)
}

fn now_us() -> u64 {
    u64::try_from(since_1970().as_micros()).unwrap_or(u64::MAX)
}
