//! Commands about functions: list them, show one, its versions, remove some.
//!
//! Invariant: every text of the server is printed without control characters.

pub(super) mod rm;
pub(super) mod show;
pub(super) mod ls;
pub(super) mod versions;
