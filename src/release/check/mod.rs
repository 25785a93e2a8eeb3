//! Tries a version before it gets traffic: does it load within its limits, is there a handler, and does it say that it works?
//!
//! `boot` loads it, `ask` calls `[check]` and `check()`. `skep check`, the self-test of an engine and every release use them.
//!
//! Invariant: a version that is tried here does not become live here.

pub mod self_test;
mod ask;
mod boot;
mod error;

pub(in crate::release) use ask::ask;
pub use boot::boot;
pub use error::CheckError;
