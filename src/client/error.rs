//! Why a command failed.
//!
//! Made by `connection`, `releases::follow` and the commands; `output` prints it, for people and as JSON.
//!
//! Invariant: each error names its exit code and, where there is one, the remedy; none holds a token.

use serde_json::{Value, json};

use crate::api::error::ApiErrorKind;
use crate::config::ExitCode;
use crate::release::compile::CompileError;

/// What went wrong.
#[derive(Debug, thiserror::Error)]
pub(crate) enum RemoteError {
    /// The arguments make no sense, whatever the server.
    #[error("{0}")]
    Usage(String),
    /// A function does not compile.
    #[error("`{function}` does not compile")]
    Compile {
        /// Which function.
        function: String,
        /// The compiler's diagnostics.
        error: CompileError,
    },
    /// A file or the terminal cannot be read.
    #[error("{0}")]
    Local(String),
    /// No answer came.
    #[error("{url} cannot be reached: {why}")]
    Unreachable {
        /// The server.
        url: String,
        /// Why, and the remedy.
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
    /// The answer is not that of a Skep.
    #[error("{url} answers, but not as the admin address of a Skep does: {why}")]
    NotSkep {
        /// The server.
        url: String,
        /// How it shows.
        why: String,
    },
    /// The server rejects the request.
    #[error("{message}")]
    Rejected {
        /// The HTTP status.
        status: u16,
        /// Why, of the admin API's closed list.
        kind: ApiErrorKind,
        /// Why, in one line.
        message: String,
    },
    /// The store is damaged; the damage was printed already.
    #[error("the store is damaged")]
    Damaged,
    /// The reader of the output is gone.
    #[error("standard output is closed")]
    Closed,
}

impl RemoteError {
    /// The exit code of the process.
    pub(crate) fn exit_code(&self) -> ExitCode {
        match self {
            Self::Usage(_) => ExitCode::Usage,
            Self::Compile { .. } => ExitCode::FunctionFault,
            Self::Local(_) => ExitCode::Functions,
            Self::Unreachable { .. } | Self::Broken { .. } | Self::NotSkep { .. } | Self::Rejected { .. } => ExitCode::Server,
            Self::Damaged => ExitCode::State,
            Self::Closed => ExitCode::Ok,
        }
    }

    /// The whole diagnostic, if there is more than the one line.
    pub(in crate::client) fn detail(&self) -> Option<String> {
        match self {
            Self::Compile { error, .. } => Some(error.diagnostic()),
            _ => None,
        }
    }

    /// The error as `--json` prints it.
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
            Self::Rejected { kind, status, message } => {
                return json!({ "error": { "kind": kind.label(), "message": message, "status": status } });
            }
            Self::Damaged => "damaged",
            Self::Closed => "closed",
        };
        json!({ "error": { "kind": kind, "message": self.to_string() } })
    }
}
