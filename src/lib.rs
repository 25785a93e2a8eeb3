//! Skep: a single-binary, in-process, multi-tenant function host.
//!
//! Two flows meet in one place. A request: listener → router → dispatch → *live* → pool → worker thread → isolate → answer.
//! A release: folder → source → compile → version → check → publish → *live*.
//!
//! Invariant: dependencies point one way, `app → admin, ingress, release → live → runtime → function`; `tests/it/tidy.rs` holds it.

pub mod app;
pub mod client;
pub mod command;

pub mod admin;
pub mod ingress;
pub mod invoke;
pub mod release;

pub mod live;

pub mod runtime;

pub mod process;
pub mod supervisor;

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
