//! The bodies of the targets, which the program's own unit tests run as well.
//!
//! Invariant: `bodies.rs` finds the same names below `crate` here as there.

#[allow(unused_imports, reason = "bodies.rs names them as its own crate's")]
pub use skep::*;

pub mod bodies;
pub mod http1;
