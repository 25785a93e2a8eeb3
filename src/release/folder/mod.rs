//! The functions directory becomes functions of the catalog, and the catalog follows the disk.
//!
//! `scan` lists the directory through `source` and gives the catalog its functions. In dev, `watcher` and every call start a `reload`,
//! which compares `fingerprint`s and scans again.
//!
//! Invariant: a function that does not compile is listed with its diagnostic and answers with it.
#![allow(clippy::disallowed_methods, reason = "the functions directory")]

mod watcher;
mod reload;
mod scan;
mod function;
mod fingerprint;

pub use fingerprint::PathStamp;
pub use scan::FunctionsDirectory;
pub use watcher::{WatchError, Watcher};
