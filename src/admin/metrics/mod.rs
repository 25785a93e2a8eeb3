//! The counters of `telemetry::metrics` as others read them: Prometheus at a scrape, the dashboard as history and overview.
//!
//! Reads the live table, the pools, the fleet and the kernel; nothing is counted here.
//!
//! Invariant: no call waits for a reader; what a reader sees is at most as much as the operator allows.

pub(in crate::admin) mod scrape;
pub(in crate::admin) mod read;
pub(in crate::admin) mod targets;
pub(in crate::admin) mod sampler;
mod form;
mod host;
mod compat;
mod functions;
mod family;
mod snapshot;
mod service;
mod history;

pub use service::MetricsService;
