//! Commands that release, and follow each release to its end.
//!
//! Invariant: a release is asked for under an idempotency key, so that a repeated request happens once.

pub(super) mod deploy;
pub(super) mod rollback;
pub(super) mod canary;
pub(super) mod list;
pub(super) mod follow;
pub(super) mod summary;
