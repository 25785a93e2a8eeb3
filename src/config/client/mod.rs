//! The settings of commands that talk to a running Skep.
//!
//! Invariant: nothing here is needed to serve.

pub mod args;
pub mod servers;
