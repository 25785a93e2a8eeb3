//! Commands that make releases and follow them to their end.
//!
//! Invariant: a release is asked for under an idempotency key, so that a repeated request happens once.

pub mod canary;
pub mod deploy;
pub mod follow;
pub mod list;
pub mod rollback;
