//! The integration tests: one binary that drives the real `skep`, in reading order.
//!
//! `specs` runs the behaviour cases of `tests/specs`; the other modules test what data cannot say: time, signals, files that change,
//! many connections at once. `tidy` reads the sources and starts nothing.
//!
//! Invariant: no test fixes a port, sleeps, or leaves a process behind, and each may run beside any other.
#![allow(clippy::panic, clippy::expect_used, clippy::unwrap_used, reason = "a test fails by panicking")]
#![allow(clippy::disallowed_methods, reason = "tests and benches prepare files and wait for processes")]
#![allow(unreachable_pub, reason = "a program of its own: nothing of it is exported")]

mod support;

mod tidy;

mod cli;
mod cli_remote;
mod compiler;
mod containment;
mod cron;
mod cron_dialects;
mod drain;
mod egress;
mod examples;
mod guards;
mod invoke;
mod hazards;
mod import;
mod leaks;
mod logs;
mod metrics;
mod node;
mod op_fuzz;
mod packages;
mod parse_clients;
mod parse_jobs;
mod pollution;
mod pool;
mod releases;
mod reload;
mod service_manager;
mod specs;
mod streaming;
mod supervisor;
mod trace;
mod traces;
mod ui;
