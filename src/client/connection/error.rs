//! Why a command did not do what it was asked for.
//!
//! Made by `client`, `follow` and the commands; `output` prints it, for people and as JSON.
//!
//! Invariant: each says what to do about it if that can be told, and none holds a token.

use serde_json::{Value, json};

use crate::config::ExitCode;
use crate::release::compile::CompileError;

/// What went wrong.
#[derive(Debug, thiserror::Error)]
pub(crate) enum RemoteError {
    /// The arguments make no sense, and no server need be asked to know it.
    #[error("{0}")]
    Usage(String),
    /// A function does not compile.
    #[error("`{function}` does not compile")]
    Compile {
        /// Which function.
        function: String,
        /// What the compiler says.
        error: CompileError,
    },
    /// A file or the terminal cannot be read.
    #[error("{0}")]
    Local(String),
    /// Nobody answered.
    #[error("{url} cannot be reached: {why}")]
    Unreachable {
        /// The server.
        url: String,
        /// Why, and what to do.
        why: String,
    },
    /// The connection broke before the answer was whole.
    #[error("the connection to {url} broke: {why}")]
    Broken {
        /// The server.
        url: String,
        /// How.
        why: String,
    },
    /// Somebody answered who is no Skep.
    #[error("{url} answers, but not as the admin address of a Skep does: {why}")]
    NotSkep {
        /// The server.
        url: String,
        /// What tells.
        why: String,
    },
    /// The server says no.
    #[error("{message}")]
    Refused {
        /// Of HTTP.
        status: u16,
        /// Of the admin API's closed list.
        kind: String,
        /// In one line.
        message: String,
    },
    /// What is stored is damaged; it was printed already.
    #[error("what is stored is damaged")]
    Damaged,
    /// Nobody reads the output any more.
    #[error("standard output is closed")]
    Closed,
}

impl RemoteError {
    /// What the process should end with.
    pub(crate) fn exit_code(&self) -> ExitCode {
        match self {
            Self::Usage(_) => ExitCode::Usage,
            Self::Compile { .. } => ExitCode::FunctionFault,
            Self::Local(_) => ExitCode::Functions,
            Self::Unreachable { .. } | Self::Broken { .. } | Self::NotSkep { .. } | Self::Refused { .. } => ExitCode::Server,
            Self::Damaged => ExitCode::State,
            Self::Closed => ExitCode::Ok,
        }
    }

    /// More than the one line.
    pub(in crate::client) fn detail(&self) -> Option<String> {
        match self {
            Self::Compile { error, .. } => Some(error.diagnostic()),
            _ => None,
        }
    }

    /// For `--json`.
    pub(in crate::client) fn json(&self) -> Value {
        let kind = match self {
            Self::Usage(_) => "usage",
            Self::Compile { function, error } => {
                let message = format!("{self}: {error}");
                return json!({ "error": { "kind": "compile", "message": message, "function": function, "diagnostics": error.diagnostics } });
            }
            Self::Local(_) => "local",
            Self::Unreachable { .. } => "unreachable",
            Self::Broken { .. } => "broken",
            Self::NotSkep { .. } => "not_skep",
            Self::Refused { kind, status, message } => return json!({ "error": { "kind": kind, "message": message, "status": status } }),
            Self::Damaged => "damaged",
            Self::Closed => "closed",
        };
        json!({ "error": { "kind": kind, "message": self.to_string() } })
    }
}
