//! Configuration: raw flags, environment and file become one typed, validated [`Config`].
//!
//! `main` reads the [`CommandLine`] and loads the `Config` from it; every other stage gets its own part of it and nothing else.
//!
//! Invariant: after `Config::load` nobody reads flags, environment or file again, and no field is out of its range.

mod args;
pub mod client;
pub mod default;
pub mod exit;
mod file;
mod flag_table;
mod line;
pub mod operator_args;
mod resolve;
#[cfg(test)]
mod tests;
mod value;

use std::net::SocketAddr;
use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::time::Duration;
use std::{fmt, io};

use thiserror::Error;

pub use args::{CheckArgs, InvokeArgs, NewArgs};
pub use client::args::RemoteCommand;
pub use exit::ExitCode;
pub use flag_table::flag_table;
pub use line::{Command, CommandLine, Origin};
pub use value::{Assignment, Header, LogLevel, Payload, Percent, Threads};

/// Everything the process needs to know, final.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Config {
    /// Whom this process serves.
    pub mode: Mode,
    /// Folder of the functions.
    pub functions: PathBuf,
    /// Folder for what Skep itself writes.
    pub state: PathBuf,
    /// Where functions are called; port 0 takes a free one.
    pub listen: SocketAddr,
    /// Where Skep is operated; port 0 takes a free one.
    pub admin: SocketAddr,
    /// For `ingress`.
    pub ingress: IngressConfig,
    /// For `runtime`.
    pub pool: PoolConfig,
    /// Whether the host serves without a supervisor.
    pub single_process: bool,
    /// For `telemetry`.
    pub log: LogConfig,
}

/// Whom the process serves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// Clients: stable, silent about code.
    Serve,
    /// The author of a function: hot reload, stacks in answers.
    Dev,
}

/// What `ingress` allows a connection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IngressConfig {
    /// Threads that read and write sockets.
    pub threads: NonZeroUsize,
    /// Connections open at a time.
    pub max_connections: usize,
    /// Connections open at a time from one address; 0: no such limit.
    pub max_connections_per_address: usize,
    /// Largest request head.
    pub max_header_bytes: usize,
    /// Longest time for a request head to arrive.
    pub header_timeout: Duration,
    /// Longest time a connection stays open between requests.
    pub keep_alive: Duration,
    /// Longest time a client may pause while it sends a body or reads an answer.
    pub body_timeout: Duration,
    /// Longest wait at shutdown for requests in flight.
    pub drain: Duration,
    /// Whether incoming `x-forwarded-*` headers are believed.
    pub trust_proxy: bool,
}

/// What `runtime` allows all functions together, and each while it loads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PoolConfig {
    /// Blank isolates kept warm.
    pub warm: usize,
    /// Instances alive at a time, of all functions together.
    pub max_instances: usize,
    /// The limit of the kernel for which `max_instances` is less than what was asked for.
    pub lowered_by: Option<&'static str>,
    /// Memory the process may use before idle instances are ended and new ones refused, in bytes.
    pub memory_bytes: u64,
    /// CPU time a function may use to load.
    pub boot_cpu: Duration,
    /// Wall-clock time a function may take to load.
    pub boot_wall: Duration,
}

/// How the process writes its log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LogConfig {
    /// The least important line that is written.
    pub level: LogLevel,
    /// The form of each line.
    pub format: LogFormat,
}

/// The form of a log line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogFormat {
    /// One JSON object.
    Json,
    /// For people.
    Pretty,
}

impl Config {
    /// Reads the configuration file, if there is one, and settles every setting: a flag wins over the environment, the environment over
    /// the file, the file over the default.
    pub fn load(line: &CommandLine) -> Result<Self, ConfigError> {
        let named = line.origins.of("config") != Origin::Default;
        let file = file::RawFile::read(&line.settings.places.config, named)?;
        resolve::resolve(line, file)
    }
}

/// Why there is no `Config`.
#[derive(Debug, Error)]
pub enum ConfigError {
    /// The file exists, or was named, and cannot be read.
    #[error("cannot read the configuration file {}: {source}", path.display())]
    Unreadable {
        /// Which file.
        path: PathBuf,
        /// What the operating system says.
        source: io::Error,
    },
    /// The file has a key that means nothing.
    #[error("{}:{line}: unknown key `{key}`{}", path.display(), hint(nearest.as_deref()))]
    UnknownKey {
        /// Which file.
        path: PathBuf,
        /// Counted from 1.
        line: usize,
        /// The key as it is written.
        key: String,
        /// The known key most like it.
        nearest: Option<String>,
    },
    /// The file is not TOML, or a value is of the wrong kind.
    #[error("{}:{line}: {message}", path.display())]
    Malformed {
        /// Which file.
        path: PathBuf,
        /// Counted from 1.
        line: usize,
        /// What is wrong.
        message: String,
    },
    /// A number that makes no sense.
    #[error("{setting} is {value}, but must be from {least} to {most}")]
    OutOfRange {
        /// Which setting, and from where.
        setting: Setting,
        /// What it was set to.
        value: u64,
        /// The smallest allowed.
        least: u64,
        /// The largest allowed.
        most: u64,
    },
    /// More instances to be warm than may be alive.
    #[error("{warm} is above {max_instances}: no blank isolate could become an instance")]
    WarmAboveMax {
        /// The one setting.
        warm: Setting,
        /// The other.
        max_instances: Setting,
    },
    /// Functions and operators on one address.
    #[error("{listen} and {admin} are both {address}: give each a port of its own")]
    SameAddress {
        /// The one setting.
        listen: Setting,
        /// The other.
        admin: Setting,
        /// What both are.
        address: SocketAddr,
    },
}

impl ConfigError {
    /// What the process should end with: wrong usage if the command line is to blame.
    pub fn exit_code(&self) -> ExitCode {
        match self {
            Self::OutOfRange { setting, .. } if setting.origin == Origin::Flag => ExitCode::Usage,
            _ => ExitCode::Config,
        }
    }
}

/// A setting as a message names it: the way it was set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Setting {
    /// The key in the file; flag and variable follow from it.
    pub key: &'static str,
    /// Where its value came from.
    pub origin: Origin,
}

impl fmt::Display for Setting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let key = self.key;
        match self.origin {
            Origin::Flag | Origin::Default => write!(f, "--{}", key.replace('_', "-")),
            Origin::Env => write!(f, "SKEP_{}", key.to_uppercase()),
            Origin::File => write!(f, "`{key}` in the configuration file"),
        }
    }
}

fn hint(nearest: Option<&str>) -> String {
    nearest.map(|nearest| format!("; did you mean `{nearest}`?")).unwrap_or_default()
}
