//! The history of the metrics, in memory: of the host, and of the functions that were called lately.
//!
//! `sampler` adds what the counters say once a second; `GET /api/v1/history` and the overview read.
//!
//! Invariant: it takes no more memory than `--history-mb`; a function that is never called costs nothing.

mod store;
mod series;
mod ring;

pub(super) use ring::HistorySample;
pub(super) use series::{HistoryRange, Reading};
pub(super) use store::{FunctionReading, HistoryStore};
