//! The limits of a module graph.
//!
//! The stages of `graph` hold them; `client` and `files` use them as well.
//!
//! Invariant: none of them can be configured, so that a version that compiles here compiles everywhere.

/// Most modules of a version.
pub const MODULES_MAX: usize = 2_000;
/// Most source text of a version, in bytes.
pub const SOURCE_BYTES_MAX: u64 = 20 << 20;
/// Longest way from the entry to a module.
pub const DEPTH_MAX: usize = 200;
