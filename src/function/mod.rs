//! The nouns: what a function is, what it may use, how it is called and answered.
//!
//! Data comes from `config` (host-wide defaults) and `release` (folders); it goes to `live`, `runtime` and `ingress`.
//!
//! Invariant: no I/O, no clock, and no import of another folder of this crate.

pub mod hex;
pub mod limits;
pub mod manifest;
pub mod message;
pub mod name;
pub mod route;
pub mod trace;
pub mod version;

pub use limits::{Limits, Scale};
pub use manifest::Manifest;
pub use message::{Body, Request, Response};
pub use name::FunctionName;
pub use version::{Module, ModuleKind, Version, VersionId};
