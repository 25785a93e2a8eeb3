//! The functions directory becomes functions of the catalog, and stays like the disk.
//!
//! Files come from `source`; what changed on the disk is found by `fingerprint`, heard of by `watcher` and applied by `reload`.
//!
//! Invariant: a function that does not compile is listed with its diagnostic and answers with it.

pub mod fingerprint;
pub mod function;
pub mod reload;
pub mod watcher;
