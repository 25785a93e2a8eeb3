//! How code becomes live: folder or upload → source → compile → version → check → publish → *live*.
//!
//! Code comes from the functions directory, which `folder` follows, and from uploads, whose versions are kept in the `store` and which
//! `deploy` carries out as transactions. The `catalog` knows every function and writes the live table. Diagnostics go to the log, to the
//! record of the release and, in dev, to the client of the function.
//!
//! Invariant: only this folder and `config` touch the disk; the only writer of the live table is `catalog`.

pub mod deploy;
pub mod folder;
pub mod catalog;
mod applications;
mod claims;
mod parse_names;
pub mod check;
pub mod compiler;
pub mod compile;
pub mod source;
pub mod store;

pub use catalog::{Catalog, CatalogDeps, PoolDeps, Report, Scales};
pub use check::self_test::{self, SelfTestError};
pub use compiler::Compilers;
pub use deploy::{Deployments, OpenError, StateDir};
pub use folder::{FunctionsDirectory, WatchError, Watcher};
pub use source::SourceError;
pub use store::TextFiles;
