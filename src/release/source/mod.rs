//! Where code comes from: the functions directory, the files that a function may read of it, and uploads.
//!
//! `archive` reads uploads, `folder` lists the functions of a directory, `entry` finds a function's first module, `confine` says which
//! files may be its modules, `disk` reads them, and `beneath` opens them. The functions found go to `release::compile`.
//!
//! Invariant: one broken entry never hides another, and nothing outside the functions directory is ever read as code.
#![allow(clippy::disallowed_methods, reason = "the functions directory")]

pub mod archive;
pub mod folder;
pub mod entry;
pub mod confine;
pub mod disk;
mod beneath;
mod function_source;
#[cfg(test)]
pub(in crate::release) mod tests;

pub use archive::{ArchiveError, ArchiveKind, Files};
pub use confine::{ConfineError, Confinement};
pub use disk::{Disk, ReadError};
pub use entry::EntryError;
pub use folder::{Discovery, Problem, ProblemKind, SourceError, discover};
pub use function_source::{CODE_EXTENSIONS, FunctionSource, MANIFEST_FILE, SourceKind};
