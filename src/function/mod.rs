//! The nouns of the program: a function, its limits, its routes, its requests and answers.
//!
//! Data comes from `config` (host-wide defaults) and `release` (folders); it goes to `live`, `runtime` and `ingress`.
//!
//! Invariant: no I/O, no clock, and no import of another folder of this crate.

pub mod module_schedules;
pub mod version;
pub mod manifest;
pub mod dialect;
pub mod level;
pub mod message;
pub mod own_cookies;
pub mod headers;
pub mod trace;
pub mod hex;
pub mod text;
pub mod schedule;
pub mod route;
pub mod limits;
pub mod name;
pub mod node;

pub use dialect::Dialect;
pub use headers::{HeaderPlaces, Headers, KnownHeader};
pub use level::Level;
pub use limits::{Limits, Scale};
pub use manifest::Manifest;
pub use message::{Body, Request, Response};
pub use module_schedules::ModuleSchedules;
pub use name::FunctionName;
pub use version::{Module, ModuleKind, Version, VersionId};
