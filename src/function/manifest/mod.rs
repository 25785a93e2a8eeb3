//! The manifest: the settings of a function.
//!
//! Parsed from the text of `function.toml`, which `release::compile` reads; part of a `Version`, applied by `live` and `runtime`.
//! A missing file is an empty file: every key has a default.
//!
//! Invariant: a `Manifest` holds valid values only, and what `Display` writes parses back to an equal one.

mod parse;
mod routes;
mod cron_keys;
mod write;
mod types;
mod dialects;
mod log;
mod keys;
mod reader;
mod error;
mod release;
mod cron;
mod quoted;
mod net;
#[cfg(test)]
mod tests;

pub use cron::{CronRule, MissedRule, OverlapRule};
pub use cron_keys::SCHEDULES_MAX;
pub use dialects::{AddressRange, DialectSettings, LambdaEvent, ParseSettings};
pub use error::{ManifestError, ManifestProblem};
pub use log::LogRules;
pub use net::{Net, NetRule, NetTarget};
pub use parse::{CHECK_TIMEOUT_MS_MAX, CONCURRENCY_MAX, IDLE_S_MAX, INSTANCES_MAX, QUEUE_MAX};
pub use release::{Check, RollbackRule};
pub use types::{Code, MANIFEST_BYTES_MAX, Manifest};

impl Manifest {
    /// Reads the text of a `function.toml`; the error names every problem, in the order of the text.
    pub fn parse(text: &str) -> Result<Self, ManifestError> {
        parse::manifest(text)
    }
}
