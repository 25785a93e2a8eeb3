//! Skep: a single-binary, in-process, multi-tenant function host.
//!
//! Two flows meet in one place. A request: listener → dispatch → invoke → *live* → pool → worker thread → isolate → answer.
//! A release: folder or upload → source → compile → version → check → publish → *live*.
//!
//! Invariant: dependencies point one way, `command → app → admin, ingress → release → invoke → live → runtime → function`; `tests/it/tidy`
//! holds it.

#![cfg_attr(test, allow(clippy::disallowed_methods, reason = "tests prepare files and wait for threads"))]

pub mod app;
pub mod client;
pub mod command;

pub mod admin;
pub mod ingress;
pub mod invoke;
pub mod release;

pub mod trigger;

pub mod live;

pub mod runtime;

pub mod process;
pub mod supervisor;

pub mod api;
pub mod config;
pub mod fault;
pub mod function;
pub mod shutdown;
pub mod sys;
pub mod telemetry;

/// The bodies of the fuzz targets, here for a moment each; see `tests/fuzz/`.
#[cfg(test)]
#[path = "../tests/fuzz/bodies.rs"]
mod fuzz;

/// The one about HTTP/1, which is longer.
#[cfg(test)]
#[path = "../tests/fuzz/http1.rs"]
mod fuzz_http1;
