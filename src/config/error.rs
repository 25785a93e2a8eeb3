//! Why there is no configuration, in words that name the setting the way it was set.
//!
//! Invariant: every error names the file, flag or variable that has to change.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::{fmt, io};

use thiserror::Error;

use super::exit::ExitCode;
use super::line::Origin;

/// Why there is no `Config`.
#[derive(Debug, Error)]
pub enum ConfigError {
    /// The file exists, or was named, and cannot be read.
    #[error("cannot read the configuration file {}: {source}", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// The system's error.
        source: io::Error,
    },
    /// The file has a key that does not exist.
    #[error("{}:{line}: unknown key `{key}`{}", path.display(), hint(nearest.as_deref()))]
    UnknownKey {
        /// The file.
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
        /// The file.
        path: PathBuf,
        /// Counted from 1.
        line: usize,
        /// The mistake.
        message: String,
    },
    /// A number that is out of its range.
    #[error("{setting} is {value}, but must be from {least} to {most}")]
    OutOfRange {
        /// The setting, and the source of its value.
        setting: Setting,
        /// Its value.
        value: u64,
        /// The smallest allowed.
        least: u64,
        /// The largest allowed.
        most: u64,
    },
    /// More instances to be warm than may be alive.
    #[error("{warm} is above {max_instances}: no prewarmed isolate could become an instance")]
    WarmAboveMax {
        /// The one setting.
        warm: Setting,
        /// The other.
        max_instances: Setting,
    },
    /// A grant of the file that is empty or contradicts another.
    #[error("`[[grant]]` number {number} in the configuration file: {message}")]
    Grant {
        /// Its place among the grants, counted from 1.
        number: usize,
        /// The mistake.
        message: String,
    },
    /// Functions and operators on one address.
    #[error("{listen} and {admin} are both {address}: give each a port of its own")]
    SameAddress {
        /// The one setting.
        listen: Setting,
        /// The other.
        admin: Setting,
        /// The address of both.
        address: SocketAddr,
    },
}

impl ConfigError {
    /// The exit code of the process: wrong usage if the command line is to blame.
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
    /// The source of its value.
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

pub(super) fn hint(nearest: Option<&str>) -> String {
    nearest.map(|nearest| format!("; did you mean `{nearest}`?")).unwrap_or_default()
}
