//! Commands about functions: list them, show one, its versions, remove some.
//!
//! Invariant: every text of the server is printed without control characters.

pub mod rm;
pub mod show;
pub mod ls;
pub mod versions;
