//! How code becomes live: folder → source → compile → version.
//!
//! Code comes from the functions directory; versions go to `live`.
//!
//! Invariant: only this folder and `config` touch the disk.

pub mod source;
pub mod compile;
