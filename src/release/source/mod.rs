//! Where code comes from: the functions directory, what may be read of it, and uploads.
//!
//! `folder` lists the functions, `entry` finds a function's first module, `confine` says which files may be modules of it, and `disk`
//! is the door through which all of them look; `archive` takes uploads apart. What is found goes to `release::compile`.
//!
//! Invariant: one broken entry never hides another, and nothing outside the functions directory is ever read as code.

pub mod archive;
pub mod confine;
pub mod disk;
pub mod entry;
pub mod folder;
#[cfg(test)]
pub(in crate::release) mod tests;

pub use archive::{ArchiveError, ArchiveKind, Files};
pub use confine::{ConfineError, Confinement};
pub use disk::{Disk, ReadError};
pub use entry::EntryError;
pub use folder::{Discovery, FunctionSource, Problem, ProblemKind, SourceError, SourceKind, discover};

/// What a module's file may end in, in the order in which a missing ending is tried.
pub const CODE_EXTENSIONS: &[&str] = &["ts", "tsx", "mts", "js", "mjs", "cjs", "jsx"];
