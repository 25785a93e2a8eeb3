//! Commands about functions: list them, show one, its versions, remove some.
//!
//! Invariant: what the server answers is printed cleaned of control characters.

pub mod ls;
pub mod rm;
pub mod show;
pub mod versions;
