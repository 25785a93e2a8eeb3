//! The manifest as a value: everything that `function.toml` can set.
//!
//! Built by `parse`; part of a `Version`.
//!
//! Invariant: it holds valid values only.

use std::collections::BTreeMap;

use super::cron::CronRule;
use super::dialects::DialectSettings;
use super::log::LogRules;
use super::net::Net;
use super::release::{Check, RollbackRule};
use crate::function::limits::{Limits, Scale};
use crate::function::route::Route;

/// Largest `function.toml`, in bytes; `[env]` is most of any real one.
pub const MANIFEST_BYTES_MAX: usize = 256 << 10;

/// Everything that `function.toml` can set.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Manifest {
    /// The entry module, relative to the function's folder, with `/`; `None`: found by name.
    pub entry: Option<String>,
    /// Routes beside `/<name>`.
    pub routes: Vec<Route>,
    /// The limits of one request or one instance.
    pub limits: Limits,
    /// The number of instances, and the calls that may wait for them.
    pub scale: Scale,
    /// The variables that the handler sees as `env`.
    pub env: BTreeMap<String, String>,
    /// The dialect that it is written in, and what belongs to it.
    pub dialects: DialectSettings,
    /// The addresses that outgoing connections may reach.
    pub net: Net,
    /// Permissions of the code that are closed by default.
    pub code: Code,
    /// The check that a version passes before it gets traffic.
    pub check: Check,
    /// The conditions under which a release of it is rolled back automatically.
    pub rollback: Option<RollbackRule>,
    /// The schedules on which it is called.
    pub cron: Vec<CronRule>,
    /// Which lines of it are written, and how they are kept.
    pub log: LogRules,
}

/// `[code]` of a manifest.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Code {
    /// Whether `eval`, `Function` and timers may compile code from strings. `None`: a function for Node may, as in Node.
    pub eval: Option<bool>,
    /// Whether the function is one for Node. `None`: its code shows it.
    pub node: Option<bool>,
    /// Patterns of files that are part of the version beside its modules, relative to the function's folder.
    pub files: Vec<String>,
    /// Names of modules that Skep has itself, and that are taken from the installed packages instead.
    pub own_modules: Vec<String>,
}
