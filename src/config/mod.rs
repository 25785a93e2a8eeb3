//! Configuration: raw flags, environment and file become one typed, validated [`Config`].
//!
//! `main` reads the [`CommandLine`] and loads the `Config` from it; every other stage gets its own part of it and nothing else.
//!
//! Invariant: after `Config::load` no stage reads flags, environment or file again, and no field is out of its range.

pub mod servers;
mod flag_table;
mod resolve;
mod grants;
mod file;
mod error;
mod line;
mod args;
pub mod operator_args;
pub mod client_args;
pub mod exit;
mod resolved;
mod metrics;
pub mod default;
mod value;
#[cfg(test)]
mod tests;

pub use args::{CheckArgs, ImportArgs, InvokeArgs, NewArgs};
pub use client_args::RemoteCommand;
use error::hint;
pub use error::{ConfigError, Setting};
pub use exit::ExitCode;
pub use flag_table::flag_table;
pub use line::{Command, CommandLine, Origin};
pub use metrics::{MetricsCompat, MetricsConfig};
pub use resolved::{CompileConfig, Config, IngressConfig, LogConfig, LogFormat, Mode, PoolConfig, TracesConfig};
pub use value::{Header, LogStderr, Payload, Percent, Threads, VariableChange};

impl Config {
    /// Reads the configuration file, if there is one, and settles every setting: a flag wins over the environment, the environment over
    /// the file, the file over the default.
    pub fn load(line: &CommandLine) -> Result<Self, ConfigError> {
        let named = line.origins.of("config") != Origin::Default;
        let file = file::RawFile::read(&line.settings.places.config, named)?;
        resolve::resolve(line, file)
    }
}
