//! Skep: a single-binary, in-process, multi-tenant function host.
//!
//! Two flows meet in one place. A request: listener → router → dispatch → *live* → pool → worker thread → isolate → answer.
//! A release: folder → source → compile → version → check → publish → *live*.
//!
//! Invariant: dependencies point one way, `app → admin, ingress, release → live → runtime → function`; `tests/it/tidy.rs` holds it.

pub mod app;
pub mod command;
pub mod config;

pub mod admin;
pub mod ingress;
pub mod release;

pub mod live;

pub mod runtime;

pub mod supervisor;

pub mod fault;
pub mod function;
pub mod shutdown;
pub mod telemetry;

/// The bodies of the fuzz targets, here for a moment each; see `fuzz/`.
#[cfg(test)]
#[path = "../fuzz/bodies.rs"]
mod fuzz;
