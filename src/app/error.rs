//! Why a host does not start, and the exit code that the shell gets for it.
//!
//! Invariant: every error of a part that starts has a variant of its own here.

use std::net::SocketAddr;

use crate::admin::tokens::TokenError;
use crate::config::{ConfigError, ExitCode};
use crate::process::activation::PassedError;
use crate::process::sockets::BindError;
use crate::release::{OpenError, SelfTestError, SourceError};

/// Why a host does not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The configuration is wrong.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// An address is taken or not ours.
    #[error(transparent)]
    Bind(#[from] BindError),
    /// What the service manager passed in is no address to listen on.
    #[error(transparent)]
    Passed(#[from] PassedError),
    /// The functions directory cannot be read.
    #[error(transparent)]
    Functions(#[from] SourceError),
    /// The state folder cannot be used.
    #[error(transparent)]
    State(#[from] OpenError),
    /// Everybody could operate the host.
    #[error(
        "--admin is {0}, which others can reach, and there is no token: make one first (`skep token add NAME --scope admin`), or keep it on 127.0.0.1"
    )]
    OpenAdmin(SocketAddr),
    /// The tokens cannot be read.
    #[error(transparent)]
    Tokens(#[from] TokenError),
    /// The engine does not run the simplest function.
    #[error(transparent)]
    SelfTest(#[from] SelfTestError),
    /// The system cannot make a thread, a socket or a runtime.
    #[error("the system refused: {0}")]
    System(#[from] std::io::Error),
}

impl StartError {
    /// The exit code for the shell.
    pub fn exit_code(&self) -> ExitCode {
        match self {
            Self::Config(error) => error.exit_code(),
            Self::Bind(_) | Self::Passed(_) => ExitCode::Bind,
            Self::Functions(_) => ExitCode::Functions,
            Self::State(_) | Self::Tokens(_) => ExitCode::State,
            Self::OpenAdmin(_) => ExitCode::Config,
            Self::SelfTest(_) | Self::System(_) => ExitCode::Internal,
        }
    }
}
