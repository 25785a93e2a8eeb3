//! Commands that release, and follow each release to its end.
//!
//! Invariant: a release is asked for under an idempotency key, so that a repeated request happens once.

pub mod deploy;
pub mod rollback;
pub mod canary;
pub mod list;
pub mod follow;
pub mod summary;
